// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// Decoder turns a query array and the latents into outputs: one cross-attention in which O queries attend to N
// latents, and a linear layer to E channels where OutputDim asks for one. Each query is answered alone, so any subset
// of the queries gives the same outputs as the whole array does, row by row.
type Decoder struct {
	Name       string // prefix of the published weights
	QueryDim   int    // Q
	LatentDim  int    // D
	QK, V      int    // widths of the attention; QK 0: LatentDim, V 0: QK
	Heads      int    // 0: 1
	Widen      int    // 0: 1, also where the encoder widens, as in the published configurations
	Residual   bool   // adds the queries to the attention's output
	OutputDim  int    // E; 0: no final layer, outputs have QueryDim channels
	ZeroInit   bool   // starts the final layer at 0, as the published flow model does
	Activation Activation
	MaskRule   MaskRule
	Dropout    float64 // on attention probabilities

	// SelfLayers adds self-attention layers over the outputs after the cross-attention. Users ask for it; no published
	// model has it. Outputs then depend on each other: Independent is false, and decoding in parts is refused.
	SelfLayers int
}

// Independent reports whether each output depends on its own query only, so that any subset of them can be decoded.
func (d Decoder) Independent() bool { return d.SelfLayers == 0 }

// Layer is the decoder's cross-attention.
func (d Decoder) Layer() Layer {
	return Layer{Name: d.Name + ".decoding_cross_attention", QueryDim: d.QueryDim, KVDim: d.LatentDim, QK: positive(d.QK, d.LatentDim), V: d.V,
		Heads: d.Heads, Widen: d.Widen, NoResidual: !d.Residual, Activation: d.Activation, MaskRule: d.MaskRule, AttentionDropout: d.Dropout}
}

// SelfLayer is the i-th self-attention over the outputs.
func (d Decoder) SelfLayer(i int) Layer {
	return Layer{Name: fmt.Sprintf("%s.self_attends.%d", d.Name, i), QueryDim: d.QueryDim, QK: d.QueryDim, Heads: d.Heads, Widen: d.Widen,
		Activation: d.Activation, MaskRule: d.MaskRule, AttentionDropout: d.Dropout}
}

func (d Decoder) layers() []Layer {
	ls := []Layer{d.Layer()}
	for i := range d.SelfLayers {
		ls = append(ls, d.SelfLayer(i))
	}
	return ls
}

// Validate finds a mistake in the decoder's sizes.
func (d Decoder) Validate() error {
	for _, l := range d.layers() {
		if err := l.Validate(); err != nil {
			return fmt.Errorf("decoder: %w", err)
		}
	}
	if d.OutputDim < 0 {
		return fmt.Errorf("decoder: %s: the output width %d must not be negative", d.Name, d.OutputDim)
	}
	return nil
}

// Params lists the decoder's weights; those of its queries are listed by Queries.
func (d Decoder) Params() []Param {
	var ps []Param
	for _, l := range d.layers() {
		ps = append(ps, l.Params()...)
	}
	if d.OutputDim > 0 {
		init := Init(FanIn)
		if d.ZeroInit {
			init = Fill(0)
		}
		ps = append(ps, NewLinear(d.Name+".final_layer", d.QueryDim, d.OutputDim, init)...)
	}
	return ps
}

// Decode answers queries [O, Q] or [B, O, Q] from latents [B, N, D] and returns outputs [B, O, E]. QueryMask [B, O] may
// be nil; only MaskOriginal looks at it.
func (d Decoder) Decode(p *Pass, latents, queries, queryMask *Node) (*Node, error) {
	return p.Catch("decode", func() *Node {
		q := Broadcast(queries, latents.Shape().Dim(0))
		var mask *Mask
		if queryMask != nil {
			mask = &Mask{Queries: queryMask}
		}
		p.Show("queries", q)
		y := d.Layer().forward(p, q, latents, mask)
		for i := range d.SelfLayers {
			y = d.SelfLayer(i).forward(p, y, nil, nil)
		}
		if d.OutputDim > 0 {
			leave := p.at(d.Name + ".final_layer")
			y = p.Linear(d.Name+".final_layer", y)
			leave()
		}
		p.Show("outputs", y)
		return y
	})
}

// Projection is the head of the Perceiver of 2021, which has no queries: the mean over the latents, then one linear
// layer to E channels that starts at 0.
type Projection struct {
	Name                 string
	LatentDim, OutputDim int
}

// Params lists the weights of the linear layer.
func (h Projection) Params() []Param {
	return NewLinear(h.Name+".final_layer", h.LatentDim, h.OutputDim, Fill(0))
}

// Decode turns latents [B, N, D] into outputs [B, E].
func (h Projection) Decode(p *Pass, latents *Node) (*Node, error) {
	return p.Catch(h.Name, func() *Node { return p.Linear(h.Name+".final_layer", ReduceMean(latents, 1)) })
}
