// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"fmt"
	"math"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Model is the section [model] of an audio experiment: the architecture, how sound goes in, and how classes come out.
//
//	inputs   pieces of Patch frames × channels with Fourier positions, and behind
//	         them pieces of the film where there is one                       [B, M, C]
//	query    one learned vector                                                [1, Q]
//	outputs  a score for each class                                            [B, 1, E]
type Model struct {
	perceiver.Config

	Patch           []int   `toml:"patch"`     // frames, and for a spectrogram bands, of one input; 0 bands: all of them
	Bands           int     `toml:"bands"`     // of the Fourier positions
	QueryDim        int     `toml:"query_dim"` // Q
	QueryStd        float64 `toml:"query_std"` // of the query's initial values
	DecoderHeads    int     `toml:"decoder_heads"`
	VideoPatch      []int   `toml:"video_patch"`   // of films: frames, and side in pixels, of one input
	VideoBands      int     `toml:"video_bands"`   // of films: of the Fourier positions, for each of t, y and x
	InputPadding    int     `toml:"input_padding"` // of sound with film: learned channels of the wider of both, so that each has some
	DecoderResidual bool    `toml:"decoder_residual"`
}

func defaults() Model {
	return Model{
		Config: perceiver.Config{Latents: 16, LatentDim: 64, Blocks: 1, LayersPerBlock: 2, SelfHeads: 4, CrossHeads: 4, QKWidth: 64, VWidth: 64, LatentStd: 0.5},
		Patch:  []int{1, 0}, Bands: 16, QueryDim: 64, QueryStd: 0.5, DecoderHeads: 4,
		VideoPatch: []int{2, 8}, VideoBands: 8, InputPadding: 4,
	}
}

// network is the model for sounds of one length.
type network struct {
	Model
	frames, channels int // of what it hears
	patch, grid      [2]int
	labels           []string
	several          bool
	encoder          perceiver.Config
	modalities       []modality // of sound, of films, or both
	film             []int      // frames, height, width and colours; nil where there are none
	query            perceiver.Queries
	decoder          perceiver.Decoder
}

// network puts the parts together.
func (s *Spec) network() (*network, error) {
	d, m := s.Data, s.Model
	if err := d.validate(); err != nil {
		return nil, err
	}
	n := &network{Model: m, frames: d.frames(), channels: d.channels(), labels: d.classes(), several: d.several(), encoder: m.Config}
	if err := n.cut(); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		key   string
		value int
	}{{"bands", m.Bands}, {"query_dim", m.QueryDim}, {"decoder_heads", m.DecoderHeads}} {
		if f.value < 1 {
			return nil, fmt.Errorf("model.%s = %d: it must be at least 1", f.key, f.value)
		}
	}
	if !(m.QueryStd > 0) || math.IsInf(m.QueryStd, 0) {
		return nil, fmt.Errorf("model.query_std = %g: it must be a positive number", m.QueryStd)
	}
	if d.hears() {
		sound := modality{hearing, n.patch[0] * n.patch[1], perceiver.Fourier{Name: "perceiver.positions", Grid: n.grid[:1], Bands: m.Bands}}
		if n.grid[1] > 1 {
			sound.places.Grid = n.grid[:]
		}
		n.modalities = append(n.modalities, sound)
	}
	if d.sees() {
		film, err := n.see(d)
		if err != nil {
			return nil, err
		}
		n.modalities = append(n.modalities, film)
	}
	for _, x := range n.modalities {
		if err := x.places.Validate(); err != nil {
			return nil, fmt.Errorf("model: the positions of %s: %w", x.name, err)
		}
		n.encoder.InputDim = max(n.encoder.InputDim, x.width())
	}
	if len(n.modalities) > 1 {
		if m.InputPadding < 1 {
			return nil, fmt.Errorf("model.input_padding = %d: it must be at least 1, or sound and film cannot be told apart", m.InputPadding)
		}
		n.encoder.InputDim += m.InputPadding
	}
	if err := n.encoder.Validate(); err != nil {
		return nil, err
	}
	n.query = perceiver.Queries{Name: "perceiver.decoder.queries", Count: 1, Parts: []perceiver.QueryPart{
		perceiver.Learned{Name: "perceiver.decoder.output_position_encodings.position_embeddings", Rows: 1, Dim: m.QueryDim, Std: m.QueryStd}}}
	n.decoder = perceiver.Decoder{Name: "perceiver.decoder", QueryDim: m.QueryDim, LatentDim: m.LatentDim, Heads: m.DecoderHeads, Residual: m.DecoderResidual,
		OutputDim: len(n.labels), Activation: m.Activation, MaskRule: m.MaskRule, Dropout: m.Dropout}
	if m.LatentDim%m.DecoderHeads != 0 {
		return nil, fmt.Errorf("model.decoder_heads = %d: it must divide model.latent_dim = %d", m.DecoderHeads, m.LatentDim)
	}
	return n, n.decoder.Validate()
}

// cut finds how many pieces there are.
func (n *network) cut() error {
	p := n.Patch
	if len(p) == 0 || len(p) > 2 || p[0] < 1 || len(p) == 2 && p[1] < 0 {
		return fmt.Errorf("model.patch = %v: it must be the frames and the bands of one input, as [2, 20], or the frames alone", p)
	}
	n.patch = [2]int{p[0], n.channels}
	if len(p) == 2 && p[1] > 0 {
		n.patch[1] = p[1]
	}
	if n.frames%n.patch[0] != 0 || n.channels%n.patch[1] != 0 {
		return fmt.Errorf("model.patch = %v: it must divide the %d frames and %d bands that data.seconds, data.rate, data.hop and data.mels make", p, n.frames, n.channels)
	}
	n.grid = [2]int{n.frames / n.patch[0], n.channels / n.patch[1]}
	return nil
}

// inputs builds the input array [B, M, C].
func (n *network) inputs(p *perceiver.Pass, s senses) (*Node, error) {
	return p.Catch("perceiver.input_preprocessor", func() *Node {
		var parts []*Node
		for _, m := range n.modalities {
			var x *Node
			if m.name == seeing {
				x = n.pieces(s.film)
			} else {
				b := s.sound.Shape().Dim(0)
				s.sound.AssertDims(b, n.frames, n.channels)
				x = perceiver.Patches(ExpandDims(s.sound, -1), n.patch[0], n.patch[1])
				x = Reshape(x, b, n.grid[0]*n.grid[1], n.patch[0]*n.patch[1])
			}
			p.Show("inputs_without_pos", x)
			x = Concatenate([]*Node{x, perceiver.Broadcast(m.places.Encode(p), x.Shape().Dim(0))}, -1)
			if len(n.modalities) > 1 {
				x = n.pad(p, m, x)
			}
			parts = append(parts, x)
		}
		x := Concatenate(parts, 1)
		p.Show("preprocessed", x)
		return x
	})
}

// latents builds encode and process.
func (n *network) latents(p *perceiver.Pass, s senses) (*Node, error) {
	inputs, err := n.inputs(p, s)
	if err != nil {
		return nil, err
	}
	var mask *perceiver.Mask
	if _, err := p.Catch("modalities", func() *Node { mask = n.mask(s); return nil }); err != nil {
		return nil, err
	}
	return n.encoder.Forward(p, inputs, mask)
}

// outputs builds decode: scores [B, O', E] of the query, asked for as often as there are rows.
func (n *network) outputs(p *perceiver.Pass, latents, rows *Node) (*Node, error) {
	q, err := n.query.Array(p, perceiver.QueryInput{Rows: rows})
	if err != nil {
		return nil, err
	}
	return n.decoder.Decode(p, latents, q, nil)
}

// Params implements tasks.Task.
func (n *network) Params() []perceiver.Param {
	var ps []perceiver.Param
	for _, m := range n.modalities {
		ps = append(ps, m.places.Params()...)
		if len(n.modalities) > 1 {
			ps = append(ps, n.padding(m).Params()...)
		}
	}
	ps = append(ps, n.encoder.Params()...)
	ps = append(ps, n.query.Params()...)
	return append(ps, n.decoder.Params()...)
}

// Cost implements tasks.Task.
func (n *network) Cost() perceiver.Cost {
	var c perceiver.Cost
	c.Encode, c.Process = n.encoder.Cost(n.inputCount())
	if len(n.modalities) > 1 {
		for _, m := range n.modalities {
			c.Input.Params += n.padding(m).Dim
		}
	}
	c.Decode = n.query.Cost(1).Plus(n.decoder.Cost(1, n.Latents))
	return c
}

// inputCount is M.
func (n *network) inputCount() int {
	m := 0
	for _, x := range n.modalities {
		m += x.places.Count()
	}
	return m
}

// Shapes implements tasks.Task.
func (n *network) Shapes() tasks.Shapes {
	return tasks.Shapes{M: n.inputCount(), C: n.encoder.InputDim, N: n.Latents, D: n.LatentDim, O: 1, Q: n.QueryDim, E: len(n.labels)}
}

// Architecture implements tasks.Task.
func (n *network) Architecture() perceiver.Config { return n.encoder }
