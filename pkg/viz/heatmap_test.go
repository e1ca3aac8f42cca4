// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"
	"strings"
	"testing"
)

// Each cell of a heat map has exactly the colour of its value, from edge to edge.
func TestHeatmapCells(t *testing.T) {
	values := [][]float64{{0, 0.25, 0.5}, {0.75, 1, math.NaN()}}
	m := Map{Values: values, Min: 0, Max: 1}
	h := &heatmap{Map: m, values: values, by: 1, bx: 1}
	h.cellSizes(2, 3)
	d := Heatmap(m)
	img, _, err := render(d, 0, 0, DPI)
	if err != nil {
		t.Fatal(err)
	}
	k := int(math.Round(h.cw / pixel))
	x0, y0 := -1, -1
	for y := 0; y < img.Bounds().Dy() && x0 < 0; y++ {
		for x := 0; x < img.Bounds().Dx() && x0 < 0; x++ {
			if near(img.At(x, y), Shade(0), 0) {
				x0, y0 = x, y
			}
		}
	}
	if x0 < 0 {
		t.Fatal("the colour of 0 is nowhere")
	}
	for r, row := range values {
		for c, v := range row {
			for _, d := range [][2]int{{1, 1}, {k / 2, k / 2}, {k - 2, k - 2}} {
				x, y := x0+c*k+d[0], y0+r*k+d[1]
				if !near(img.At(x, y), Shade(v), 0) {
					t.Errorf("cell %d,%d has colour %v, want that of %g", r, c, img.At(x, y), v)
				}
			}
		}
	}
}

func TestPool(t *testing.T) {
	nan := math.NaN()
	got := pool([][]float64{{1, 3, 5}, {1, 3}, {nan, 8}}, 3, 2, 2)
	want := [][]float64{{2, 5}, {8, nan}}
	for i := range want {
		for j := range want[i] {
			if g, w := got[i][j], want[i][j]; g != w && !(math.IsNaN(g) && math.IsNaN(w)) {
				t.Errorf("group %d,%d is %g, want %g", i, j, g, w)
			}
		}
	}
}

func TestHeatmapsTakeAnything(t *testing.T) {
	nan := math.NaN()
	big := make([][]float64, 3000)
	for i := range big {
		big[i] = make([]float64, i%2000)
	}
	for name, m := range map[string]Map{
		"empty": {}, "no columns": {Values: [][]float64{{}, {}}}, "nan": {Values: [][]float64{{nan}, {math.Inf(1), 1}}},
		"constant": {Values: [][]float64{{3, 3}}}, "large": {Values: big}, "range upside down": {Values: [][]float64{{1, 2}}, Min: 5, Max: 4},
		"labels of every kind": {Values: [][]float64{{1}, {2}}, Rows: []string{"\n", strings.Repeat("long ", 1000)}, Columns: []string{"\xff\x00"}, Title: strings.Repeat("t", 5000)},
	} {
		img, _, err := render(Heatmap(m), 0, 0, 96)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s := img.Bounds().Size(); s.X > 1500 || s.Y > 1500 {
			t.Errorf("%s: the picture has %v pixels", name, s)
		}
	}
}

func TestGuessColors(t *testing.T) {
	sure, unsure, wrong := Cell{Guess: "a", Truth: "a", P: 1}, Cell{Guess: "a", Truth: "a", P: 0.1}, Cell{Guess: "b", Truth: "a", P: 1}
	if guessColor(sure) != green || guessColor(wrong) != red {
		t.Error("a sure guess does not have the full colour")
	}
	if c := guessColor(unsure); c.R < 180 || c == paper {
		t.Errorf("an unsure guess has colour %v, want a tint", c)
	}
	at := func(p float64) color.RGBA { return guessColor(Cell{Guess: "a", Truth: "a", P: p}) }
	if at(math.NaN()) != at(0) || at(7) != green {
		t.Error("a probability that is none is not bounded")
	}
}

// The picture of a guess has the colour of the guess at its place, second row of the first line.
func TestMaskedTextCell(t *testing.T) {
	cells := []Cell{{Seen: "a", Truth: "a"}, {Truth: Space, Guess: "", Masked: true, P: 1}, {Truth: "i", Guess: "i", Masked: true, P: 1}}
	img, _, err := render(MaskedText("t", cells), 0, 0, DPI)
	if err != nil {
		t.Fatal(err)
	}
	at := func(cell, row float64) [2]int {
		return [2]int{int((8 + 62 + cellWidth*cell + 1) / pixel), int((30 + cellHeight*(row+0.15)) / pixel)}
	}
	for _, c := range []struct {
		cell, row float64
		want      any
	}{{1, 1, red}, {2, 1, green}, {0, 1, mist}} {
		p := at(c.cell, c.row)
		if got := img.At(p[0], p[1]); !near(got, c.want.(interface{ RGBA() (r, g, b, a uint32) }), 2) {
			t.Errorf("cell %v, row %v: colour %v, want %v", c.cell, c.row, got, c.want)
		}
	}
}

func TestMaskedTextIsBounded(t *testing.T) {
	for _, n := range []int{0, 1, 47, 48, 49, 100_000} {
		_, h := MaskedText("t", make([]Cell, n)).Size()
		if h > 2200 {
			t.Errorf("%d cells make a picture of %v points", n, h)
		}
	}
}

func TestBarSums(t *testing.T) {
	total, largest, value := sums(Measure{Bars: []Bar{{"a", 1}, {"b", 3}, {"a", 1}, {"c", -5}, {"d", math.NaN()}, {"e", math.Inf(1)}}})
	if total != 5 || largest != 3 || value["a"] != 2 || len(value) != 2 {
		t.Errorf("total %g, largest %g, values %v", total, largest, value)
	}
	for _, m := range [][]Measure{nil, {{}}, {{Bars: make([]Bar, 1000)}}, make([]Measure, 50)} {
		if _, _, err := render(CostBars("t", m...), 0, 0, 48); err != nil {
			t.Error(err)
		}
	}
}

func TestDiagramTakesAnything(t *testing.T) {
	for _, a := range []Architecture{{}, {M: -1, C: math.MaxInt, Blocks: -3, Layers: math.MaxInt, Input: strings.Repeat("x", 500)}} {
		if _, _, err := render(Diagram(a), 0, 0, 48); err != nil {
			t.Error(err)
		}
	}
	if got := depth(8, 6); got != "8 blocks × 6 layers" {
		t.Error(got)
	}
	if got := count(1234567); got != "1,234,567" {
		t.Error(got)
	}
}

func TestPlaneHasSquareCells(t *testing.T) {
	wide := make([][]float64, 10)
	for i := range wide {
		wide[i] = make([]float64, 100)
	}
	w1, h1 := Heatmap(Map{Values: wide}).Size()
	w2, h2 := Heatmap(Map{Values: wide, Plane: true}).Size()
	if h2 > h1/2 || w2 > w1 {
		t.Errorf("with square cells the map is %.0f by %.0f points, else %.0f by %.0f", w2, h2, w1, h1)
	}
}
