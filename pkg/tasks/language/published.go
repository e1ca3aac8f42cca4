// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"encoding/json"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// The classes of the published port.
const (
	ClassMasked = "PerceiverForMaskedLM"
	ClassLabels = "PerceiverForSequenceClassification"
)

// What the published classes fix in code.
const (
	publishedHeads = 8
	publishedQK    = 256
	labelsDecoder  = "perceiver.decoder.decoder"
)

// Network is a published model of text: the masked language model, or the same encoder with a query for the class.
type Network struct {
	*network
	query  perceiver.Learned // the query for the class; its name is "" in the masked language model
	labels perceiver.Decoder
}

// Published is the model of a published configuration, config.json. What the published class fixes in code, the widths
// of the decoder, customJSON may replace; it is nil for published models.
func Published(configJSON, customJSON []byte) (*Network, error) {
	c, err := perceiver.ParsePublished(configJSON)
	if err != nil {
		return nil, err
	}
	class := ""
	if len(c.Architectures) > 0 {
		class = c.Architectures[0]
	}
	if class != ClassMasked && class != ClassLabels {
		return nil, fmt.Errorf("config.json: the class %q is no model of text; known: %s, %s", class, ClassMasked, ClassLabels)
	}
	custom := struct {
		Decoder struct {
			QK    int `json:"qk_channels"`
			V     int `json:"v_channels"`
			Heads int `json:"num_heads"`
			Widen int `json:"widening_factor"`
		} `json:"decoder"`
	}{}
	d := &custom.Decoder
	d.QK, d.V, d.Heads = publishedQK, c.ModelDim, publishedHeads
	if customJSON != nil {
		if err := json.Unmarshal(customJSON, &custom); err != nil {
			return nil, fmt.Errorf("custom.json: %w", err)
		}
	}
	if class == ClassLabels {
		d.QK, d.V, d.Heads = c.LatentDim, c.LatentDim, 1 // of a decoder that this class does not have
	}
	m := Model{Config: c.Config(), EmbeddingDim: c.ModelDim, EmbeddingStd: 0.02, Positions: "learned", Bands: 1,
		Queries: "learned", QueryDim: c.ModelDim, QueryStd: 0.02, DecoderHeads: d.Heads, DecoderQKWidth: d.QK, DecoderVWidth: d.V,
		Readout: "tied", vocabulary: c.Vocabulary}
	inner, err := m.network(c.Positions)
	if err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	inner.decoder.Widen = d.Widen
	n := &Network{network: inner}
	if class == ClassLabels {
		n.query = perceiver.Learned{Name: labelsDecoder + ".output_position_encodings.position_embeddings", Rows: 1, Dim: c.LatentDim}
		n.labels = perceiver.Decoder{Name: labelsDecoder, QueryDim: c.LatentDim, LatentDim: c.LatentDim, Residual: true,
			OutputDim: len(c.Labels), Activation: m.Activation}
		return n, n.labels.Validate()
	}
	return n, n.decoder.Validate()
}

// Params lists every weight of the model, under its published name.
func (n *Network) Params() []perceiver.Param {
	if n.query.Name == "" {
		return n.params()
	}
	ps := append(n.inputParams(), n.encoder.Params()...)
	ps = append(ps, n.query.Params()...)
	return append(ps, n.labels.Params()...)
}

// Forward runs the model on inputs by their published names: "in.input_ids" [B, M] and, where some places are empty,
// "in.attention_mask" [B, M], 1 for those that are not. It returns "out.last_hidden_state" [B, N, D] and "out.logits",
// [B, O, ids] of the masked language model and [B, classes] of the other.
func (n *Network) Forward(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error) {
	ids, mask := in["in.input_ids"], in["in.attention_mask"]
	if ids == nil || ids.Rank() != 2 || !ids.DType().IsInt() {
		return nil, fmt.Errorf("language: the input in.input_ids, whole numbers [B, M], is missing or has another shape")
	}
	x, err := n.inputs(p, ids)
	if err != nil {
		return nil, err
	}
	if mask != nil {
		mask = ConvertDType(mask, x.DType())
	}
	z, err := n.latents(p, x, mask)
	if err != nil {
		return nil, err
	}
	var y *Node
	if n.query.Name == "" {
		y, err = n.outputs(p, z, x, nil)
	} else if y, err = n.labels.Decode(p, z, p.Weight(n.query.Name), nil); err == nil {
		y = Reshape(y, y.Shape().Dim(0), n.labels.OutputDim)
	}
	if err != nil {
		return nil, err
	}
	return map[string]*Node{"out.last_hidden_state": z, "out.logits": y}, nil
}
