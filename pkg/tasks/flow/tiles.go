// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"slices"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
)

// Tile is a place in a picture that the network looks at.
type Tile struct {
	X, Y  int // of its upper left pixel
	Times int // how often the published rule lists it: its weight counts as often, and it is computed once
}

// Starts are the places along an axis of n pixels at which tiles of size pixels begin, as published: one after another
// with that overlap, the last being moved back to end with the picture. Moved back, it can fall on the one before it, or
// before that one. In some pictures, such as those 1920 pixels wide, the one before the last leaves the picture; see Tiles.
// The size is at most n and more than the overlap.
func Starts(n, size, overlap int) []int {
	var starts []int
	for s := 0; s < n; s += size - overlap {
		starts = append(starts, s)
	}
	starts[len(starts)-1] = n - size
	return starts
}

// Tiles covers a picture of height × width pixels with tiles of the network's size, row by row. Each place is there once.
// A tile of the published rule that would leave the picture is left out: the last one covers what it would have.
func (n *Network) Tiles(height, width int) []Tile {
	var tiles []Tile
	for _, y := range Starts(height, n.Height, n.TileOverlap) {
		for _, x := range Starts(width, n.Width, n.TileOverlap) {
			if y+n.Height > height || x+n.Width > width {
				continue
			}
			i := slices.IndexFunc(tiles, func(t Tile) bool { return t.X == x && t.Y == y })
			if i < 0 {
				tiles = append(tiles, Tile{X: x, Y: y, Times: 1})
			} else {
				tiles[i].Times++
			}
		}
	}
	return tiles
}

// weight is how much a tile of height × width pixels has to say about its pixel at (x, y): the distance to its nearest
// edge, in pixels, 1 at the edge.
func weight(x, y, height, width int) float32 {
	return float32(min(x+1, width-x, y+1, height-y))
}

// merger makes the field of a picture from those of its tiles: the mean, weighted by distance to the edge of the tile.
type merger struct {
	field  *movement.Field // sums, until done
	weight []float32       // of what was added to each pixel
}

func newMerger(height, width int) *merger {
	return &merger{movement.NewField(width, height), make([]float32, height*width)}
}

// add adds what a tile of height × width pixels says, uv [height, width, 2].
func (m *merger) add(tile Tile, uv []float32, height, width int) {
	for y := range height {
		for x := range width {
			w, at := float32(tile.Times)*weight(x, y, height, width), (tile.Y+y)*m.field.Width+tile.X+x
			m.weight[at] += w
			m.field.UV[2*at] += w * uv[2*(y*width+x)]
			m.field.UV[2*at+1] += w * uv[2*(y*width+x)+1]
		}
	}
}

// done divides by the weights. Every pixel is in a tile.
func (m *merger) done() *movement.Field {
	for i, w := range m.weight {
		m.field.UV[2*i] /= w
		m.field.UV[2*i+1] /= w
	}
	return m.field
}
