// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Encoder lets the units of a set know of each other. Encode and Decode are two steps so that an answer can be asked for
// some units only; what goes from one to the other is the encoder's own affair.
type Encoder interface {
	// Params lists the weights.
	Params() []perceiver.Param
	// Cost is the cost of one set with m places; its parts Encode, Process and Decode are used.
	Cost(m int) perceiver.Cost
	// Encode takes units [B, M, W] and there [B, M], 1 for places that hold a unit, to what Decode needs: the latents
	// [B, N, D] of a Perceiver IO.
	Encode(p *perceiver.Pass, units, there *Node) (*Node, error)
	// Decode gives a vector [B, M', W] for each unit in rows, int32 [M'] or [B, M'], or for all, nil.
	Decode(p *perceiver.Pass, latents, units, there, rows *Node) (*Node, error)
}

// Encoders are the values of the key model.encoder.
var Encoders = []string{"perceiver", "transformer", "meanpool"}

// NewEncoder makes the encoder that the model's keys describe.
func (m Model) NewEncoder() (Encoder, error) {
	switch m.Encoder {
	case "perceiver":
		return m.newPerceiver()
	case "transformer":
		return m.newTransformer()
	case "meanpool":
		return meanPool{m.Width, m.MLPWidening}, nil
	}
	return nil, fmt.Errorf("model.encoder = %q: it must be one of %q", m.Encoder, Encoders)
}

// perceiverEncoder is the Perceiver IO: latents look at the units, and the units ask the latents.
type perceiverEncoder struct {
	config  perceiver.Config
	decoder perceiver.Decoder
}

func (m Model) newPerceiver() (Encoder, error) {
	e := perceiverEncoder{config: m.Config}
	e.config.InputDim = m.Width
	if err := e.config.Validate(); err != nil {
		return nil, err
	}
	if m.DecoderHeads < 1 || m.LatentDim%m.DecoderHeads != 0 {
		return nil, fmt.Errorf("model.decoder_heads = %d: it must divide model.latent_dim = %d", m.DecoderHeads, m.LatentDim)
	}
	e.decoder = perceiver.Decoder{Name: "perceiver.decoder", QueryDim: m.Width, LatentDim: m.LatentDim, Heads: m.DecoderHeads,
		Residual: true, Activation: m.Activation, MaskRule: m.MaskRule, Dropout: m.Dropout}
	return e, e.decoder.Validate()
}

func (e perceiverEncoder) Params() []perceiver.Param {
	return append(e.config.Params(), e.decoder.Params()...)
}

func (e perceiverEncoder) Cost(m int) (c perceiver.Cost) {
	c.Encode, c.Process = e.config.Cost(m)
	c.Decode = e.decoder.Cost(m, e.config.Latents)
	return c
}

func (e perceiverEncoder) Encode(p *perceiver.Pass, units, there *Node) (*Node, error) {
	return e.config.Forward(p, units, &perceiver.Mask{Keys: there})
}

func (e perceiverEncoder) Decode(p *perceiver.Pass, latents, units, there, rows *Node) (*Node, error) {
	queries, err := pick(p, units, rows)
	if err != nil {
		return nil, err
	}
	mask, err := pick(p, ExpandDims(there, -1), rows)
	if err != nil {
		return nil, err
	}
	return e.decoder.Decode(p, latents, queries, Squeeze(mask, -1))
}

// pick takes rows of x [B, M, w], as queries that are features do.
func pick(p *perceiver.Pass, x, rows *Node) (*Node, error) {
	if rows == nil {
		return x, nil
	}
	d := x.Shape().Dimensions
	q := perceiver.Queries{Name: "units", Count: d[1], Parts: []perceiver.QueryPart{perceiver.Features{Name: "units", Dim: d[2]}}}
	return q.Array(p, perceiver.QueryInput{Rows: rows, Features: map[string]*Node{"units": x}})
}
