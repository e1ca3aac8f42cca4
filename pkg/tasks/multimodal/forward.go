// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Forward builds the whole network. It takes
//
//	in.audio  [B, S, 1]           the samples, from -1 to 1
//	in.image  [B, T, 3, H, W]     the frames, from 0 to 1
//	in.label  [B, classes]        1 for the class and 0 for the rest; may be missing where it is hidden
//	in.subsampled.audio  [O']     which sound patches are asked for, whole numbers from 0; missing: all
//	in.subsampled.image  [O']     which pixels, (t·H+y)·W+x; missing: all, which takes much memory at published sizes
//
// (the last two also [B, O']) and gives
//
//	out.logits.audio  [B, O'·samples of a patch]
//	out.logits.image  [B, O', 3]
//	out.logits.label  [B, classes]
//	out.last_hidden_state  [B, N, D]  the latents
func (n *Network) Forward(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error) {
	x, err := n.inputs(p, in)
	if err != nil {
		return nil, err
	}
	z, err := n.encoder.Forward(p, x, nil)
	if err != nil {
		return nil, err
	}
	decoded, err := n.decode(p, z, map[string]*Node{audio: in["in.subsampled.audio"], image: in["in.subsampled.image"], label: nil})
	if err != nil {
		return nil, err
	}
	out := map[string]*Node{"out.last_hidden_state": z}
	for name, y := range decoded {
		out["out.logits."+name] = y
	}
	return out, nil
}

// inputs builds the input array [B, M, C].
func (n *Network) inputs(p *perceiver.Pass, in map[string]*Node) (*Node, error) {
	return p.Catch("perceiver.input_preprocessor", func() *Node {
		sound := n.expect(in, "in.audio", n.Samples, 1)
		video := n.expect(in, "in.image", n.Frames, colours, n.Height, n.Width)
		b := sound.Shape().Dim(0)
		video = perceiver.Patches(TransposeAllAxes(video, 0, 1, 3, 4, 2), n.PatchFrames, n.PatchSide, n.PatchSide)
		features := map[string]*Node{
			audio: perceiver.Patches(sound, n.PatchSamples),
			image: Reshape(video, video.Shape().Dim(0), n.places[image].Count(), video.Shape().Dim(-1)),
		}
		if in["in.label"] != nil || n.masks[label] < 1 {
			features[label] = InsertAxes(n.expect(in, "in.label", n.Classes), 1)
		}
		var parts []*Node
		for _, name := range modalities {
			if x := features[name]; x != nil && x.Shape().Dim(0) != b {
				panic(fmt.Errorf("in.%s is for %d examples, in.audio for %d", name, x.Shape().Dim(0), b))
			}
			parts = append(parts, n.modality(p, name, features[name], b))
		}
		x := Concatenate(parts, 1)
		p.Show("preprocessed", x)
		return x
	})
}

// expect gives the input of that name, which must have the shape [B, dims...].
func (n *Network) expect(in map[string]*Node, name string, dims ...int) *Node {
	x := in[name]
	if x == nil {
		panic(fmt.Errorf("the model needs %s, and it is missing", name))
	}
	if got := x.Shape().Dimensions; len(got) != len(dims)+1 || !slices.Equal(got[1:], dims) {
		panic(fmt.Errorf("%s must have shape [B %s, got %v", name, fmt.Sprint(dims)[1:], got))
	}
	return x
}

// modality puts positions and padding beside the features of a modality [b, m, w], which gives [b, m, C], and hides
// elements. Features may be nil where all are hidden.
func (n *Network) modality(p *perceiver.Pass, name string, features *Node, b int) *Node {
	hidden := perceiver.Broadcast(p.Weight(inputName+"mask."+name), b) // [b, 1, C]
	x := hidden
	if features != nil {
		p.Show("inputs_without_pos."+name, features)
		parts, count := []*Node{features}, features.Shape().Dim(1)
		if f, ok := n.places[name]; ok {
			places := perceiver.Broadcast(f.Encode(p), b)
			p.Show("position_encoding."+name, places)
			parts = append(parts, places)
		}
		padding := p.Weight(inputName + "padding." + name)
		parts = append(parts, BroadcastToDims(InsertAxes(padding, 0), b, count, padding.Shape().Dim(-1)))
		x = Concatenate(parts, -1)
		hidden = BroadcastToDims(hidden, b, count, n.encoder.InputDim)
	}
	switch rate := n.masks[name]; {
	case rate == 1, rate > 0 && name == label && !p.Training():
		return hidden
	case rate > 0 && p.Training():
		hide := LessThan(p.Random(shapes.Make(x.DType(), b, x.Shape().Dim(1), 1)), Scalar(x.Graph(), x.DType(), rate))
		return Where(BroadcastToDims(hide, x.Shape().Dimensions...), hidden, x)
	}
	return x
}

// decode answers the queries of some modalities from latents [B, N, D]. Asked has, for each, which rows are wanted,
// [O'] or [B, O'], or nil for all; a modality that is not in it is not answered. The answers have the shapes of Forward.
func (n *Network) decode(p *perceiver.Pass, latents *Node, asked map[string]*Node) (map[string]*Node, error) {
	var names []string
	var queries []*Node
	b := latents.Shape().Dim(0)
	for _, name := range modalities {
		rows, ok := asked[name]
		if !ok {
			continue
		}
		if rows == nil && name != label {
			// The published rule for rows holds when all are asked for, too: an element has one place.
			rows = Iota(p.Graph(), shapes.Make(dtypes.Int32, n.queries[name].Count), 0)
		}
		q, err := n.queries[name].Array(p, perceiver.QueryInput{Rows: rows})
		if err != nil {
			return nil, err
		}
		names, queries = append(names, name), append(queries, perceiver.Broadcast(q, b))
	}
	q, err := p.Catch("queries", func() *Node { return Concatenate(queries, 1) })
	if err != nil {
		return nil, err
	}
	y, err := n.decoder.Decode(p, latents, q, nil)
	if err != nil {
		return nil, err
	}
	out, from := map[string]*Node{}, 0
	for i, name := range names {
		count := queries[i].Shape().Dim(1)
		out[name], err = p.Catch(outputName(name), func() *Node {
			x := p.Linear(outputName(name), Slice(y, AxisRange(), AxisRange(from, from+count)))
			if name != image {
				x = Reshape(x, b, count*n.outputs[name])
			}
			return x
		})
		if err != nil {
			return nil, err
		}
		from += count
	}
	return out, nil
}
