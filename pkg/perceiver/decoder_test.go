// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// TestDecodeInParts checks that any choice of queries, one for the whole batch or one for each element of it, gets the
// answers that the whole array gets.
func TestDecodeInParts(t *testing.T) {
	n := smallNetwork()
	w := testWeights(t, append(n.queries.Params(), n.decoder.Params()...), dtypes.Float32)
	latents := array(dtypes.Float32, "latents", netBatch, n.decoder.LatentDim, n.decoder.LatentDim)
	some := []int{5, 1, 1, 0}
	each := []int{0, 3, 5, 5, 2, 4}
	width := n.decoder.OutputDim
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		out := call{b, w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
			var results []*Node
			for _, rows := range []*Node{nil, in[1], in[2]} {
				q, err := n.queries.Array(p, QueryInput{Rows: rows})
				if err != nil {
					return nil, err
				}
				y, err := n.decoder.Decode(p, in[0], q, nil)
				if err != nil {
					return nil, err
				}
				results = append(results, y)
			}
			return results, nil
		}, latents, integerRows(some, len(some)), integerRows(each, netBatch, 2))
		whole := out[0]
		near(t, "some rows", out[1], pickRows(whole, netOutputs, width, some), 1e-5)
		var want []float64
		for e := range netBatch {
			want = append(want, pickRows(whole[e*netOutputs*width:(e+1)*netOutputs*width], netOutputs, width, each[2*e:2*e+2])...)
		}
		near(t, "rows of each element", out[2], want, 1e-5)
	})
	if !n.decoder.Independent() {
		t.Error("a decoder without self-attention must answer each query alone")
	}
}

// decodeWith decodes random queries from random latents, with a query mask where there is one.
func decodeWith(t *testing.T, d Decoder, w *Weights, queries, latents string, mask []float32) []float64 {
	t.Helper()
	return call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		var m *Node
		if mask != nil {
			m = in[2]
		}
		y, err := d.Decode(p, in[1], in[0], m)
		return []*Node{y}, err
	}, array(dtypes.Float32, queries, netBatch, netOutputs, d.QueryDim), array(dtypes.Float32, latents, netBatch, 4, d.LatentDim),
		floats(dtypes.Float32, append(mask, make([]float32, netBatch*netOutputs-len(mask))...), netBatch, netOutputs))[0]
}

// TestSelfLayersTieOutputs checks that outputs depend on other queries with self-attention after decoding, and only then.
func TestSelfLayersTieOutputs(t *testing.T) {
	for _, layers := range []int{0, 2} {
		d := smallNetwork().decoder
		d.SelfLayers, d.QueryDim = layers, 8
		w := testWeights(t, d.Params(), dtypes.Float32)
		decode := func(first float32) []float64 {
			q := randoms("queries", netBatch, netOutputs, d.QueryDim)
			for i := range d.QueryDim {
				q[i] *= first // of the first query of the first example
			}
			return call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
				y, err := d.Decode(p, in[1], in[0], nil)
				return []*Node{y}, err
			}, floats(dtypes.Float32, q, netBatch, netOutputs, d.QueryDim), array(dtypes.Float32, "latents", netBatch, 4, d.LatentDim))[0]
		}
		before, after := decode(1), decode(-1)
		far(t, "the answer to the changed query", before[:d.OutputDim], after[:d.OutputDim])
		others, changed := before[d.OutputDim:netOutputs*d.OutputDim], after[d.OutputDim:netOutputs*d.OutputDim]
		if layers == 0 {
			near(t, "answers to other queries", changed, others, 0)
		} else {
			far(t, "answers to other queries", changed, others)
		}
		near(t, "another example", after[netOutputs*d.OutputDim:], before[netOutputs*d.OutputDim:], 0)
		if d.Independent() != (layers == 0) {
			t.Errorf("with %d layers after decoding, Independent is %t", layers, d.Independent())
		}
	}
}

// TestQueryMask checks that a masked query learns nothing of the latents under the original rule.
func TestQueryMask(t *testing.T) {
	d := smallNetwork().decoder
	d.MaskRule = MaskOriginal
	w := testWeights(t, d.Params(), dtypes.Float32)
	mask := []float32{1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}
	a, b := decodeWith(t, d, w, "queries", "latents", mask), decodeWith(t, d, w, "queries", "other latents", mask)
	for i, keep := range mask {
		x, y := a[i*d.OutputDim:(i+1)*d.OutputDim], b[i*d.OutputDim:(i+1)*d.OutputDim]
		if same := distance(x, y) == 0; same != (keep == 0) {
			t.Errorf("query %d, kept %g: answers %v and %v", i, keep, x, y)
		}
	}
}

// TestDecoderSwitches checks that each switch has its effect on the outputs or on the weights.
func TestDecoderSwitches(t *testing.T) {
	base := smallNetwork().decoder
	want := decodeWith(t, base, testWeights(t, base.Params(), dtypes.Float32), "queries", "latents", nil)
	for name, change := range map[string]func(d *Decoder){
		"residual":   func(d *Decoder) { d.Residual = false },
		"heads":      func(d *Decoder) { d.Heads = 1 },
		"widening":   func(d *Decoder) { d.Widen = 1 },
		"value":      func(d *Decoder) { d.V = 4 },
		"activation": func(d *Decoder) { d.Activation = GELUTanh },
	} {
		d := base
		change(&d)
		got := decodeWith(t, d, testWeights(t, d.Params(), dtypes.Float32), "queries", "latents", nil)
		if distance(got, want) < 1e-6 {
			t.Errorf("%s: the outputs are the same", name)
		}
	}
	if l := (Decoder{Name: "d", QueryDim: 3, LatentDim: 10}).Layer(); l.QK != 10 || l.v() != 10 || l.heads() != 1 || l.widen() != 1 || !l.NoResidual {
		t.Errorf("the zero values of a decoder give %+v; want widths of the latents, one head, no widening, no residual", l)
	}

	base.ZeroInit = true
	w, err := NewWeights(base.Params(), dtypes.Float32)
	if err == nil {
		err = w.Init(1)
	}
	if err != nil {
		t.Fatal(err)
	}
	near(t, "outputs of a final layer that starts at 0", decodeWith(t, base, w, "queries", "latents", nil), make([]float64, len(want)), 0)
	base.OutputDim = 0
	if got := decodeWith(t, base, testWeights(t, base.Params(), dtypes.Float32), "queries", "latents", nil); len(got) != netBatch*netOutputs*base.QueryDim {
		t.Errorf("without a final layer there are %d numbers, want one for each channel of each query", len(got))
	}
}

func TestDecoderErrors(t *testing.T) {
	d := smallNetwork().decoder
	w := testWeights(t, d.Params(), dtypes.Float32)
	for name, c := range map[string]struct {
		decoder         Decoder
		queries, latent int
		parts           []string
	}{
		"query width":  {d, 8, 8, []string{"decoder.decoding_cross_attention: ", "layernorm1 takes 9 channels"}},
		"latent width": {d, 9, 7, []string{"decoder.decoding_cross_attention: ", "layernorm2 takes 8 channels"}},
		"no weights":   {Decoder{Name: "other", QueryDim: 9, LatentDim: 8}, 9, 8, []string{"no weight", "other.decoding_cross_attention"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := call{goBackend(t), w}.try(func(p *Pass, in []*Node) ([]*Node, error) {
				y, err := c.decoder.Decode(p, in[1], in[0], nil)
				return []*Node{y}, err
			}, array(dtypes.Float32, "q", netBatch, netOutputs, c.queries), array(dtypes.Float32, "z", netBatch, 4, c.latent))
			wantError(t, err, c.parts...)
		})
	}
	bad := d
	bad.OutputDim = -1
	wantError(t, bad.Validate(), "decoder: decoder: ", "-1")
	bad = d
	bad.Heads = 3
	wantError(t, bad.Validate(), "decoder: decoder.decoding_cross_attention: ", "3 heads")
	bad = d
	bad.SelfLayers = 1 // of width 9, with 2 heads
	wantError(t, bad.Validate(), "decoder.self_attends.0", "2 heads")
}

// TestProjection checks the head of 2021 against its definition, the mean over the latents before the linear layer.
func TestProjection(t *testing.T) {
	h := Projection{Name: "head", LatentDim: 3, OutputDim: 2}
	w := testWeights(t, h.Params(), dtypes.Float32)
	z := array(dtypes.Float32, "z", 2, 4, 3)
	got := call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		y, err := h.Decode(p, in[0])
		return []*Node{y}, err
	}, z)[0]
	published := map[string][]float64{}
	if err := w.Published("", func(p Piece, v []float32) error { published[p.Name] = widen(v); return nil }); err != nil {
		t.Fatal(err)
	}
	var want []float64
	for _, latents := range toMatrices(t, z) {
		for e := range 2 {
			y := published["head.final_layer.bias"][e]
			for _, row := range latents {
				for c, x := range row {
					y += x / 4 * published["head.final_layer.weight"][3*e+c]
				}
			}
			want = append(want, y)
		}
	}
	near(t, "projection", got, want, 1e-6)
	_, err := call{goBackend(t), w}.try(func(p *Pass, in []*Node) ([]*Node, error) {
		y, err := h.Decode(p, in[0])
		return []*Node{y}, err
	}, array(dtypes.Float32, "z", 2, 4, 5))
	wantError(t, err, "perceiver: head: ", "takes 3 channels")
}
