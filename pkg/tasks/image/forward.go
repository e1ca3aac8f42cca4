// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// inputs builds the input array [B, M, C] from pixels [B, H, W, 3], colours normalised as Processor does.
func (n *Network) inputs(p *perceiver.Pass, pixels *Node) (*Node, error) {
	return p.Catch("perceiver.input_preprocessor", func() *Node {
		b := pixels.Shape().Dim(0)
		pixels.AssertDims(b, n.Height, n.Width, colours)
		x := pixels
		if n.Input == "conv" {
			x = n.Stem.forward(p, x)
		}
		x = Reshape(x, b, n.grid[0]*n.grid[1], x.Shape().Dim(-1))
		if n.Input == "learned" {
			x = n.mix(p, x)
		}
		p.Show("inputs_without_pos", x)
		x = Concatenate([]*Node{x, perceiver.Broadcast(n.positions(p), b)}, -1)
		p.Show("preprocessed", x)
		return x
	})
}

// mix is the 1×1 convolution: the same linear layer for each pixel, [B, M, 3] to [B, M, Channels].
func (n *Network) mix(p *perceiver.Pass, x *Node) *Node {
	w := Reshape(p.Weight(pixelsName+".weight"), n.Channels, colours)
	y := Add(DotGeneral(x, []int{2}, nil, w, []int{1}, nil), Reshape(p.Weight(pixelsName+".bias"), 1, 1, n.Channels))
	if p.Tap != nil {
		p.Show("convnet_1x1", channelsFirst(Reshape(y, y.Shape().Dim(0), n.Height, n.Width, n.Channels)))
	}
	return y
}

// positions are the position features of each place, [M, width].
func (n *Network) positions(p *perceiver.Pass) *Node {
	if n.Input != "learned" {
		x := n.places.Encode(p)
		p.Show("position_encoding", x)
		return x
	}
	x := p.Weight(tableName)
	p.Show("position_encoding", x)
	if n.ProjectDim > 0 {
		x = p.Linear(projectName, x)
		p.Show("position_encoding_projected", x)
	}
	return x
}

// latents builds encode and process. Mask [B, M], 1 for places that are there, may be nil.
func (n *Network) latents(p *perceiver.Pass, inputs, mask *Node) (*Node, error) {
	if mask == nil {
		return n.encoder.Forward(p, inputs, nil)
	}
	return n.encoder.Forward(p, inputs, &perceiver.Mask{Keys: ConvertDType(mask, inputs.DType())})
}

// logits builds decode: a score for each class, [B, Classes].
func (n *Network) logits(p *perceiver.Pass, latents *Node) (*Node, error) {
	y, err := n.decoder.Decode(p, latents, p.Weight(queryName), nil)
	if err != nil {
		return nil, err
	}
	return Reshape(y, y.Shape().Dim(0), n.Classes), nil
}

// Forward runs the model on inputs by their published names: "in.pixel_values" [B, 3, H, W] and, where some places are
// to be left out, "in.attention_mask" [B, M]. It returns "out.last_hidden_state" [B, N, D] and "out.logits" [B, Classes].
func (n *Network) Forward(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error) {
	pixels := in["in.pixel_values"]
	if pixels == nil || pixels.Rank() != 4 || pixels.Shape().Dim(1) != colours {
		return nil, fmt.Errorf("image: the input in.pixel_values [B, %d, H, W] is missing or has another shape", colours)
	}
	x, err := n.inputs(p, TransposeAllAxes(pixels, 0, 2, 3, 1))
	if err != nil {
		return nil, err
	}
	z, err := n.latents(p, x, in["in.attention_mask"])
	if err != nil {
		return nil, err
	}
	y, err := n.logits(p, z)
	if err != nil {
		return nil, err
	}
	return map[string]*Node{"out.last_hidden_state": z, "out.logits": y}, nil
}

// channelsFirst is the published layout of pictures, [B, C, H, W].
func channelsFirst(x *Node) *Node { return TransposeAllAxes(x, 0, 3, 1, 2) }
