// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

func randomState(t *testing.T, seed int64) *tensors.Tensor {
	t.Helper()
	state, err := RNGStateFromSeed(seed)
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// TestDropout checks the share of zeros, the scale of the rest, and that draws follow from the state and move on.
func TestDropout(t *testing.T) {
	const p, n = 0.3, 100_000
	w := testWeights(t, nil, dtypes.Float32)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		program, err := w.Compile(b, "dropout", func(pass *Pass, in []*Node) ([]*Node, error) {
			x := Ones(pass.Graph(), shapes.Make(dtypes.Float32, n))
			off := pass.dropout(x, p)
			pass.Train(in[0])
			return []*Node{off, pass.dropout(x, p), pass.dropout(x, p), pass.dropout(x, 0)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		defer program.Close()
		run := func(seed int64) [][]float64 {
			out, err := runProgram(program, randomState(t, seed))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		out := run(1)
		ones := make([]float64, n)
		for i := range ones {
			ones[i] = 1
		}
		near(t, "without Train", out[0], ones, 0)
		near(t, "with probability 0", out[3], ones, 0)
		zeros, sum := 0, 0.0
		for _, x := range out[1] {
			switch {
			case x == 0:
				zeros++
			case math.Abs(x-1/(1-p)) > 1e-6:
				t.Fatalf("a kept element of 1 became %g, want %g", x, 1/(1-p))
			}
			sum += x
		}
		// Five standard deviations of the share of zeros are 0.007, of the mean 0.01.
		if share := float64(zeros) / n; math.Abs(share-p) > 0.007 {
			t.Errorf("%g of the elements were dropped, want %g", share, p)
		}
		if mean := sum / n; math.Abs(mean-1) > 0.01 {
			t.Errorf("the mean is %g, want 1", mean)
		}
		far(t, "two draws of one pass", out[1], out[2])
		again, other := run(1), run(2)
		near(t, "the same state", again[1], out[1], 0)
		near(t, "the same state, second draw", again[2], out[2], 0)
		far(t, "another state", other[1], out[1])
	})
}

// TestDropoutSites checks that each probability of a configuration acts in training, and none in evaluation.
func TestDropoutSites(t *testing.T) {
	base := smallNetwork()
	w := testWeights(t, base.params(), dtypes.Float32)
	outputs := func(n network, train bool) [][]float64 {
		return call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
			if train {
				p.Train(in[1])
			}
			return n.build(p, in[0], nil, nil)
		}, array(dtypes.Float32, "inputs", netBatch, netInputs, base.encoder.InputDim), randomState(t, 3))
	}
	want := outputs(base, false)
	near(t, "training without dropout", outputs(base, true)[1], want[1], 0)
	for name, change := range map[string]func(n *network){
		"attention of the encoder": func(n *network) { n.encoder.Dropout = 0.3 },
		"outputs of the encoder":   func(n *network) { n.encoder.OutputDropout = 0.3 },
		"attention of the decoder": func(n *network) { n.decoder.Dropout = 0.3 },
	} {
		n := base
		change(&n)
		near(t, name+", in evaluation", outputs(n, false)[1], want[1], 0)
		far(t, name+", in training", outputs(n, true)[1], want[1])
		near(t, name+", the same state again", outputs(n, true)[1], outputs(n, true)[1], 0)
	}
}

// TestLayerNorm compares with the port's values, some of which show the epsilon.
func TestLayerNorm(t *testing.T) {
	golden(t, func(t *testing.T, folder string) {
		g := readGolden(t, folder, "units", "layers.safetensors")
		w, err := NewWeights(norm("ln", g["ln.weight"].shape[0]), dtypes.Float32)
		if err == nil {
			err = w.Load("", func(p Piece) ([]float32, error) { return g[p.Name].narrow(), nil })
		}
		if err != nil {
			t.Fatal(err)
		}
		eachBackend(t, func(t *testing.T, b compute.Backend) {
			got := call{b, w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) { return []*Node{p.LayerNorm("ln", in[0])}, nil },
				floats(dtypes.Float32, g["ln.in"].narrow(), g["ln.in"].shape...))[0]
			near(t, "layer norm", got, g["ln.out"].values, 1e-5)
		})
	})
}

// TestCatch checks that panics of every kind come back as errors with the innermost place, and that the place is left after.
func TestCatch(t *testing.T) {
	cause := errors.New("a cause")
	for name, f := range map[string]func(p *Pass){
		"error":   func(p *Pass) { p.at("inner"); panic(cause) },
		"words":   func(p *Pass) { p.at("inner"); panic("a cause") },
		"runtime": func(p *Pass) { p.at("inner"); _ = []int{}[len(name(p))] },
	} {
		p := &Pass{}
		p.at("around")
		_, err := p.Catch("task", func() *Node { f(p); return nil })
		wantError(t, err, "perceiver: inner: ")
		if name == "error" && !errors.Is(err, cause) {
			t.Errorf("%v does not wrap its cause", err)
		}
		if p.where != "around" {
			t.Errorf("%s: after the error the pass is at %q, want %q", name, p.where, "around")
		}
	}
	p := &Pass{}
	if _, err := p.Catch("task", func() *Node { p.at("layer")(); return nil }); err != nil || p.where != "" {
		t.Errorf("without a panic: error %v, at %q", err, p.where)
	}
	_, err := p.Catch("task", func() *Node { p.at("layer")(); panic("after the layer") })
	wantError(t, err, "perceiver: task: after the layer")
}

func name(p *Pass) string { return p.where }

// TestPieces checks the small building blocks that tasks use, and what they say to wrong arrays.
func TestPieces(t *testing.T) {
	w := testWeights(t, append(NewLinear("line", 2, 3, FanIn), Tensor("table", Fill(0), 5, 2)), dtypes.Float32)
	table, err := w.Values("table")
	if err != nil {
		t.Fatal(err)
	}
	got := call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		x := p.Embed("table", in[0])
		return []*Node{x, Broadcast(p.Weight("table"), 2), Broadcast(x, 7), p.Linear("line", x)}, nil
	}, integerRows([]int{4, 0, 1, 1}, 2, 2))
	near(t, "Embed", got[0], pickRows(widen(table), 5, 2, []int{4, 0, 1, 1}), 0)
	near(t, "Broadcast", got[1], append(widen(table), widen(table)...), 0)
	near(t, "Broadcast of an array with a batch", got[2], got[0], 0)
	if len(got[3]) != 2*2*3 {
		t.Errorf("Linear gave %d numbers, want 12", len(got[3]))
	}
	for word, f := range map[string]func(p *Pass, in []*Node) *Node{
		"line takes 2 channels": func(p *Pass, in []*Node) *Node {
			return p.Linear("line", Ones(p.Graph(), shapes.Make(dtypes.Float32, 4, 3)))
		},
		`there is no weight "nowhere"`:  func(p *Pass, in []*Node) *Node { return p.Weight("nowhere") },
		"random numbers are drawn only": func(p *Pass, in []*Node) *Node { return p.Random(shapes.Make(dtypes.Float32, 2)) },
	} {
		_, err := call{goBackend(t), w}.try(func(p *Pass, in []*Node) ([]*Node, error) {
			x, err := p.Catch("task", func() *Node { return f(p, in) })
			return []*Node{x}, err
		}, integerRows([]int{0}, 1, 1))
		wantError(t, err, "perceiver: task: ", word)
	}
}

// TestOutputDropout checks that the outputs of attention and of the MLP are dropped, and the residuals are not.
func TestOutputDropout(t *testing.T) {
	const drop = 0.5
	l := selfLayer()
	l.OutputDropout = drop
	w := testWeights(t, l.Params(), dtypes.Float64)
	out := call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		p.Train(in[1])
		seen := map[string]*Node{}
		p.Tap = func(name string, x *Node) { seen[name] = x }
		_, err := p.Catch("test", func() *Node { return l.forward(p, in[0], nil, nil) })
		return []*Node{in[0], seen["self.attention_output"], seen["self.attention_plus_residual"], seen["self.mlp"], seen["self.out"]}, err
	}, array(dtypes.Float64, "x", layerBatch, layerQueries, l.QueryDim), randomState(t, 11))
	for i, what := range []string{"attention", "MLP"} {
		residual, computed, sum := out[2*i], out[2*i+1], out[2*i+2]
		dropped := 0
		for k := range sum {
			switch added := sum[k] - residual[k]; {
			case added == 0:
				dropped++
			case math.Abs(added-computed[k]/(1-drop)) > 1e-12:
				t.Fatalf("%s: element %d adds %g, want 0 or %g", what, k, added, computed[k]/(1-drop))
			}
		}
		if dropped < len(sum)/4 || dropped > 3*len(sum)/4 {
			t.Errorf("%s: %d of %d elements were dropped with probability %g", what, dropped, len(sum), drop)
		}
	}
}

// A buffer has its new value later in the same pass, and in the next program.
func TestUpdate(t *testing.T) {
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		w, err := NewWeights([]Param{BufferTensor("mean", Fill(2), 3)}, dtypes.Float32)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Init(1); err != nil {
			t.Fatal(err)
		}
		out := call{b, w}.run(t, func(p *Pass, _ []*Node) ([]*Node, error) {
			before := p.Weight("mean")
			p.Update("mean", MulScalar(before, 3))
			return []*Node{before, p.Weight("mean")}, nil
		})
		if out[0][0] != 2 || out[1][2] != 6 {
			t.Errorf("before %v, after %v", out[0], out[1])
		}
		if got, err := w.Values("mean"); err != nil || got[1] != 6 {
			t.Errorf("kept %v, error %v", got, err)
		}
		_, err = call{b, w}.try(func(p *Pass, _ []*Node) ([]*Node, error) {
			p.Update("mean", Ones(p.Graph(), shapes.Make(dtypes.Float32, 2)))
			return nil, nil
		})
		wantError(t, err, "mean has shape", "cannot become")
	})
}
