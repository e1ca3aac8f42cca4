// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// imageModel is the published ImageNet shape: 512 latents of 1024 channels, 8 blocks of 6 layers.
func imageModel(inputDim int) Config {
	return Config{Latents: 512, LatentDim: 1024, Blocks: 8, LayersPerBlock: 6, SelfHeads: 8, CrossHeads: 1, InputDim: inputDim}
}

// flowModel is the published shape for optical flow, whose queries are its inputs.
func flowModel(latents, layers int) (Config, Decoder) {
	return Config{Latents: latents, LatentDim: 512, Blocks: 1, LayersPerBlock: layers, SelfHeads: 16, CrossHeads: 1, InputDim: 322},
		Decoder{Name: "perceiver.decoder", QueryDim: 322, LatentDim: 512, OutputDim: 2}
}

// TestPublishedCosts compares parameters with the published checkpoints and FLOPs with the papers' formula. What tasks
// add before the encoder and after the decoder is given as numbers here.
func TestPublishedCosts(t *testing.T) {
	classes := Decoder{Name: "perceiver.decoder", QueryDim: 1024, LatentDim: 1024, Residual: true, OutputDim: 1000}
	query := Queries{Name: "q", Count: 1, Parts: []QueryPart{Learned{Name: "query", Rows: 1, Dim: 1024}}}
	answer := query.Cost(1).Plus(classes.Cost(1, 512))
	head := LinearStep(1, 1024, 1000) // of the Perceiver of 2021, on the mean of the latents
	flow, flowDecoder := flowModel(2048, 24)
	small, smallDecoder := flowModel(1024, 16)
	pixels := 368 * 496
	patches := LinearStep(pixels, 54, 64)
	media := Config{Latents: 784, LatentDim: 512, Blocks: 1, LayersPerBlock: 8, SelfHeads: 8, CrossHeads: 1, InputDim: 704}
	mediaDecoder := Decoder{Name: "perceiver.decoder", QueryDim: 1026, LatentDim: 512, OutputDim: 512}
	language := Config{Latents: 256, LatentDim: 1280, Blocks: 1, LayersPerBlock: 26, SelfHeads: 8, CrossHeads: 8, QKWidth: 256, VWidth: 1280, InputDim: 768}
	languageDecoder := Decoder{Name: "perceiver.decoder", QueryDim: 768, LatentDim: 1280, QK: 256, V: 768, Heads: 8}
	crosses := func(n int) Config {
		c := imageModel(261)
		c.CrossAttends = n
		return c
	}
	unshared := crosses(8)
	unshared.UnsharedBlocks, unshared.UnsharedCross = true, true

	for _, c := range []struct {
		name       string
		config     Config
		inputs     int
		rest       Step // decoder, and what the task adds
		params     int
		gigaFLOPs  float64
		wrongFLOPs float64 // how far the published number may be from ours, being rounded
	}{
		{"ImageNet, Fourier", imageModel(261), 50_176, answer, 48_440_627, 406.1, 0.1},
		{"ImageNet, convolution", imageModel(322), 3136, answer.Plus(Step{Params: 64*3*7*7 + 2*64}), 48_646_522, 369.1, 0.1},
		{"ImageNet, learned positions", imageModel(512), 50_176,
			answer.Plus(LinearStep(50_176, 3, 256)).Plus(LinearStep(50_176, 256, 256)).Plus(Step{Params: 50_176 * 256}), 62_255_848, 478.0, 0.1},
		{"Perceiver, 1 cross-attend", crosses(1), 50_176, head, 42_135_859, 404.0, 0.1},
		{"Perceiver, 2 cross-attends", crosses(2), 50_176, head, 44_912_254, 447.2, 0.1},
		{"Perceiver, 4 cross-attends", crosses(4), 50_176, head, 44_912_254, 533.5, 0.1},
		{"Perceiver, 8 cross-attends", crosses(8), 50_176, head, 44_912_254, 706.3, 0.1},
		{"Perceiver, nothing shared", unshared, 50_176, head, 326_241_856, 706.3, 0.1},
		{"flow", flow, pixels, flowDecoder.Cost(pixels, 2048).Plus(patches), 41_057_134, 1886.7, 0.1},
		{"flow, 16 layers of 1024 latents", small, pixels, smallDecoder.Cost(pixels, 1024).Plus(patches), 27_908_974, 985.5, 0.1},
		{"multimodal, all outputs", media, 52_097, mediaDecoder.Cost(804_737, 784), 2_243_520 + 8*1_577_984 + 784*512 + 3_690_006 + 1026*512 + 512, 7470, 10},
		{"multimodal, training", media, 52_097, mediaDecoder.Cost(1025, 784), 2_243_520 + 8*1_577_984 + 784*512 + 3_690_006 + 1026*512 + 512, 260, 1},
		// The embeddings are those of the read-out; the two tables are input positions and queries.
		{"language", language, 2048, languageDecoder.Cost(2048, 256).Plus(LinearStep(2048, 768, 262)).Plus(Step{Params: 2 * 2048 * 768}), 201_108_230, 120.9, 0.1},
	} {
		encode, process := c.config.Cost(c.inputs)
		total := Cost{Encode: encode, Process: process, Decode: c.rest}.Total()
		if total.Params != c.params {
			t.Errorf("%s: %d parameters, want %d", c.name, total.Params, c.params)
		}
		if got := total.FLOPs / 1e9; math.Abs(got-c.gigaFLOPs) > c.wrongFLOPs {
			t.Errorf("%s: %.2f GFLOP, want %g", c.name, got, c.gigaFLOPs)
		}
	}
}

// TestCostIsLinear checks, exactly, that every additional input element and every additional output costs the same.
func TestCostIsLinear(t *testing.T) {
	n := smallNetwork()
	linear := func(what string, f func(x int) Step) {
		t.Helper()
		zero, one := f(1000), f(1001)
		flops, bytes := one.FLOPs-zero.FLOPs, one.Bytes-zero.Bytes
		if flops <= 0 || bytes <= 0 {
			t.Errorf("%s: one more costs %g FLOPs and %g bytes", what, flops, bytes)
		}
		for _, x := range []int{2000, 50_176, 1_000_000} {
			more := float64(x - 1000)
			if got := f(x); got.FLOPs != zero.FLOPs+more*flops || got.Bytes != zero.Bytes+more*bytes || got.Params != zero.Params {
				t.Errorf("%s: %d of them cost %+v; 1000 cost %+v, and each one more %g and %g", what, x, got, zero, flops, bytes)
			}
		}
	}
	linear("inputs", func(m int) Step { encode, _ := n.encoder.Cost(m); return encode })
	linear("outputs", func(o int) Step { return n.decoder.Cost(o, n.encoder.Latents) })
	linear("outputs with self-attends over latents only", func(o int) Step {
		encode, process := n.encoder.Cost(netInputs)
		return Cost{Encode: encode, Process: process, Decode: n.decoder.Cost(o, 4), Output: LinearStep(o, 3, 7)}.Total()
	})
	linear("query projection", Queries{Name: "q", Parts: []QueryPart{Token{Name: "token", Dim: 4}}, Project: 9}.Cost)
	_, few := n.encoder.Cost(10)
	if _, many := n.encoder.Cost(1000); few != many {
		t.Errorf("the latent tower costs %+v with 10 inputs and %+v with 1000", few, many)
	}
	tied := n.decoder
	tied.SelfLayers = 1
	if a, b, c := tied.Cost(1000, 4).FLOPs, tied.Cost(2000, 4).FLOPs, tied.Cost(3000, 4).FLOPs; c-b <= b-a {
		t.Error("self-attention over the outputs must cost more for each output the more there are")
	}
}

// TestCostCountsWeights checks the parameters of Cost against the weights themselves, for many configurations.
func TestCostCountsWeights(t *testing.T) {
	n, tried := smallNetwork(), 0
	for _, blocks := range []int{1, 3} {
		for _, layers := range []int{0, 2} {
			for _, crosses := range []int{0, 1, 3} {
				for _, unshared := range []bool{false, true} {
					for _, qk := range []int{0, 6} {
						c, d := n.encoder, n.decoder
						c.Blocks, c.LayersPerBlock, c.CrossAttends, c.QKWidth = blocks, layers, min(crosses, blocks), qk
						c.UnsharedBlocks, c.UnsharedCross = unshared, unshared
						c.WidthRule = map[bool]string{true: "q", false: "kv"}[unshared]
						d.SelfLayers, d.OutputDim = layers, crosses
						encode, process := c.Cost(netInputs)
						total := encode.Plus(process).Plus(d.Cost(netOutputs, c.Latents)).Plus(n.queries.Cost(netOutputs))
						weights := append(append(c.Params(), d.Params()...), n.queries.Params()...)
						if want := Count(weights); total.Params != want {
							t.Errorf("%+v: cost counts %d parameters, there are %d", c, total.Params, want)
						}
						tried++
					}
				}
			}
		}
	}
	if tried != 48 {
		t.Errorf("tried %d configurations", tried)
	}
}

// TestCostCountsProducts counts the matrix products of the graph itself.
func TestCostCountsProducts(t *testing.T) {
	n := smallNetwork()
	n.decoder.QueryDim, n.queries.Project, n.decoder.SelfLayers = 8, 8, 1
	w := testWeights(t, n.params(), dtypes.Float32)
	counted := 0.0
	call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		out, err := n.build(p, in[0], nil, nil)
		counted = 0
		for _, node := range p.Graph().Nodes() {
			if node.Type() == NodeTypeDotGeneral {
				counted += productFLOPs(node)
			}
		}
		return out, err
	}, array(dtypes.Float32, "inputs", netBatch, netInputs, n.encoder.InputDim))

	encode, process := n.encoder.Cost(netInputs)
	each := encode.Plus(process).Plus(n.decoder.Cost(netOutputs, n.encoder.Latents)).Plus(LinearStep(1, n.head.LatentDim, n.head.OutputDim))
	// The query array is the same for the whole batch, and is made once.
	if want := netBatch*each.FLOPs + n.queries.Cost(netOutputs).FLOPs; counted != want {
		t.Errorf("the graph multiplies and adds %g times, the cost says %g", counted, want)
	}
}

// productFLOPs is the cost of a product [batch…, rows, k] × [batch…, k, columns], its axes in any order.
func productFLOPs(node *Node) float64 {
	out := node.Shape().Dimensions
	batch := product(out[:len(out)-2])
	rows, columns := out[len(out)-2], out[len(out)-1]
	k := node.Inputs()[0].Shape().Size() / (batch * rows)
	return 2 * float64(batch) * float64(rows) * float64(columns) * float64(k)
}
