// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Forward builds the whole network. It takes one of
//
//	in.patches  [B, 2, 27, H, W]  the neighbourhoods of each pixel in both pictures, as the published port takes them
//	in.frames   [B, 2, H, W, 3]   both pictures with values from -1 to 1, see NewFrame
//	in.bytes    [B, 2, H, W, 3]   both pictures with values from 0 to 255, uint8
//
// and gives
//
//	out.logits             [B, H, W, 2]  movement in units of FlowUnit pixels
//	out.last_hidden_state  [B, N, D]     the latents
func (n *Network) Forward(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error) {
	x, err := n.inputs(p, in)
	if err != nil {
		return nil, err
	}
	z, err := n.encoder.Forward(p, x, nil)
	if err != nil {
		return nil, err
	}
	y, err := n.outputs(p, z, x, nil)
	if err != nil {
		return nil, err
	}
	return map[string]*Node{"out.last_hidden_state": z, "out.logits": Reshape(y, y.Shape().Dim(0), n.Height, n.Width, 2)}, nil
}

// inputs builds the input array [B, H·W, C].
func (n *Network) inputs(p *perceiver.Pass, in map[string]*Node) (*Node, error) {
	return p.Catch("perceiver.input_preprocessor", func() *Node {
		var pixels, patches *Node
		switch {
		case in["in.frames"] != nil:
			pixels = in["in.frames"]
			n.expect("in.frames", pixels, 2, n.Height, n.Width, colours)
		case in["in.bytes"] != nil:
			pixels = AddScalar(MulScalar(ConvertDType(in["in.bytes"], dtypes.Float32), 2./255), -1)
			n.expect("in.bytes", pixels, 2, n.Height, n.Width, colours)
		case in["in.patches"] != nil && !n.conv():
			x := in["in.patches"]
			n.expect("in.patches", x, 2, n.patchDim(), n.Height, n.Width)
			patches = TransposeAllAxes(x, 0, 1, 3, 4, 2)
		default:
			panic(errors.New("the model needs in.patches or in.frames, and there are neither"))
		}
		x := n.features(p, pixels, patches)
		b := x.Shape().Dim(0)
		p.Show("inputs_without_pos", x)
		places := perceiver.Broadcast(n.places.Encode(p), b)
		p.Show("position_encoding", places)
		x = Concatenate([]*Node{x, places}, -1)
		p.Show("preprocessed", x)
		return x
	})
}

// features builds those of the input elements, [B, M, FeatureDim], out of pixels [B, 2, H, W, 3] or of patches
// [B, 2, H, W, patchDim].
func (n *Network) features(p *perceiver.Pass, pixels, patches *Node) *Node {
	if n.conv() {
		b := pixels.Shape().Dim(0)
		if n.separate() {
			x := n.convolve(p, Reshape(pixels, 2*b, n.Height, n.Width, colours))
			return Reshape(x, b, n.elements(), n.FeatureDim)
		}
		return n.convolve(p, Squeeze(perceiver.Patches(pixels, 2, 1, 1), 1))
	}
	if patches == nil {
		patches = neighbourhoods(pixels, n.Patch)
	}
	b := patches.Shape().Dim(0)
	if !n.separate() {
		patches = perceiver.Patches(patches, 2, 1, 1) // the first picture's channels, then the second's
	}
	return p.Linear(projectionName, Reshape(patches, b, n.elements(), n.inputChannels()))
}

// expect panics unless x has the shape [B, dims...].
func (n *Network) expect(name string, x *Node, dims ...int) {
	if got := x.Shape().Dimensions; len(got) != len(dims)+1 || !slices.Equal(got[1:], dims) {
		panic(fmt.Errorf("%s must have shape [B %s, got %v", name, fmt.Sprint(dims)[1:], got))
	}
}

// neighbourhoods lays the pixels of a square of that side around each pixel side by side: frames [B, 2, H, W, 3] give
// [B, 2, H, W, side·side·3] with channels (ky, kx, colour), the colour running fastest. Outside the picture there is 0, mid grey.
func neighbourhoods(frames *Node, side int) *Node {
	d := frames.Shape().Dimensions
	h, w := d[2], d[3]
	around := compute.PadAxis{Start: side / 2, End: side / 2}
	padded := Pad(frames, ScalarZero(frames.Graph(), frames.DType()), compute.PadAxis{}, compute.PadAxis{}, around, around, compute.PadAxis{})
	var parts []*Node
	for ky := range side {
		for kx := range side {
			parts = append(parts, Slice(padded, AxisRange(), AxisRange(), AxisRange(ky, ky+h), AxisRange(kx, kx+w)))
		}
	}
	return Concatenate(parts, -1)
}

// outputs builds the movement [B, O', 2], in units of FlowUnit pixels, at the pixels in rows (indices y·W+x, [O'] or
// [B, O']), or at all. A network with upsampling always computes all, and gives those in rows.
func (n *Network) outputs(p *perceiver.Pass, latents, inputs, rows *Node) (*Node, error) {
	ask := perceiver.QueryInput{Features: map[string]*Node{"inputs": inputs}}
	if n.separate() {
		_, err := p.Catch("queries", func() *Node {
			ask.Features["inputs"] = Slice(inputs, AxisRange(), AxisRange(0, n.asks()))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if !n.conv() {
		ask.Rows = rows
	}
	q, err := n.queries.Array(p, ask)
	if err != nil {
		return nil, err
	}
	y, err := n.decoder.Decode(p, latents, q, nil)
	if err != nil {
		return nil, err
	}
	if n.conv() {
		if y, err = p.Catch("upsampling", func() *Node { return n.upsample(p, y) }); err != nil {
			return nil, err
		}
		all := perceiver.Queries{Name: "pixels", Count: n.pixels(), Parts: []perceiver.QueryPart{perceiver.Features{Name: "movement", Dim: 2}}}
		if y, err = all.Array(p, perceiver.QueryInput{Rows: rows, Features: map[string]*Node{"movement": y}}); err != nil {
			return nil, err
		}
	}
	return MulScalar(y, 1/n.OutputDivisor), nil
}

// Pixels turns what the network gives out into pixels. It is the one place where the unit changes.
func (n *Network) Pixels(logits *Node) *Node { return MulScalar(logits, n.FlowUnit) }
