// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

func TestGrid(t *testing.T) {
	got := Grid([]float64{1, 2, 3, 4, 5}, 2)
	want := [][]float64{{1, 2}, {3, 4}, {5}}
	if !slices.EqualFunc(got, want, slices.Equal[[]float64]) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Grid([]float64{1}, 0); got != nil {
		t.Errorf("no columns: %v", got)
	}
}

// A cell of the grid colours its own part of the picture, and what is under it can still be told apart.
func TestLitPicture(t *testing.T) {
	base := image.NewRGBA(image.Rect(0, 0, 8, 4))
	for y := range 4 {
		for x := range 8 {
			base.SetRGBA(x, y, color.RGBA{A: 255})
			if y < 2 {
				base.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
			}
		}
	}
	img := lit(base, [][]float64{{0, 1}, {0, 1}}, 1)
	at := func(x, y int) color.RGBA { return img.(*image.RGBA).RGBAAt(x, y) }
	if at(0, 0) == at(4, 0) || at(4, 0) != at(7, 1) || at(4, 0) == at(4, 2) {
		t.Errorf("dark %v, bright %v, bright over black %v", at(0, 0), at(4, 0), at(4, 2))
	}
	if got, want := at(4, 3), mix(Shade(1), color.RGBA{A: 255}, 0.35); got != want {
		t.Errorf("full attention over black is %v, want %v", got, want)
	}
}

func TestAttentionOnLittle(t *testing.T) {
	point := image.NewGray(image.Rect(0, 0, 1, 1))
	for name, d := range map[string]*Drawing{
		"no picture":   AttentionOnImage("", nil, Look{}),
		"no looks":     AttentionOnImage("", point),
		"no weights":   AttentionOnImage("", point, Look{}, Look{Weights: [][]float64{{}, {math.NaN()}}}),
		"a line":       AttentionOnImage("", image.NewGray(image.Rect(0, 0, 5000, 1)), Look{Weights: [][]float64{{1, 2}}}),
		"no sound":     AttentionOnSound("", nil, 1, [][]float64{{1}}, nil),
		"silence":      AttentionOnSound("", []float64{0, 0}, 0, [][]float64{{1, 2, 3}, {}}, []string{"a"}),
		"not a number": AttentionOnSound("", []float64{math.NaN(), math.Inf(1)}, 2, nil, nil),
	} {
		if _, err := PNG(d, 0, 0); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The wave reaches as high as its loudest sample, in the middle of its time.
func TestWaveShowsItsPeak(t *testing.T) {
	samples := make([]float64, 44100)
	samples[22050] = 0.5
	img, _, err := render(AttentionOnSound("", samples, 44100, nil, nil), 0, 0, DPI)
	if err != nil {
		t.Fatal(err)
	}
	top, column := math.MaxInt, 0
	for x := range img.Bounds().Dx() {
		for y := range img.Bounds().Dy() {
			if near(img.At(x, y), Color(0), 4) && y < top {
				top, column = y, x
			}
		}
	}
	x0 := math.Ceil((8+16)/pixel) * pixel
	if want := int((x0 + 216) / pixel); top > int(30/pixel)+2 || column < want-2 || column > want+2 {
		t.Errorf("the peak is at row %d, column %d; want row %d, column %d", top, column, int(30/pixel), want)
	}
}
