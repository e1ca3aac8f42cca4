// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Sizes of the single layers in these tests.
const (
	layerBatch, layerQueries, layerKeys = 3, 4, 5
)

func crossLayer() Layer {
	return Layer{Name: "cross", QueryDim: 6, KVDim: 7, QK: 4, V: 10, Heads: 2, Widen: 3}
}

func selfLayer() Layer { return Layer{Name: "self", QueryDim: 6, QK: 9, V: 6, Heads: 3} }

// layerRun runs one layer and returns its output and, for inspection, the values tapped under the names in taps.
func layerRun(t *testing.T, b compute.Backend, l Layer, queries, keys *tensors.Tensor, keepKeys, keepQueries []float32, taps ...string) [][]float64 {
	t.Helper()
	w := testWeights(t, l.Params(), queries.DType())
	inputs := []*tensors.Tensor{queries}
	place := func(x *tensors.Tensor) int {
		if x == nil {
			return -1
		}
		inputs = append(inputs, x)
		return len(inputs) - 1
	}
	mask := func(keep []float32, n int) *tensors.Tensor {
		if keep == nil {
			return nil
		}
		return floats(queries.DType(), keep, layerBatch, n)
	}
	k, mk, mq := place(keys), place(mask(keepKeys, layerKeys)), place(mask(keepQueries, layerQueries))
	return call{b, w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		at := func(i int) *Node {
			if i < 0 {
				return nil
			}
			return in[i]
		}
		tapped := map[string]*Node{}
		p.Tap = func(name string, value *Node) { tapped[name] = value }
		y, err := p.Catch("test", func() *Node { return l.forward(p, in[0], at(k), &Mask{Keys: at(mk), Queries: at(mq)}) })
		out := []*Node{y}
		for _, name := range taps {
			out = append(out, tapped[l.Name+"."+name])
		}
		return out, err
	}, inputs...)
}

var (
	someKeys    = []float32{1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0} // whole, with holes, empty
	someQueries = []float32{1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1}
)

// TestLayerAgainstLoops compares the layer with plain loops over numbers, under both mask rules.
func TestLayerAgainstLoops(t *testing.T) {
	for name, l := range map[string]Layer{
		"cross": crossLayer(), "self": selfLayer(), "one head": {Name: "one", QueryDim: 5, KVDim: 3, QK: 3},
		"no residual": {Name: "bare", QueryDim: 6, KVDim: 7, QK: 4, V: 8, Heads: 4, NoResidual: true, Activation: GELUTanh},
	} {
		for _, rule := range []MaskRule{MaskPort, MaskOriginal} {
			t.Run(name+"/"+string(rule), func(t *testing.T) {
				l.MaskRule = rule
				queries := array(dtypes.Float64, "queries", layerBatch, layerQueries, l.QueryDim)
				var keys *tensors.Tensor
				var mk, mq []float32
				if l.cross() {
					keys, mk, mq = array(dtypes.Float64, "keys", layerBatch, layerKeys, l.KVDim), someKeys, someQueries
				}
				got := layerRun(t, goBackend(t), l, queries, keys, mk, mq)[0]
				near(t, "output", got, loops(t, l, queries, keys, mk, mq), 1e-12)
			})
		}
	}
}

// TestMaskRules checks what the two rules promise where no key is left, and that masked elements have no influence.
func TestMaskRules(t *testing.T) {
	l := crossLayer()
	queries := array(dtypes.Float32, "queries", layerBatch, layerQueries, l.QueryDim)
	keys := randoms("keys", layerBatch, layerKeys, l.KVDim)
	other := append([]float32{}, keys...)
	for i := range other {
		if someKeys[i/l.KVDim] == 0 {
			other[i] = 1000 * other[(i+1)%len(other)]
		}
	}
	array := func(x []float32) *tensors.Tensor { return floats(dtypes.Float32, x, layerBatch, layerKeys, l.KVDim) }

	// Both are compared where a key is left: under the port's rule an example without keys attends to all of them.
	attended := 2 * layerQueries * l.QueryDim
	for _, rule := range []MaskRule{MaskPort, MaskOriginal} {
		eachBackend(t, func(t *testing.T, b compute.Backend) {
			l.MaskRule = rule
			a := layerRun(t, b, l, queries, array(keys), someKeys, nil, "probs", "context")
			c := layerRun(t, b, l, queries, array(other), someKeys, nil)
			near(t, "output after changing masked elements", c[0][:attended], a[0][:attended], 0)
			probs, context := a[1], a[2]
			empty := probs[2*len(probs)/3:]
			uniform := make([]float64, len(empty))
			for i := range uniform {
				uniform[i] = 1.0 / layerKeys
			}
			if rule == MaskPort {
				near(t, "attention without keys", empty, uniform, 1e-7)
				far(t, "output of an example without keys", c[0][attended:], a[0][attended:])
				return
			}
			near(t, "what is attended to without keys", context[2*len(context)/3:], make([]float64, len(context)/3), 0)
			near(t, "output without keys", c[0][attended:], a[0][attended:], 0)
		})
	}

	t.Run("queries", func(t *testing.T) {
		l.MaskRule = MaskOriginal
		context := layerRun(t, goBackend(t), l, queries, array(keys), nil, someQueries, "context")[1]
		for i, keep := range someQueries {
			row := context[i*l.V : (i+1)*l.V]
			if zero := distance(row, make([]float64, l.V)) == 0; zero != (keep == 0) {
				t.Errorf("query %d, kept %g: attends to %v", i, keep, row)
			}
		}
		l.MaskRule = MaskPort
		without := layerRun(t, goBackend(t), l, queries, array(keys), nil, nil)[0]
		near(t, "the port ignores a mask of queries", layerRun(t, goBackend(t), l, queries, array(keys), nil, someQueries)[0], without, 0)
	})
}

// TestLayerPublishedTensors checks the number of tensors and of weights of one published layer.
func TestLayerPublishedTensors(t *testing.T) {
	for _, c := range []struct {
		l              Layer
		tensors, count int
	}{
		{Layer{Name: "self", QueryDim: 1280, QK: 256, V: 1280, Heads: 8}, 16, 7_219_712},
		{Layer{Name: "self", QueryDim: 1024, QK: 1024, Heads: 8}, 16, 6_301_696},
		{Layer{Name: "cross", QueryDim: 1280, KVDim: 768, QK: 256, V: 1280, Heads: 8}, 18, 6_434_816},
		{Layer{Name: "cross", QueryDim: 1024, KVDim: 261, QK: 261}, 18, 2_776_395},
		{Layer{Name: "cross", QueryDim: 768, KVDim: 1280, QK: 256, V: 768, Heads: 8}, 18, 3_286_016},
	} {
		tensors := 0
		for _, p := range c.l.Params() {
			tensors += len(p.Pieces)
		}
		if got := Count(c.l.Params()); got != c.count || tensors != c.tensors {
			t.Errorf("%+v: %d weights in %d tensors, want %d in %d", c.l, got, tensors, c.count, c.tensors)
		}
	}
}

func TestLayerValidate(t *testing.T) {
	for _, c := range []struct {
		change func(l *Layer)
		parts  []string
	}{
		{func(l *Layer) { l.Heads = 3 }, []string{"the 3 heads must divide the query and key width 4"}},
		{func(l *Layer) { l.V = 9 }, []string{"the 2 heads must divide the value width 9"}},
		{func(l *Layer) { l.Heads = -1 }, []string{"must be positive", "heads -1"}},
		{func(l *Layer) { l.QK = 0 }, []string{"must be positive", "qk 0"}},
		{func(l *Layer) { l.Widen = -2 }, []string{"must be positive", "widening -2"}},
		{func(l *Layer) { l.KVDim = 0 }, []string{"the value width 10 of a self-attention must equal its width 6"}},
		{func(l *Layer) { l.Activation = "relu" }, []string{"activation", `"relu"`, "gelu_tanh"}},
		{func(l *Layer) { l.MaskRule = "both" }, []string{"mask rule", `"both"`, "original"}},
		{func(l *Layer) { l.AttentionDropout = 1 }, []string{"dropout", "[0, 1)", "1"}},
		{func(l *Layer) { l.OutputDropout = -0.1 }, []string{"dropout", "-0.1"}},
		{func(l *Layer) { l.OutputDropout = math.NaN() }, []string{"dropout", "NaN"}},
	} {
		l := crossLayer()
		c.change(&l)
		wantError(t, l.Validate(), append(c.parts, "cross: ")...)
	}
	if err := crossLayer().Validate(); err != nil {
		t.Error(err)
	}
}

// TestGELU compares both forms with the port's values.
func TestGELU(t *testing.T) {
	golden(t, func(t *testing.T, folder string) {
		g := readGolden(t, folder, "units", "gelu.safetensors")
		x := floats(dtypes.Float32, g["x"].narrow(), g["x"].shape...)
		w := testWeights(t, nil, dtypes.Float32)
		eachBackend(t, func(t *testing.T, b compute.Backend) {
			out := call{b, w}.run(t, func(_ *Pass, in []*Node) ([]*Node, error) {
				return []*Node{Activation("").apply(in[0]), GELU.apply(in[0]), GELUTanh.apply(in[0])}, nil
			}, x)
			near(t, "the form of the zero value", out[0], out[1], 0)
			for i, name := range []string{"exact_f32", "tanh_f32"} {
				for k, want := range g[name].values {
					if got := out[i+1][k]; !(math.Abs(got-want) <= 5e-7*max(1, math.Abs(g["x"].values[k]))) {
						t.Errorf("%s(%g) = %g, want %g", name, g["x"].values[k], got, want)
					}
				}
			}
			far(t, "the two forms, scaled up", scaled(out[1], 100), scaled(out[2], 100))
		})
	})
}

func scaled(values []float64, by float64) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = x * by
	}
	return out
}

// TestLayerErrors checks that a mistake comes back as an error that names the layer, not as a panic.
func TestLayerErrors(t *testing.T) {
	l := crossLayer()
	w := testWeights(t, l.Params(), dtypes.Float32)
	queries := array(dtypes.Float32, "queries", layerBatch, layerQueries, l.QueryDim)
	keys := array(dtypes.Float32, "keys", layerBatch, layerKeys, l.KVDim)
	for name, c := range map[string]struct {
		inputs []*tensors.Tensor
		build  func(p *Pass, in []*Node) *Node
		parts  []string
	}{
		"channels": {[]*tensors.Tensor{queries, queries}, func(p *Pass, in []*Node) *Node { return l.forward(p, in[0], in[1], nil) },
			[]string{"layernorm2 takes 7 channels", "[3 4 6]"}},
		// An array of one channel must not be broadcast to the width of the weights.
		"one channel": {[]*tensors.Tensor{queries, array(dtypes.Float32, "one", layerBatch, layerKeys, 1)},
			func(p *Pass, in []*Node) *Node { return l.forward(p, in[0], in[1], nil) }, []string{"layernorm2 takes 7 channels", "[3 5 1]"}},
		"no inputs": {[]*tensors.Tensor{queries}, func(p *Pass, in []*Node) *Node { return l.forward(p, in[0], nil, nil) }, []string{"needs inputs"}},
		// The transposed mask has the right number of elements and must not be taken for the right one.
		"mask": {[]*tensors.Tensor{queries, keys, array(dtypes.Float32, "mask", layerKeys, layerBatch)},
			func(p *Pass, in []*Node) *Node { return l.forward(p, in[0], in[1], &Mask{Keys: in[2]}) }, []string{"mask of the keys", "[3 5]", "[5 3]"}},
		"batch": {[]*tensors.Tensor{queries, array(dtypes.Float32, "two", 2, layerKeys, l.KVDim)},
			func(p *Pass, in []*Node) *Node { return l.forward(p, in[0], in[1], nil) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := call{goBackend(t), w}.try(func(p *Pass, in []*Node) ([]*Node, error) {
				out, err := p.Catch("encode", func() *Node { return c.build(p, in) })
				if p.where != "graph" {
					t.Errorf("after the error the pass is still at %q", p.where)
				}
				return []*Node{out}, err
			}, c.inputs...)
			wantError(t, err, append(c.parts, "perceiver: cross: ")...)
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %v", err)
			}
		})
	}
}
