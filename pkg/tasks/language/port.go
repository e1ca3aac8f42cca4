// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// PublishedConfig implements tasks.Portable: the config.json of the published masked language model, where this model is
// one. What the published class fixes in code, a model must have as it is there.
func (t *Task) PublishedConfig() (map[string]any, error) {
	m := t.Model
	decoderV := positive(m.DecoderVWidth, positive(m.DecoderQKWidth, m.LatentDim))
	for _, key := range []struct {
		name  string
		value any
		rule  string
		fits  bool
	}{
		{"positions", m.Positions, "\"learned\"", m.Positions == "learned"},
		{"queries", m.Queries, "\"learned\"", m.Queries == "learned"},
		{"readout", m.Readout, "\"tied\"", m.Readout == "tied"},
		{"decoder_heads", m.DecoderHeads, fmt.Sprint(publishedHeads), m.DecoderHeads == publishedHeads},
		{"decoder_qk_width", m.DecoderQKWidth, fmt.Sprint(publishedQK), positive(m.DecoderQKWidth, m.LatentDim) == publishedQK},
		{"decoder_v_width", m.DecoderVWidth, "embedding_dim", decoderV == m.EmbeddingDim},
		{"decoder_residual", m.DecoderResidual, "false", !m.DecoderResidual},
		{"decoder_layers", m.DecoderLayers, "0", m.DecoderLayers == 0},
		{"cross_attends", m.CrossAttends, "0 or 1", m.CrossAttends <= 1},
		{"unshared_blocks", m.UnsharedBlocks, "false", !m.UnsharedBlocks || m.Blocks == 1},
		{"mask_rule", m.MaskRule, fmt.Sprintf("%q", perceiver.MaskPort), m.MaskRule != perceiver.MaskOriginal},
	} {
		if !key.fits {
			return nil, fmt.Errorf("model.%s = %v: the published masked language model has %s there and nothing else", key.name, key.value, key.rule)
		}
	}
	orNull := func(width int) any {
		if width == 0 {
			return nil
		}
		return width
	}
	activation, rule := "gelu", "kv"
	if m.Activation == perceiver.GELUTanh {
		activation = "gelu_new"
	}
	if m.WidthRule != "" {
		rule = m.WidthRule
	}
	return map[string]any{
		"architectures": []string{ClassMasked}, "model_type": "perceiver",
		"num_latents": m.Latents, "d_latents": m.LatentDim, "d_model": m.EmbeddingDim,
		"num_blocks": m.Blocks, "num_self_attends_per_block": m.LayersPerBlock,
		"num_self_attention_heads": m.SelfHeads, "num_cross_attention_heads": m.CrossHeads,
		"qk_channels": orNull(m.QKWidth), "v_channels": orNull(m.VWidth), "cross_attention_shape_for_attention": rule,
		"self_attention_widening_factor": positive(m.SelfWidening, 1), "cross_attention_widening_factor": positive(m.CrossWidening, 1),
		"hidden_act": activation, "attention_probs_dropout_prob": m.Dropout, "use_query_residual": !m.NoEncoderResidual,
		"initializer_range": 0.02, "layer_norm_eps": 1e-12, "vocab_size": m.ids(), "max_position_embeddings": t.length,
	}, nil
}

// PublishedSpec is the experiment's part that has the model of a published configuration: only the masked language model
// over the 262 ids of the byte tokenizer can be trained and asked here.
func PublishedSpec(configJSON []byte) (*Spec, error) {
	n, err := Published(configJSON, nil)
	if err != nil {
		return nil, err
	}
	if n.query.Name != "" {
		return nil, fmt.Errorf("config.json: the class is %s; only %s can become a run", ClassLabels, ClassMasked)
	}
	m := n.Model
	if m.vocabulary != vocabulary {
		return nil, fmt.Errorf("config.json: vocab_size is %d; the ids of the byte tokenizer are %d", m.vocabulary, vocabulary)
	}
	m.vocabulary = 0
	s := &Spec{Model: m, Data: NewSpec().(*Spec).Data}
	s.Data.Length = n.length
	return s, s.Validate()
}
