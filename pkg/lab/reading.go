// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Reading is a window of text with hidden bytes, and what a model says of it.
type Reading struct {
	text.Masked
	*language.Answer
	known bool // the true bytes are known
}

// HeldOut reads held-out window i, with the bytes hidden that evaluations hide.
func (r *Reader) HeldOut(i int) (*Reading, error) {
	m, err := r.Task.HeldOut(i)
	if err != nil {
		return nil, err
	}
	a, err := r.Ask(m.IDs)
	if err != nil {
		return nil, err
	}
	return &Reading{m, a, true}, nil
}

// Read reads a text of at most as many bytes as the model was trained on, in which [MASK] hides a byte.
func (r *Reader) Read(masked string) (*Reading, error) {
	m := text.Masked{IDs: text.Encode(masked)}
	m.Labels = m.IDs
	for _, id := range m.IDs {
		m.Masked = append(m.Masked, id == text.Mask)
	}
	a, err := r.Ask(m.IDs)
	if err != nil {
		return nil, err
	}
	return &Reading{m, a, false}, nil
}

// MaskedText draws readings one below the other: what the model saw, what it filled in, and what stands there.
func MaskedText(title string, readings ...*Reading) *viz.Drawing {
	texts := make([][]viz.Cell, len(readings))
	for k, r := range readings {
		for i := range r.IDs {
			c := viz.Cell{Seen: glyph(r.IDs[i]), Masked: r.Masked.Masked[i]}
			if c.Masked {
				best := text.FirstByte
				for id := best; id < len(r.Probabilities[i]); id++ {
					if r.Probabilities[i][id] > r.Probabilities[i][best] {
						best = id
					}
				}
				c.Guess, c.P = glyph(int32(best)), float64(r.Probabilities[i][best])
			}
			if r.known {
				c.Truth = glyph(r.Labels[i])
			}
			texts[k] = append(texts[k], c)
		}
	}
	return viz.MaskedText(title, texts...)
}

func glyph(id int32) string {
	if id < text.FirstByte {
		return ""
	}
	return viz.Glyph(byte(id - text.FirstByte))
}

// EncoderMap draws where each latent looks, mean over the heads: rows are latents, columns the bytes that it sees.
func (r *Reading) EncoderMap(title string) *viz.Drawing {
	return viz.AttentionMap(title, r.Encoder, nil, r.glyphs())
}

// DecoderMap draws which latents the query of each byte asks, mean over the heads: rows are bytes, columns latents.
func (r *Reading) DecoderMap(title string) *viz.Drawing {
	return viz.AttentionMap(title, r.Decoder, r.glyphs(), nil)
}

func (r *Reading) glyphs() []string {
	raw := make([]byte, len(r.Labels))
	for i, id := range r.Labels {
		raw[i] = byte(max(0, id-text.FirstByte))
	}
	return viz.Glyphs(raw, r.Masked.Masked)
}
