// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// network is a small Perceiver IO with the head of the 2021 model beside its decoder. Every axis has another length
// than its neighbours, and nearly every switch is on.
type network struct {
	encoder Config
	queries Queries
	decoder Decoder
	head    Projection
}

const (
	netBatch, netInputs, netOutputs = 3, 7, 6
)

func smallNetwork() network {
	places := Fourier{Name: "decoder.places", Grid: []int{2, 3}, Bands: 1}
	n := network{
		encoder: Config{Latents: 4, LatentDim: 8, Blocks: 2, LayersPerBlock: 2, SelfHeads: 2, CrossHeads: 2,
			CrossAttends: 2, SelfWidening: 2, QKWidth: 6, VWidth: 8, InputDim: 5},
		queries: Queries{Name: "decoder.queries", Count: netOutputs, Project: 9, Parts: []QueryPart{
			Learned{Name: "decoder.table", Rows: netOutputs, Dim: 4}, places, Token{Name: "decoder.token", Dim: 2}}},
		decoder: Decoder{Name: "decoder", QueryDim: 9, LatentDim: 8, QK: 4, V: 6, Heads: 2, Widen: 2, Residual: true, OutputDim: 3},
		head:    Projection{Name: "head", LatentDim: 8, OutputDim: 2},
	}
	return n
}

func (n network) params() []Param {
	ps := append(n.encoder.Params(), n.queries.Params()...)
	return append(append(ps, n.decoder.Params()...), n.head.Params()...)
}

// build gives latents, outputs and the answer of the head for inputs [B, M, C]; keep [B, M] and wanted [B, O] may be nil.
func (n network) build(p *Pass, inputs, keep, wanted *Node) ([]*Node, error) {
	z, err := n.encoder.Forward(p, inputs, &Mask{Keys: keep})
	if err != nil {
		return nil, err
	}
	q, err := n.queries.Array(p, QueryInput{})
	if err != nil {
		return nil, err
	}
	y, err := n.decoder.Decode(p, z, q, wanted)
	if err != nil {
		return nil, err
	}
	h, err := n.head.Decode(p, z)
	return []*Node{z, y, h}, err
}

// testWeights makes the weights and fills them with numbers that hide nothing: biases and final layers are not 0, norms not 1.
func testWeights(t testing.TB, params []Param, dtype dtypes.DType) *Weights {
	t.Helper()
	w, err := NewWeights(params, dtype)
	if err != nil {
		t.Fatal(err)
	}
	err = w.Load("", func(piece Piece) ([]float32, error) {
		values := randoms(piece.Name, piece.Shape...)
		for i := range values {
			switch {
			case len(piece.Shape) > 1:
				values[i] *= float32(1 / math.Sqrt(float64(piece.Shape[1])))
			case strings.Contains(piece.Name, "norm") && strings.HasSuffix(piece.Name, ".weight"):
				values[i] = 1 + 0.2*values[i]
			default:
				values[i] *= 0.2
			}
		}
		return values, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// randoms are standard normal numbers that depend on the name alone.
func randoms(name string, shape ...int) []float32 {
	r, values := newRand(1, name), make([]float32, product(shape))
	for i := range values {
		values[i] = float32(r.NormFloat64())
	}
	return values
}

// array is a tensor of randoms in the type dtype.
func array(dtype dtypes.DType, name string, shape ...int) *tensors.Tensor {
	return floats(dtype, randoms(name, shape...), shape...)
}

func floats(dtype dtypes.DType, values []float32, shape ...int) *tensors.Tensor {
	return (&Weights{dtype: dtype}).tensor(values, shape)
}

type graphFn = func(p *Pass, in []*Node) ([]*Node, error)

// run builds the graph, runs it once and returns its outputs.
func (c call) run(t testing.TB, build graphFn, inputs ...*tensors.Tensor) [][]float64 {
	t.Helper()
	out, err := c.try(build, inputs...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// call is where a graph runs, and on which weights.
type call struct {
	backend compute.Backend
	weights *Weights
}

func (c call) try(build graphFn, inputs ...*tensors.Tensor) ([][]float64, error) {
	program, err := c.weights.Compile(c.backend, "test", build)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	// A tensor belongs to the backend that it was on first, until it is called back. Other tests use other backends.
	copies := make([]*tensors.Tensor, len(inputs))
	for i, x := range inputs {
		if copies[i], err = x.LocalClone(); err != nil {
			return nil, err
		}
	}
	out, err := runProgram(program, copies...)
	for _, p := range c.weights.Params() {
		value, err := c.weights.Variable("", p.Name).Value()
		if err == nil {
			err = value.ToLocal()
		}
		if err != nil {
			return nil, err
		}
	}
	return out, err
}

func runProgram(program *Program, inputs ...*tensors.Tensor) ([][]float64, error) {
	results, err := program.Run(inputs...)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(results))
	for i, r := range results {
		if out[i], err = wide(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func wide(t *tensors.Tensor) ([]float64, error) {
	if t.DType() == dtypes.Float64 {
		return tensors.CopyFlatData[float64](t)
	}
	values, err := Float32s(t)
	return widen(values), err
}

func widen(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = float64(x)
	}
	return out
}

// distance is the largest absolute difference; NaN and a difference in length are infinitely far.
func distance(a, b []float64) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	worst := 0.0
	for i := range a {
		d := math.Abs(a[i] - b[i])
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		worst = max(worst, d)
	}
	return worst
}

// near fails where got and want are further apart than the tolerance.
func near(t testing.TB, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if d := distance(got, want); !(d <= tolerance) {
		t.Errorf("%s: largest difference %g, want at most %g (%d and %d values)", what, d, tolerance, len(got), len(want))
	}
}

// far fails where two results that must differ do not.
func far(t testing.TB, what string, a, b []float64) {
	t.Helper()
	if d := distance(a, b); !(d > 1e-3) || math.IsInf(d, 1) {
		t.Errorf("%s: largest difference %g, want a clear one", what, d)
	}
}

// wantError fails unless err is there and has every part in its words.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not have %q", err, part)
		}
	}
}

// pickRows takes rows of a flat [B, n, w] array.
func pickRows(values []float64, n, w int, rows []int) []float64 {
	var out []float64
	for b := range len(values) / (n * w) {
		for _, r := range rows {
			out = append(out, values[(b*n+r)*w:(b*n+r+1)*w]...)
		}
	}
	return out
}

func shuffled(n int) []int { return rand.New(rand.NewPCG(3, 4)).Perm(n) }
