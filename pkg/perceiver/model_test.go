// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// latentsOf runs encoder and tower over inputs [B, M, C] with a mask [B, M] or nil.
func latentsOf(t *testing.T, b compute.Backend, c Config, w *Weights, inputs []float32, keep []float32) []float64 {
	t.Helper()
	m := len(inputs) / netBatch / c.InputDim
	args := []*tensors.Tensor{floats(w.DType(), inputs, netBatch, m, c.InputDim)}
	if keep != nil {
		args = append(args, floats(w.DType(), keep, netBatch, m))
	}
	return call{b, w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		mask := &Mask{}
		if keep != nil {
			mask.Keys = in[1]
		}
		z, err := c.Forward(p, in[0], mask)
		return []*Node{z}, err
	}, args...)[0]
}

// permuted moves the rows of every example of x [B, n, w] to other places.
func permuted(x []float32, n, w int) []float32 {
	var out []float32
	for b := range len(x) / (n * w) {
		for _, r := range shuffled(n) {
			out = append(out, x[(b*n+r)*w:(b*n+r+1)*w]...)
		}
	}
	return out
}

// TestPermutedInputs checks that the order of the input array has no meaning: elements that move with their positions
// give the same latents, under a mask too, and elements that move alone do not.
func TestPermutedInputs(t *testing.T) {
	places := Fourier{Name: "places", Grid: []int{netInputs}, Bands: 2}
	c := smallNetwork().encoder
	c.InputDim = 3 + places.Width()
	w := testWeights(t, c.Params(), dtypes.Float32)
	features := randoms("features", netBatch, netInputs, 3)
	position := fourierRows(t, places, dtypes.Float32, nil)
	join := func(features []float32) []float32 {
		var out []float32
		for i := range len(features) / 3 {
			out = append(out, features[3*i:3*i+3]...)
			for k := range places.Width() {
				out = append(out, float32(position[i%netInputs*places.Width()+k]))
			}
		}
		return out
	}
	keep := []float32{1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0}
	inputs := join(features)
	moved := permuted(inputs, netInputs, c.InputDim)
	if slices.Equal(moved, inputs) {
		t.Fatal("the permutation moves nothing")
	}
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		want := latentsOf(t, b, c, w, inputs, nil)
		near(t, "elements moved with their positions", latentsOf(t, b, c, w, moved, nil), want, 1e-5)
	})
	b := goBackend(t)
	near(t, "the same under a mask", latentsOf(t, b, c, w, moved, permuted(keep, netInputs, 1)), latentsOf(t, b, c, w, inputs, keep), 1e-5)
	far(t, "features moved, positions not", latentsOf(t, b, c, w, join(permuted(features, netInputs, 3)), nil), latentsOf(t, b, c, w, inputs, nil))
}

// TestMaskedInputs checks that what is masked has no influence on the latents, also where inputs are looked at again.
func TestMaskedInputs(t *testing.T) {
	keep := []float32{1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0}
	for _, rule := range []MaskRule{MaskPort, MaskOriginal} {
		c := smallNetwork().encoder
		c.MaskRule = rule
		w := testWeights(t, c.Params(), dtypes.Float32)
		inputs := randoms("inputs", netBatch, netInputs, c.InputDim)
		other, unmasked := slices.Clone(inputs), slices.Clone(inputs)
		for i := range inputs {
			if keep[i/c.InputDim] == 0 {
				other[i] = 100
			}
		}
		unmasked[0] = 100
		want := latentsOf(t, goBackend(t), c, w, inputs, keep)
		near(t, string(rule)+": masked elements", latentsOf(t, goBackend(t), c, w, other, keep), want, 0)
		far(t, string(rule)+": an element that is kept", latentsOf(t, goBackend(t), c, w, unmasked, keep), want)

		// The last example keeps one element: it must give what that element gives alone.
		element := inputs[(2*netInputs+1)*c.InputDim : (2*netInputs+2)*c.InputDim]
		near(t, string(rule)+": one element", want[len(want)/3*2:], c.oneElement(t, w, element), 1e-5)
	}
}

// oneElement gives the latents of an example of one element.
func (c Config) oneElement(t *testing.T, w *Weights, element []float32) []float64 {
	t.Helper()
	return call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		z, err := c.Forward(p, in[0], nil)
		return []*Node{z}, err
	}, floats(w.DType(), element, 1, 1, c.InputDim))[0]
}

// TestSharedWeights checks names and counts with weights shared or not, and that sharing is real: a model in which
// every layer has weights of its own gives the same latents when they are copies, and others when one copy is changed.
func TestSharedWeights(t *testing.T) {
	shared := Config{Latents: 4, LatentDim: 8, Blocks: 3, LayersPerBlock: 2, SelfHeads: 2, CrossHeads: 1, CrossAttends: 3, InputDim: 5}
	alone := shared
	alone.UnsharedBlocks, alone.UnsharedCross = true, true
	const encoder = "perceiver.encoder."
	for _, c := range []struct {
		config          Config
		names           []string
		crosses, selves int
	}{
		{shared, []string{"cross_attention", "cross_attention_2", "self_attends.0", "self_attends.1"}, 2, 2},
		{alone, []string{"cross_attention", "cross_attention_2", "cross_attention_3", "self_attends.0", "self_attends.1",
			"self_attends.2", "self_attends.3", "self_attends.4", "self_attends.5"}, 3, 6},
	} {
		got := map[string]bool{}
		for _, p := range c.config.Params()[1:] {
			layer, _, _ := strings.Cut(p.Name, ".attention")
			layer, _, _ = strings.Cut(layer, ".mlp")
			layer, _, _ = strings.Cut(layer, ".layernorm")
			got[strings.TrimPrefix(layer, encoder)] = true
		}
		if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, c.names) {
			t.Errorf("layers %v, want %v", names, c.names)
		}
		want := shared.Latents*shared.LatentDim + c.crosses*Count(shared.EncoderLayer(0).Params()) + c.selves*Count(shared.SelfLayer(0, 0).Params())
		if got := Count(c.config.Params()); got != want {
			t.Errorf("%d weights, want %d", got, want)
		}
	}

	w := testWeights(t, shared.Params(), dtypes.Float32)
	values := map[string][]float32{}
	if err := w.Published("", func(p Piece, v []float32) error { values[p.Name] = v; return nil }); err != nil {
		t.Fatal(err)
	}
	copies := testWeights(t, alone.Params(), dtypes.Float32)
	load := func(changed string) {
		err := copies.Load("", func(p Piece) ([]float32, error) {
			from := strings.Replace(p.Name, "cross_attention_3.", "cross_attention_2.", 1)
			for i := range 6 {
				from = strings.Replace(from, fmt.Sprintf("self_attends.%d.", i), fmt.Sprintf("self_attends.%d.", i%2), 1)
			}
			v := slices.Clone(values[from])
			if changed != "" && strings.HasPrefix(p.Name, encoder+changed) && strings.HasSuffix(p.Name, "mlp.dense2.bias") {
				v[0]++
			}
			return v, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	inputs := randoms("inputs", netBatch, netInputs, shared.InputDim)
	want := latentsOf(t, goBackend(t), shared, w, inputs, nil)
	load("")
	near(t, "copies of shared weights", latentsOf(t, goBackend(t), alone, copies, inputs, nil), want, 1e-6)
	for _, layer := range []string{"cross_attention_2", "cross_attention_3", "self_attends.0", "self_attends.2", "self_attends.5"} {
		load(layer)
		far(t, "a change of "+layer, latentsOf(t, goBackend(t), alone, copies, inputs, nil), want)
	}
}

// TestExecutedLayers checks which layers run, in order, from what a pass is shown.
func TestExecutedLayers(t *testing.T) {
	for name, c := range map[string]struct {
		change func(c *Config)
		want   string
	}{
		"Perceiver IO":  {func(c *Config) { c.CrossAttends = 0 }, "x 0 1 0 1 0 1"},
		"interleaved":   {func(c *Config) { c.CrossAttends = 3 }, "x 0 1 x2 0 1 x2 0 1"},
		"first blocks":  {func(c *Config) { c.CrossAttends = 2 }, "x 0 1 x2 0 1 0 1"},
		"unshared":      {func(c *Config) { c.UnsharedBlocks, c.UnsharedCross, c.CrossAttends = true, true, 3 }, "x 0 1 x2 2 3 x3 4 5"},
		"cross only":    {func(c *Config) { c.LayersPerBlock, c.CrossAttends = 0, 3 }, "x x2 x2"},
		"another name":  {func(c *Config) { c.Prefix, c.Blocks = "other", 1 }, "x 0 1"},
		"rematerialize": {func(c *Config) { c.Rematerialize, c.CrossAttends = true, 2 }, "x 0 1 x2 0 1 0 1"},
	} {
		t.Run(name, func(t *testing.T) {
			config := Config{Latents: 2, LatentDim: 4, Blocks: 3, LayersPerBlock: 2, SelfHeads: 1, CrossHeads: 1, InputDim: 3}
			c.change(&config)
			w := testWeights(t, config.Params(), dtypes.Float32)
			var ran []string
			call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
				ran = nil
				p.Tap = func(name string, _ *Node) {
					if layer, ok := strings.CutSuffix(name, ".out"); ok {
						layer = strings.TrimPrefix(layer, config.prefix()+".encoder.")
						ran = append(ran, strings.NewReplacer("cross_attention_", "x", "cross_attention", "x", "self_attends.", "").Replace(layer))
					}
				}
				z, err := config.Forward(p, in[0], nil)
				return []*Node{z}, err
			}, array(dtypes.Float32, "inputs", 1, 4, 3))
			if got := strings.Join(ran, " "); got != c.want {
				t.Errorf("ran %q, want %q", got, c.want)
			}
		})
	}
}

// TestRematerialize checks that computing layers again in the backward pass changes neither values nor gradients, also
// where dropout must be drawn again alike.
func TestRematerialize(t *testing.T) {
	n := smallNetwork()
	n.encoder.Dropout, n.encoder.OutputDropout = 0.2, 0.2
	w := testWeights(t, n.params(), dtypes.Float64)
	keys, queries := testMasks(dtypes.Float64, 1)
	inputs := []*tensors.Tensor{array(dtypes.Float64, "inputs", netBatch, netInputs, n.encoder.InputDim), keys, queries, randomState(t, 7)}
	gradients := func(b compute.Backend, again bool) [][]float64 {
		n := n
		n.encoder.Rematerialize = again
		return call{b, w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
			p.Train(in[3])
			return n.gradients(p, in)
		}, inputs...)
	}
	want, got := gradients(goBackend(t), false), gradients(goBackend(t), true)
	for i := range want {
		near(t, fmt.Sprintf("loss and gradients, %d", i), got[i], want[i], 1e-9)
	}
}

func TestConfigValidate(t *testing.T) {
	good := smallNetwork().encoder
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		change func(c *Config)
		parts  []string
	}{
		{func(c *Config) { c.Latents = 0 }, []string{"model.latents = 0", "at least 1"}},
		{func(c *Config) { c.Latents = 999_999_999 }, []string{"model.latents = 999999999", "at most 1048576"}},
		{func(c *Config) { c.Blocks, c.LayersPerBlock = 1000, 1000 }, []string{"model.blocks = 1000", "1000000 layers", "4096"}},
		{func(c *Config) { c.LatentDim = -8 }, []string{"model.latent_dim = -8", "at least 1"}},
		{func(c *Config) { c.Blocks = 0 }, []string{"model.blocks = 0"}},
		{func(c *Config) { c.LayersPerBlock = -1 }, []string{"model.layers_per_block = -1", "at least 0"}},
		{func(c *Config) { c.SelfHeads = 3 }, []string{"model.self_heads = 3", "divide model.latent_dim = 8"}},
		{func(c *Config) { c.SelfHeads = 4 }, []string{"self_attends.0", "4 heads", "query and key width 6"}},
		{func(c *Config) { c.CrossHeads = 4 }, []string{"model.cross_heads = 4", "6 and 8", "model.qk_width"}},
		{func(c *Config) { c.CrossHeads = 0 }, []string{"model.cross_heads = 0"}},
		{func(c *Config) { c.CrossAttends = 3 }, []string{"model.cross_attends = 3", "model.blocks = 2"}},
		{func(c *Config) { c.WidthRule = "v" }, []string{`model.width_rule = "v"`, `"kv"`}},
		{func(c *Config) { c.VWidth = 4 }, []string{"model: ", "value width 4", "equal its width 8"}},
		{func(c *Config) { c.QKWidth = -1 }, []string{"model.qk_width = -1"}},
		{func(c *Config) { c.CrossWidening = -1 }, []string{"model.cross_widening = -1"}},
		{func(c *Config) { c.LatentStd = -1 }, []string{"model.latent_std = -1"}},
		{func(c *Config) { c.LatentStd = math.Inf(1) }, []string{"model.latent_std = +Inf"}},
		{func(c *Config) { c.Dropout = 1 }, []string{"model.dropout = 1", "[0, 1)"}},
		{func(c *Config) { c.Dropout = math.NaN() }, []string{"model.dropout = NaN"}},
		{func(c *Config) { c.OutputDropout = -0.5 }, []string{"model.output_dropout = -0.5"}},
		{func(c *Config) { c.Activation = "relu" }, []string{`"relu"`, "gelu_tanh"}},
	} {
		config := good
		c.change(&config)
		wantError(t, config.Validate(), c.parts...)
	}
}

// TestModelErrors checks that mistakes name the layer in which they were found.
func TestModelErrors(t *testing.T) {
	c := smallNetwork().encoder
	w := testWeights(t, c.Params(), dtypes.Float32)
	good := array(dtypes.Float32, "inputs", netBatch, netInputs, c.InputDim)
	for name, x := range map[string]struct {
		input *tensors.Tensor
		build func(p *Pass, x *Node) (*Node, error)
		parts []string
	}{
		"input width": {array(dtypes.Float32, "wide", netBatch, netInputs, 9), func(p *Pass, x *Node) (*Node, error) { return c.Forward(p, x, nil) },
			[]string{"perceiver: perceiver.encoder.cross_attention: ", "layernorm2 takes 5 channels", "[3 7 9]"}},
		"latent width": {array(dtypes.Float32, "wide", netBatch, 4, 9), func(p *Pass, x *Node) (*Node, error) { return c.Process(p, x, nil, nil) },
			[]string{"perceiver: perceiver.encoder.self_attends.0: ", "layernorm1 takes 8 channels"}},
		"inputs are gone": {array(dtypes.Float32, "latents", netBatch, 4, 8), func(p *Pass, x *Node) (*Node, error) { return c.Process(p, x, nil, nil) },
			[]string{"perceiver: perceiver.encoder.cross_attention_2: ", "needs inputs"}},
		"mask": {good, func(p *Pass, x *Node) (*Node, error) {
			return c.Forward(p, x, &Mask{Keys: Ones(p.Graph(), tensors.FromFlatDataAndDimensions(make([]float32, 8), 2, 4).Shape())})
		}, []string{"perceiver.encoder.cross_attention: ", "mask of the keys", "[3 7]"}},
		"other weights": {good, func(p *Pass, x *Node) (*Node, error) {
			other := c
			other.Prefix = "other"
			return other.Forward(p, x, nil)
		}, []string{"perceiver: encode: ", `no weight "other.embeddings.latents"`}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := call{goBackend(t), w}.try(func(p *Pass, in []*Node) ([]*Node, error) {
				z, err := x.build(p, in[0])
				return []*Node{z}, err
			}, x.input)
			wantError(t, err, x.parts...)
		})
	}
}

// TestConfigSwitches checks that each switch that leaves the weights alone still changes the latents.
func TestConfigSwitches(t *testing.T) {
	base := smallNetwork().encoder
	w := testWeights(t, base.Params(), dtypes.Float32)
	inputs := randoms("inputs", netBatch, netInputs, base.InputDim)
	want := latentsOf(t, goBackend(t), base, w, inputs, nil)
	for name, change := range map[string]func(c *Config){
		"encoder residual": func(c *Config) { c.NoEncoderResidual = true },
		"activation":       func(c *Config) { c.Activation = GELUTanh },
		"blocks":           func(c *Config) { c.Blocks = 3 },
		"cross attends":    func(c *Config) { c.CrossAttends = 1 },
		"self heads":       func(c *Config) { c.SelfHeads = 1 },
		"cross heads":      func(c *Config) { c.CrossHeads = 1 },
	} {
		c := base
		change(&c)
		if distance(latentsOf(t, goBackend(t), c, w, inputs, nil), want) < 1e-5 {
			t.Errorf("%s: the latents are the same", name)
		}
	}
}
