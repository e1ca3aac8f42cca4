// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/pictures"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Spec is the image task's part of an experiment.
type Spec struct {
	Model Model `toml:"model"`
	Data  Data  `toml:"data"`
}

// NewSpec returns the defaults: a small model for drawn shapes.
func NewSpec() tasks.Spec {
	m := Defaults()
	m.Config = perceiver.Config{Latents: 32, LatentDim: 64, Blocks: 1, LayersPerBlock: 2, SelfHeads: 4, CrossHeads: 1}
	m.Bands, m.Classes = 8, 10
	return &Spec{Model: m, Data: Data{Size: 32, MixAlpha: 0.2, EvalExamples: 2000}}
}

// Validate implements tasks.Spec.
func (s *Spec) Validate() error {
	_, err := s.network()
	return err
}

func (s *Spec) network() (*Network, error) {
	if s.Data.Size < 1 || s.Data.Size > largestAxis {
		return nil, fmt.Errorf("data.size = %d: it must be from 1 to %d", s.Data.Size, largestAxis)
	}
	if err := s.Data.check(); err != nil {
		return nil, err
	}
	return s.Model.Network(s.Data.Size, s.Data.Size)
}

// Task is a model of pictures and a collection of them.
type Task struct {
	*Network
	data   Data
	batch  int
	seed   uint64
	set    *pictures.Set
	places []int // of each pixel, where they are permuted
}

// Open implements tasks.Spec. Options.Data is a collection that package pictures can open, "" its generator.
func (s *Spec) Open(_ context.Context, o tasks.Options) (tasks.Task, error) {
	n, err := s.network()
	if err != nil {
		return nil, err
	}
	t := &Task{Network: n, data: s.Data, batch: max(1, o.Batch), seed: o.Seed}
	if s.Data.PermutePixels {
		t.places = rand.New(rand.NewPCG(permutationSeed, 0)).Perm(n.Height * n.Width)
	}
	n.Labels = pictures.Labels(o.Data, n.Classes)
	if o.NoData {
		return t, nil
	}
	if t.set, err = pictures.Open(o.Data, o.Seed); err != nil {
		return nil, err
	}
	if got := len(t.set.Labels); got != n.Classes {
		return nil, fmt.Errorf("model.classes = %d: the data has %d classes, so it must be %d", n.Classes, got, got)
	}
	n.Labels = t.set.Labels
	return t, nil
}

const (
	permutationSeed = 20210304 // the places of permuted pixels are the same in every run
	chosenStream    = 1 << 40  // of the random numbers that choose pictures, apart from those that change them
)

var errNoData = errors.New("the task was opened without its data")

// TrainBatch implements tasks.Task: pixels [B, H, W, 3], the target [B, Classes], a probability of each class, and 1 for
// each example that counts, [B].
func (t *Task) TrainBatch(step int) (tasks.Batch, error) {
	if t.set == nil {
		return nil, errNoData
	}
	b := t.room()
	for row := range t.batch {
		r := rand.New(rand.NewPCG(t.seed, uint64(step)<<20+uint64(row)))
		pixels, err := t.drawn(step, row, b.target[row*t.Classes:], 1, r)
		if err != nil {
			return nil, err
		}
		if t.data.Mix != "" {
			if err := t.mix(step, row, pixels, b.target[row*t.Classes:(row+1)*t.Classes], r); err != nil {
				return nil, err
			}
		}
		t.place(b.pixels, row, pixels)
		t.smooth(b.target[row*t.Classes : (row+1)*t.Classes])
		b.counts[row] = 1
	}
	return b.pack(t), nil
}

// drawn is a picture to train on, changed at random. Its class gets a share of the target.
func (t *Task) drawn(step, row int, target []float32, share float64, r *rand.Rand) ([]float32, error) {
	i := shuffled(t.set.Train.Len(), t.seed, uint64(step)*uint64(t.batch)+uint64(row))
	img, err := t.set.Train.Picture(i)
	if err != nil {
		return nil, err
	}
	target[t.set.Train.Class(i)] += float32(share)
	return normalise(t.data.augment().Apply(img, t.data.Size, r)), nil
}

// mix puts some of a second picture into the first, and as much of its class into the target.
func (t *Task) mix(step, row int, pixels, target []float32, r *rand.Rand) error {
	second := make([]float32, t.Classes)
	other, err := t.drawn(step+chosenStream, row, second, 1, r)
	if err != nil {
		return err
	}
	var share float64
	if t.data.Mix == "mixup" || t.data.Mix == "both" && row < t.batch/2 {
		share = pictures.MixUp(pixels, other, t.data.MixAlpha, r)
	} else {
		share = pictures.CutMix(pixels, other, t.Height, t.Width, r)
	}
	for i := range target {
		target[i] = float32((1-share)*float64(target[i]) + share*float64(second[i]))
	}
	return nil
}

func (t *Task) smooth(target []float32) {
	s := float32(t.data.LabelSmoothing)
	for i := range target {
		target[i] = (1-s)*target[i] + s/float32(t.Classes)
	}
}

// place writes a picture into a batch.
func (t *Task) place(batch []float32, row int, pixels []float32) {
	out := batch[row*len(pixels) : (row+1)*len(pixels)]
	if t.places == nil {
		copy(out, pixels)
		return
	}
	for to, from := range t.places {
		copy(out[to*colours:(to+1)*colours], pixels[from*colours:])
	}
}

// room is a batch that is being filled.
type room struct{ pixels, target, counts []float32 }

func (t *Task) room() room {
	return room{make([]float32, t.batch*t.Height*t.Width*colours), make([]float32, t.batch*t.Classes), make([]float32, t.batch)}
}

func (b room) pack(t *Task) tasks.Batch {
	return tasks.Batch{
		tensors.FromFlatDataAndDimensions(b.pixels, t.batch, t.Height, t.Width, colours),
		tensors.FromFlatDataAndDimensions(b.target, t.batch, t.Classes),
		tensors.FromFlatDataAndDimensions(b.counts, t.batch),
	}
}

// EvalExamples implements tasks.Task.
func (t *Task) EvalExamples() int {
	if t.set == nil {
		return 0
	}
	if n := t.set.Held.Len(); t.data.EvalExamples == 0 || n < t.data.EvalExamples {
		return n
	}
	return t.data.EvalExamples
}

// EvalBatches implements tasks.Task.
func (t *Task) EvalBatches() int { return (t.EvalExamples() + t.batch - 1) / t.batch }

// held is where held-out example i is in the collection: all of them, or some that are drawn the same way in every run.
func (t *Task) held(i int) int { return shuffled(t.set.Held.Len(), 0, uint64(i)) }

// EvalBatch implements tasks.Task: as TrainBatch, with pictures that are not changed and targets of one class. The last
// batch is filled up with examples that do not count.
func (t *Task) EvalBatch(i int) (tasks.Batch, error) {
	if t.set == nil {
		return nil, errNoData
	}
	b := t.room()
	for row := range t.batch {
		at := i*t.batch + row
		if at < t.EvalExamples() {
			b.counts[row] = 1
		}
		at = t.held(min(at, t.EvalExamples()-1))
		img, err := t.set.Held.Picture(at)
		if err != nil {
			return nil, err
		}
		pixels, err := seen(img, t.data.Size)
		if err != nil {
			return nil, err
		}
		t.place(b.pixels, row, pixels)
		b.target[row*t.Classes+t.set.Held.Class(at)] = 1
	}
	return b.pack(t), nil
}

// Latents implements tasks.Task.
func (t *Task) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	x, err := t.inputs(p, batch[0])
	if err != nil {
		return nil, err
	}
	return t.latents(p, x, nil)
}

// Outputs implements tasks.Task: scores [B, O', Classes]. There is one query.
func (t *Task) Outputs(p *perceiver.Pass, latents *Node, _ []*Node, rows *Node) (*Node, error) {
	queries, err := perceiver.Queries{Name: decoderName, Count: 1, Parts: []perceiver.QueryPart{t.query}}.Array(p, perceiver.QueryInput{Rows: rows})
	if err != nil {
		return nil, err
	}
	return t.decoder.Decode(p, latents, queries, nil)
}

// Loss implements tasks.Task: the mean cross-entropy, in nats.
func (t *Task) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	z, err := t.Latents(p, batch)
	if err != nil {
		return tasks.Loss{}, err
	}
	scores, err := t.logits(p, z)
	if err != nil {
		return tasks.Loss{}, err
	}
	var l tasks.Loss
	_, err = p.Catch("loss", func() *Node {
		target, counts := ConvertDType(batch[1], scores.DType()), ConvertDType(batch[2], scores.DType())
		shifted := Sub(scores, StopGradient(ReduceAndKeep(scores, ReduceMax, -1)))
		nats := Sub(Mul(Log(ReduceSum(Exp(shifted), -1)), ReduceSum(target, -1)), ReduceSum(Mul(target, shifted), -1))
		right := ConvertDType(Equal(ArgMax(scores, -1), ArgMax(target, -1)), scores.DType())
		count, total := ReduceAllSum(counts), ReduceAllSum(Mul(nats, counts))
		l.Value = Div(total, MaxScalar(count, 1))
		l.Sums = []tasks.NamedSum{{Name: "nats", Total: total, Count: count}, {Name: "right", Total: StopGradient(ReduceAllSum(Mul(right, counts))), Count: count}}
		return l.Value
	})
	return l, err
}

// Score implements tasks.Task.
func (t *Task) Score(sums map[string]tasks.Sum) map[string]float64 {
	return map[string]float64{"top1": sums["right"].Mean(), "nats": sums["nats"].Mean()}
}

// Goal implements tasks.Task.
func (t *Task) Goal() tasks.Goal { return tasks.Goal{Metric: "top1"} }
