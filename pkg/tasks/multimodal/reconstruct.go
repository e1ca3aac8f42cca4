// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Recording is a video with its sound and its class.
type Recording struct {
	Video []float32 // [T, H, W, 3], red, green and blue from 0 to 1
	Audio []float32 // [S], from -1 to 1
	Label []float32 // [classes], 1 for the class and 0 for the rest; nil: none of them
}

// Reconstruction is what the latents know about a recording.
type Reconstruction struct {
	Recording           // the video and the sound again, not cut to their ranges; Label has a score for each class
	Latents   []float32 // [N, D]
}

// Reconstructor encodes a recording once and asks for its sound, its class and its pixels, some after others, so that memory
// does not depend on the number of pixels.
type Reconstructor struct {
	network *Network
	rows    int // pixels of one decoding
	encode  *perceiver.Program
	decode  *perceiver.Program
}

// decodedAtOnce bounds the pixels of one decoding; the published code asks for 6272. Their queries have 1026 channels
// and take 64 MiB.
const decodedAtOnce = 1 << 14

// NewReconstructor makes a Reconstructor. The weights must not change while it is in use.
func (n *Network) NewReconstructor(backend compute.Backend, w *perceiver.Weights) (*Reconstructor, error) {
	r := &Reconstructor{network: n, rows: min(n.pixels(), decodedAtOnce)}
	var err error
	r.encode, err = w.Compile(backend, "multimodal latents", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		x, err := n.inputs(p, map[string]*Node{"in.audio": in[0], "in.image": TransposeAllAxes(in[1], 0, 1, 4, 2, 3), "in.label": in[2]})
		if err != nil {
			return nil, err
		}
		z, err := n.encoder.Forward(p, x, nil)
		if err != nil {
			return nil, err
		}
		out, err := n.decode(p, z, map[string]*Node{audio: nil, label: nil})
		return []*Node{z, out[audio], out[label]}, err
	})
	if err != nil {
		return nil, err
	}
	r.decode, err = w.Compile(backend, "multimodal pixels", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		rows := Add(Iota(p.Graph(), shapes.Make(dtypes.Int32, r.rows), 0), in[1])
		out, err := n.decode(p, in[0], map[string]*Node{image: rows})
		return []*Node{out[image]}, err
	})
	if err != nil {
		r.encode.Close()
		return nil, err
	}
	return r, nil
}

// Close frees the programs.
func (r *Reconstructor) Close() {
	r.encode.Close()
	r.decode.Close()
}

// Reconstruct encodes a recording and asks for all of it.
func (r *Reconstructor) Reconstruct(ctx context.Context, c Recording) (*Reconstruction, error) {
	return r.Begin(ctx, c, r.network.pixels())
}

// Begin encodes a recording and asks for its sound, its class and the first so many pixels; the rest of the video is black.
func (r *Reconstructor) Begin(ctx context.Context, c Recording, pixels int) (*Reconstruction, error) {
	n := r.network
	if pixels < 0 || pixels > n.pixels() {
		return nil, fmt.Errorf("multimodal: %d pixels are asked for; a video has %d", pixels, n.pixels())
	}
	if c.Label == nil {
		c.Label = make([]float32, n.Classes)
	}
	if err := n.check(c); err != nil {
		return nil, fmt.Errorf("multimodal: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("multimodal: %w", err)
	}
	encoded, err := r.encode.Run(tensors.FromFlatDataAndDimensions(c.Audio, 1, n.Samples, 1),
		tensors.FromFlatDataAndDimensions(c.Video, 1, n.Frames, n.Height, n.Width, colours),
		tensors.FromFlatDataAndDimensions(c.Label, 1, n.Classes))
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, x := range encoded {
			x.FinalizeAll()
		}
	}()
	out := &Reconstruction{Recording: Recording{Video: make([]float32, len(c.Video))}}
	for from := 0; from < pixels; from += r.rows {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("multimodal: %w", err)
		}
		first := min(from, n.pixels()-r.rows) // the last part has as many rows as the others, some of them for a second time
		decoded, err := r.decode.Run(encoded[0], tensors.FromScalar(int32(first)))
		if err != nil {
			return nil, err
		}
		values, err := perceiver.Float32s(decoded[0])
		if err != nil {
			return nil, err
		}
		decoded[0].FinalizeAll() // now, so that memory does not grow until the garbage is collected
		copy(out.Video[colours*first:colours*pixels], values)
	}
	for i, into := range []*[]float32{&out.Latents, &out.Audio, &out.Label} {
		if *into, err = perceiver.Float32s(encoded[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// check finds a recording that does not fit the network.
func (n *Network) check(c Recording) error {
	var errs []error
	for _, x := range []struct {
		name      string
		got, want int
		rule      string
	}{
		{"video", len(c.Video), colours * n.pixels(), fmt.Sprintf("%d frames of %d×%d pixels (width × height) of 3 colours", n.Frames, n.Width, n.Height)},
		{"sound", len(c.Audio), n.Samples, fmt.Sprintf("%d samples", n.Samples)},
		{"label", len(c.Label), n.Classes, fmt.Sprintf("%d classes", n.Classes)},
	} {
		if x.got != x.want {
			errs = append(errs, fmt.Errorf("the %s of the recording has %d values; the network needs %s, which are %d", x.name, x.got, x.rule, x.want))
		}
	}
	return errors.Join(errs...)
}
