// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// The modalities. Inputs of sound stand before those of films, as their names do.
const (
	hearing = "audio"
	seeing  = "image"
)

const inputName = "perceiver.input_preprocessor."

// colours of a pixel.
const colours = 3

// modality is how one kind of input goes in.
type modality struct {
	name   string
	patch  int // numbers of a piece
	places perceiver.Fourier
}

// width is that of its inputs, before they are padded.
func (m modality) width() int { return m.patch + m.places.Width() }

// padding makes all modalities of one width, and tells them from each other.
func (n *network) padding(m modality) perceiver.Token {
	return perceiver.Token{Name: inputName + "padding." + m.name, Dim: n.encoder.InputDim - m.width()}
}

// see finds the pieces of films: Frames × side × side pixels with Fourier positions along t, y and x.
func (n *network) see(d Data) (modality, error) {
	p, f := n.VideoPatch, d.format()
	if len(p) != 2 || p[0] < 1 || p[1] < 1 {
		return modality{}, fmt.Errorf("model.video_patch = %v: it must be the frames and the side, in pixels, of one input, as [2, 8]", p)
	}
	if f.Frames%p[0] != 0 || f.Height%p[1] != 0 {
		return modality{}, fmt.Errorf("model.video_patch = %v: it must divide the %d frames (data.seconds × data.speed) and data.side = %d", p, f.Frames, f.Height)
	}
	if n.VideoBands < 1 {
		return modality{}, fmt.Errorf("model.video_bands = %d: it must be at least 1", n.VideoBands)
	}
	n.film = []int{f.Frames, f.Height, f.Width, colours}
	return modality{seeing, p[0] * p[1] * p[1] * colours, perceiver.Fourier{Name: "perceiver.video_positions",
		Grid: []int{f.Frames / p[0], f.Height / p[1], f.Width / p[1]}, Bands: n.VideoBands}}, nil
}

// senses are what the network gets.
type senses struct {
	sound   *Node // features [B, frames, channels]; not looked at by a network that only sees
	film    *Node // [B, T, side, side, 3] uint8; nil for a network that only hears
	present *Node // [B, 2], 0 where an example has no sound, or no film; nil where all have all
}

// pieces cuts a film into patches [B, m, numbers of a patch] of colours from -1 to 1.
func (n *network) pieces(film *Node) *Node {
	b := film.Shape().Dim(0)
	film.AssertDims(append([]int{b}, n.film...)...)
	x := AddScalar(MulScalar(ConvertDType(film, dtypes.Float32), 2./255), -1)
	x = perceiver.Patches(x, n.VideoPatch[0], n.VideoPatch[1], n.VideoPatch[1])
	return Reshape(x, b, -1, x.Shape().Dim(-1))
}

// mask leaves out the inputs of a modality that an example does not have.
func (n *network) mask(s senses) *perceiver.Mask {
	if s.present == nil || len(n.modalities) < 2 {
		return nil
	}
	b := s.present.Shape().Dim(0)
	var parts []*Node
	for i, m := range n.modalities {
		parts = append(parts, BroadcastToDims(Slice(s.present, AxisRange(), AxisRange(i, i+1)), b, m.places.Count()))
	}
	return &perceiver.Mask{Keys: Concatenate(parts, 1)}
}

// pad puts the learned padding of a modality behind its inputs [B, m, w], which gives [B, m, C].
func (n *network) pad(p *perceiver.Pass, m modality, x *Node) *Node {
	token := n.padding(m)
	row := BroadcastToShape(InsertAxes(p.Weight(token.Name), 0), shapes.Make(x.DType(), x.Shape().Dim(0), x.Shape().Dim(1), token.Dim))
	return Concatenate([]*Node{x, row}, -1)
}
