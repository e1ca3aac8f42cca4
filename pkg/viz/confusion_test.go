// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"
	"testing"
)

// The colour of a cell is its part of the row, whatever the number of examples, and a class without examples is grey.
func TestConfusionIsByRow(t *testing.T) {
	d := Confusion("", nil, [][]int{{1000, 0, 0}, {1, 1, 2}, {0, 0, 0}})
	img, _, err := render(d, 0, 0, DPI)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[color.RGBA]int{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0xff}]++
		}
	}
	cell := int(largestCell/pixel) * int(largestCell/pixel)
	for part, cells := range map[float64]int{1: 1, 0.5: 1, 0.25: 2, 0: 2, math.NaN(): 3} {
		if got := seen[Shade(part)]; got < cells*cell/2 || got > (cells*cell*11)/10+cell/3 {
			t.Errorf("%d pixels have the colour of %g; want about those of %d cells, %d", got, part, cells, cells*cell)
		}
	}
}

func TestConfusionOfNothing(t *testing.T) {
	for _, counts := range [][][]int{nil, {}, {{}}, {{-3}}, {{0, 1}, {2}}} {
		if _, err := PNG(Confusion("", []string{"a"}, counts), 0, 0); err != nil {
			t.Errorf("%v: %v", counts, err)
		}
	}
}

// What is nearly all is not said to be all, and what is hardly any not to be nothing.
func TestPercent(t *testing.T) {
	for part, want := range map[float64]string{0: "<0.1 %", 0.0004: "<0.1 %", 0.031: "3.1 %", 0.5: "50 %", 0.994: "99 %", 299. / 300: "99.7 %", 0.99999: "99.9 %", 1: "100 %"} {
		if got := percent(part); got != want {
			t.Errorf("%g is %s, want %s", part, got, want)
		}
	}
}
