// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Estimator computes the movement between two pictures of any size that is not smaller than the network's. It cuts them
// into tiles and looks at several at a time; for each batch it encodes once and then asks for some rows of pixels after
// others, so that memory depends on the size of a tile and on the batch, not on the pictures.
type Estimator struct {
	network *Network
	batch   int
	rows    int // queries of one decoding
	encode  *perceiver.Program
	decode  *perceiver.Program
}

// decodedAtOnce bounds the queries of one decoding, over the whole batch. With 2048 latents their attention takes 128 MiB.
const decodedAtOnce = 1 << 14

// NewEstimator makes an Estimator that looks at batch tiles at a time, or, where batch is 0, at as many as take no more
// memory than one of the published size, 16 at most. The weights must not change while it is in use.
func (n *Network) NewEstimator(backend compute.Backend, w *perceiver.Weights, batch int) (*Estimator, error) {
	if batch == 0 {
		batch = n.tilesAtOnce()
	}
	if batch < 1 {
		return nil, fmt.Errorf("flow: the batch of tiles must be at least 1, got %d", batch)
	}
	e := &Estimator{network: n, batch: batch, rows: n.rowsAtOnce(decodedAtOnce / batch)}
	var err error
	e.encode, err = w.Compile(backend, "flow latents", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		x, err := n.inputs(p, map[string]*Node{"in.frames": in[0]})
		if err != nil {
			return nil, err
		}
		z, err := n.encoder.Forward(p, x, nil)
		return []*Node{x, z}, err
	})
	if err != nil {
		return nil, err
	}
	e.decode, err = w.Compile(backend, "flow outputs", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		y, err := n.outputs(p, in[1], in[0], in[2])
		if err != nil {
			return nil, err
		}
		return []*Node{n.Pixels(y)}, nil
	})
	if err != nil {
		e.encode.Close()
		return nil, err
	}
	return e, nil
}

// rowsAtOnce is how many pixels of a tile are decoded at once where most may be: with upsampling always all.
func (n *Network) rowsAtOnce(most int) int {
	if n.conv() {
		return n.pixels()
	}
	return max(1, min(n.pixels(), most))
}

// Close frees the programs.
func (e *Estimator) Close() {
	e.encode.Close()
	e.decode.Close()
}

// Estimate gives the movement from picture a to picture b, which have one size.
func (e *Estimator) Estimate(ctx context.Context, a, b *Frame) (*movement.Field, error) {
	n := e.network
	err := a.check("first", n.Height, n.Width)
	if err == nil {
		err = b.check("second", n.Height, n.Width)
	}
	if err != nil {
		return nil, fmt.Errorf("flow: %w", err)
	}
	if a.Width != b.Width || a.Height != b.Height {
		return nil, fmt.Errorf("flow: the pictures must have one size (width × height), got %d×%d and %d×%d", a.Width, a.Height, b.Width, b.Height)
	}
	m, tiles := newMerger(a.Height, a.Width), n.Tiles(a.Height, a.Width)
	for len(tiles) > 0 {
		some := tiles[:min(e.batch, len(tiles))]
		tiles = tiles[len(some):]
		uv, err := e.look(ctx, a, b, some)
		if err != nil {
			return nil, fmt.Errorf("flow: %w", err)
		}
		for i, tile := range some {
			m.add(tile, uv[2*n.pixels()*i:2*n.pixels()*(i+1)], n.Height, n.Width)
		}
	}
	return m.done(), nil
}

// look runs the network on some tiles, at most a batch of them, and gives the movement of each, [batch, H, W, 2]. What is
// missing to a full batch is a tile without content: programs are compiled for one shape.
func (e *Estimator) look(ctx context.Context, a, b *Frame, tiles []Tile) ([]float32, error) {
	n := e.network
	picture := colours * n.pixels()
	frames := make([]float32, e.batch*2*picture)
	for i, tile := range tiles {
		a.crop(frames[2*i*picture:], tile.X, tile.Y, n.Height, n.Width)
		b.crop(frames[(2*i+1)*picture:], tile.X, tile.Y, n.Height, n.Width)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	encoded, err := e.encode.Run(tensors.FromFlatDataAndDimensions(frames, e.batch, 2, n.Height, n.Width, colours))
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, x := range encoded {
			x.FinalizeAll()
		}
	}()
	out := make([]float32, e.batch*2*n.pixels())
	for from := 0; from < n.pixels(); from += e.rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		first := min(from, n.pixels()-e.rows) // the last part has as many rows as the others, some of them for a second time
		rows := make([]int32, e.rows)
		for i := range rows {
			rows[i] = int32(first + i)
		}
		decoded, err := e.decode.Run(encoded[0], encoded[1], tensors.FromFlatDataAndDimensions(rows, e.rows))
		if err != nil {
			return nil, err
		}
		uv, err := perceiver.Float32s(decoded[0])
		if err != nil {
			return nil, err
		}
		for i := range e.batch {
			copy(out[2*(i*n.pixels()+first):], uv[2*i*e.rows:2*(i+1)*e.rows])
		}
	}
	return out, nil
}
