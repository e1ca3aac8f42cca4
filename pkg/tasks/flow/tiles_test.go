// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"slices"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"
)

func TestStarts(t *testing.T) {
	for _, c := range []struct {
		n, size int
		want    []int
	}{
		{436, 368, []int{0, 68}}, {1024, 496, []int{0, 476, 528}}, {375, 368, []int{0, 7}}, {1242, 496, []int{0, 476, 746}},
		{720, 368, []int{0, 348, 352}}, {1280, 496, []int{0, 476, 784}}, {368, 368, []int{0, 0}}, {1920, 496, []int{0, 476, 952, 1428, 1424}},
	} {
		if got := Starts(c.n, c.size, 20); !slices.Equal(got, c.want) {
			t.Errorf("%d pixels, tiles of %d: got %v, want %v", c.n, c.size, got, c.want)
		}
	}
}

// Whatever the sizes are, every pixel is in a tile and every tile in the picture, and no place is looked at twice.
func TestTilesCoverThePicture(t *testing.T) {
	for _, overlap := range []int{0, 1, 3} {
		for height := 5; height < 25; height++ {
			n := &Network{Model: Model{Height: 5, Width: 4, TileOverlap: overlap}}
			width := 4 + (height*7)%13
			seen, covered := map[[2]int]bool{}, make([]bool, height*width)
			times := 0
			for _, tile := range n.Tiles(height, width) {
				if seen[[2]int{tile.X, tile.Y}] || tile.X < 0 || tile.Y < 0 || tile.X+n.Width > width || tile.Y+n.Height > height {
					t.Fatalf("overlap %d, %d×%d: tile %+v is there twice or leaves the picture", overlap, height, width, tile)
				}
				seen[[2]int{tile.X, tile.Y}] = true
				times += tile.Times
				for y := range n.Height {
					for x := range n.Width {
						covered[(tile.Y+y)*width+tile.X+x] = true
					}
				}
			}
			if slices.Contains(covered, false) {
				t.Errorf("overlap %d, %d×%d: a pixel is in no tile", overlap, height, width)
			}
			inside := func(starts []int, last int) int {
				return len(slices.DeleteFunc(starts, func(s int) bool { return s > last }))
			}
			if want := inside(Starts(height, 5, overlap), height-5) * inside(Starts(width, 4, overlap), width-4); times != want {
				t.Errorf("overlap %d, %d×%d: tiles count %d times, want %d", overlap, height, width, times, want)
			}
		}
	}
}

func TestPublishedTiles(t *testing.T) {
	folder := paritytest.Folder(t, "units")
	type layout struct {
		Image   [2]int `json:"image"`
		Tile    [2]int `json:"tile"`
		Overlap int    `json:"min_overlap"`
		Y       []int  `json:"y"`
		X       []int  `json:"x"`
	}
	var want struct {
		Tiles []layout `json:"tiles"`
		Blend layout   `json:"blend"`
	}
	paritytest.JSON(t, &want, folder, "flow.json")
	if len(want.Tiles) < 6 {
		t.Fatalf("only %d layouts", len(want.Tiles))
	}
	for _, l := range append(want.Tiles, want.Blend) {
		y, x := Starts(l.Image[0], l.Tile[0], l.Overlap), Starts(l.Image[1], l.Tile[1], l.Overlap)
		if !slices.Equal(y, l.Y) || !slices.Equal(x, l.X) {
			t.Errorf("%v: got y %v and x %v, want %v and %v", l.Image, y, x, l.Y, l.X)
		}
	}

	units := paritytest.Read(t, folder, "flow.safetensors")
	l := want.Blend
	height, width := l.Tile[0], l.Tile[1]
	var weights []float64
	for y := range height {
		for x := range width {
			weights = append(weights, float64(weight(x, y, height, width)))
		}
	}
	paritytest.Near(t, "weights", weights, units["blend.weights"].Values, 0)

	flows := units["blend.tile_flows"].Floats()
	m := newMerger(l.Image[0], l.Image[1])
	for _, y := range l.Y {
		for _, x := range l.X {
			m.add(Tile{X: x, Y: y, Times: 1}, flows[:2*height*width], height, width)
			flows = flows[2*height*width:]
		}
	}
	var got []float64
	for _, x := range m.done().UV {
		got = append(got, float64(x))
	}
	paritytest.Near(t, "merged", got, units["blend.out"].Values, 1e-5)
}

// A tile that the published rule lists twice is computed once and counts twice.
func TestTimes(t *testing.T) {
	constant := func(v float32) []float32 {
		uv := make([]float32, 2*3*4)
		for i := range uv {
			uv[i] = v
		}
		return uv
	}
	m := newMerger(3, 6)
	m.add(Tile{X: 0, Times: 1}, constant(1), 3, 4)
	m.add(Tile{X: 2, Times: 2}, constant(4), 3, 4)
	f := m.done()
	for x, want := range []float32{1, 1, (2*1 + 2*1*4) / 4., (1*1 + 2*2*4) / 5., 4, 4} { // weights in the middle row: 1 2 2 1
		if u, v := f.At(x, 1); u != want || v != want {
			t.Errorf("x = %d: got %g and %g, want %g", x, u, v, want)
		}
	}
}
