// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// transformer is the entity encoder that the paper replaces: self-attention layers in which every unit looks at every
// other. In AlphaStar it has 3 layers of width 256, each with 2 heads of width 128 and an MLP of width 1024. (That the
// layers are 256 wide is what the published cost says: at 512 units 3.2 GFLOP by the formula, 3.3 in the paper.)
type transformer []perceiver.Layer

func (m Model) newTransformer() (Encoder, error) {
	if m.TransformerLayers < 1 {
		return nil, fmt.Errorf("model.transformer_layers = %d: it must be at least 1", m.TransformerLayers)
	}
	if m.TransformerHeads < 1 || m.Width%m.TransformerHeads != 0 {
		return nil, fmt.Errorf("model.transformer_heads = %d: it must divide model.width = %d", m.TransformerHeads, m.Width)
	}
	var t transformer
	for i := range m.TransformerLayers {
		t = append(t, perceiver.Layer{Name: fmt.Sprintf("transformer.layer.%d", i), QueryDim: m.Width, QK: m.Width, Heads: m.TransformerHeads,
			Widen: m.MLPWidening, Activation: m.Activation, MaskRule: m.MaskRule, AttentionDropout: m.Dropout})
	}
	return t, t[0].Validate()
}

func (t transformer) Params() (ps []perceiver.Param) {
	for _, l := range t {
		ps = append(ps, l.Params()...)
	}
	return ps
}

func (t transformer) Cost(m int) (c perceiver.Cost) {
	for _, l := range t {
		c.Process = c.Process.Plus(l.Step(m, m))
	}
	return c
}

// Encode does all the work: the units themselves are the latents.
func (t transformer) Encode(p *perceiver.Pass, units, there *Node) (*Node, error) {
	x, err := units, error(nil)
	for _, l := range t {
		if x, err = l.Forward(p, x, nil, &perceiver.Mask{Keys: there, Queries: there}); err != nil {
			return nil, err
		}
	}
	return x, nil
}

func (t transformer) Decode(p *perceiver.Pass, latents, _, _, rows *Node) (*Node, error) {
	return pick(p, latents, rows)
}
