// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// toy is a task small enough for tests: of 6 numbers in, each query must give back the one at its place, doubled.
type toy struct {
	encoder perceiver.Config
	queries perceiver.Queries
	decoder perceiver.Decoder
	places  perceiver.Fourier
	batch   int
	poison  int // step whose batch is not a number; -1: none
}

const toyInputs = 6

func newToy(dropout float64) *toy {
	t := &toy{batch: 8, poison: -1, places: perceiver.Fourier{Name: "places", Grid: []int{toyInputs}, Bands: 3}}
	t.encoder = perceiver.Config{Latents: 8, LatentDim: 16, Blocks: 1, LayersPerBlock: 1, SelfHeads: 2, CrossHeads: 2, QKWidth: 16, VWidth: 16,
		InputDim: 1 + t.places.Width(), Dropout: dropout, OutputDropout: dropout, LatentStd: 0.5}
	t.queries = perceiver.Queries{Name: "queries", Count: toyInputs, Parts: []perceiver.QueryPart{perceiver.Learned{Name: "queries.table", Rows: toyInputs, Dim: 16, Std: 0.5}}}
	t.decoder = perceiver.Decoder{Name: "decoder", QueryDim: 16, LatentDim: 16, Heads: 2, OutputDim: 1}
	return t
}

func (t *toy) Params() []perceiver.Param {
	ps := append(t.places.Params(), t.encoder.Params()...)
	return append(append(ps, t.queries.Params()...), t.decoder.Params()...)
}
func (t *toy) Cost() perceiver.Cost                                  { return perceiver.Cost{} }
func (t *toy) Shapes() tasks.Shapes                                  { return tasks.Shapes{} }
func (t *toy) Architecture() perceiver.Config                        { return t.encoder }
func (t *toy) EvalExamples() int                                     { return 2 * t.batch }
func (t *toy) EvalBatches() int                                      { return 2 }
func (t *toy) EvalBatch(i int) (tasks.Batch, error)                  { return t.make(1<<40, i), nil }
func (t *toy) Goal() tasks.Goal                                      { return tasks.Goal{Metric: "mse", LowerIsBetter: true} }
func (t *toy) Baselines(context.Context) (map[string]float64, error) { return nil, nil }
func (t *toy) Score(sums map[string]tasks.Sum) map[string]float64 {
	return map[string]float64{"mse": sums["square"].Mean()}
}
func (t *toy) TrainBatch(step int) (tasks.Batch, error) { return t.make(7, step), nil }

func (t *toy) make(seed uint64, i int) tasks.Batch {
	r := rand.New(rand.NewPCG(seed, uint64(i)))
	x := make([]float32, t.batch*toyInputs)
	for k := range x {
		x[k] = float32(r.NormFloat64())
	}
	if i == t.poison {
		var zero float32
		x[0] = 1 / zero
	}
	return tasks.Batch{tensors.FromFlatDataAndDimensions(x, t.batch, toyInputs, 1)}
}

func (t *toy) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	x := Concatenate([]*Node{batch[0], perceiver.Broadcast(t.places.Encode(p), t.batch)}, -1)
	return t.encoder.Forward(p, x, nil)
}

func (t *toy) Outputs(p *perceiver.Pass, z *Node, _ []*Node, rows *Node) (*Node, error) {
	q, err := t.queries.Array(p, perceiver.QueryInput{Rows: rows})
	if err != nil {
		return nil, err
	}
	return t.decoder.Decode(p, z, q, nil)
}

func (t *toy) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	z, err := t.Latents(p, batch)
	if err != nil {
		return tasks.Loss{}, err
	}
	y, err := t.Outputs(p, z, batch, nil)
	if err != nil {
		return tasks.Loss{}, err
	}
	square := Square(Sub(y, MulScalar(batch[0], 2)))
	return tasks.Loss{Value: ReduceAllMean(square), Sums: []tasks.NamedSum{{Name: "square", Total: ReduceAllSum(square), Count: ReduceAllSum(OnesLike(square))}}}, nil
}
