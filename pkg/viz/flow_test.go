// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// swirl turns about the middle, and a corner of it is not known.
func swirl(w, h int) Flow {
	f := Flow{Width: w, Height: h, UV: make([]float32, 2*w*h), Known: make([]bool, w*h)}
	for i := range w * h {
		x, y := float64(i%w)-float64(w-1)/2, float64(i/w)-float64(h-1)/2
		f.UV[2*i], f.UV[2*i+1] = float32(-y/3), float32(x/3)
		f.Known[i] = i%w > w/6 || i/w > h/6
	}
	return f
}

// checks is a picture with squares.
func checks(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		v := uint8(150 + 70*((i%w/6+i/w/6)%2))
		img.SetRGBA(i%w, i/w, color.RGBA{v, v, uint8(255 * (i % w) / w), 255})
	}
	return img
}

// The colours of the published program for directions, lengths and what is not known.
func TestFlowColor(t *testing.T) {
	for _, c := range []struct {
		u, v, longest float64
		want          color.RGBA
	}{
		{0, 0, 1, color.RGBA{255, 255, 255, 255}},
		{1, 0, 1, color.RGBA{255, 0, 0, 255}},   // right: the wheel begins and ends with red
		{0, 1, 1, color.RGBA{255, 229, 0, 255}}, // down: between its 13th and 14th colours
		{-1, 0, 1, color.RGBA{0, 209, 255, 255}},
		{0, -1, 1, color.RGBA{88, 0, 255, 255}},
		{0.5, 0, 1, color.RGBA{255, 127, 127, 255}},
		{3, 0, 1, color.RGBA{191, 0, 0, 255}}, // longer than the longest
		{math.NaN(), 0, 1, color.RGBA{0, 0, 0, 255}},
		{math.Inf(1), 0, 1, color.RGBA{0, 0, 0, 255}},
	} {
		got := FlowColor(c.u, c.v, c.longest)
		for _, d := range []int{int(got.R) - int(c.want.R), int(got.G) - int(c.want.G), int(got.B) - int(c.want.B), int(got.A) - int(c.want.A)} {
			if max(d, -d) > 1 {
				t.Errorf("(%g, %g) of %g is %v, want %v", c.u, c.v, c.longest, got, c.want)
				break
			}
		}
	}
	if len(wheel) != 55 {
		t.Errorf("the wheel has %d colours", len(wheel))
	}
}

func TestFlowPictures(t *testing.T) {
	f := swirl(36, 24)
	img := FlowColors(f, 0)
	if img.Bounds().Size() != (image.Point{36, 24}) || img.RGBAAt(0, 0) != (color.RGBA{A: 255}) {
		t.Errorf("size %v, the unknown corner is %v", img.Bounds().Size(), img.RGBAAt(0, 0))
	}
	if u, v := f.at(40 + 360); img.RGBAAt(400%36, 400/36) != FlowColor(u, v, f.Longest()) {
		t.Error("a pixel does not have the colour of its movement")
	}
	off := FlowErrors(f, Flow{Width: 36, Height: 24, UV: make([]float32, 2*36*24)}, f.Longest())
	if off.RGBAAt(0, 0) != absent || off.RGBAAt(35, 23) != Shade(1) {
		t.Errorf("errors are %v and %v", off.RGBAAt(0, 0), off.RGBAAt(35, 23))
	}
	if w := FlowWheel(31); w.RGBAAt(0, 0).A != 0 || w.RGBAAt(30, 15) != FlowColor(1, 0, 1) || w.RGBAAt(15, 15) != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("the wheel has %v in its corner and %v at the right", w.RGBAAt(0, 0), w.RGBAAt(30, 15))
	}
}

// Movement in its pictures as they were when somebody looked at them.
func TestFlowGolden(t *testing.T) {
	f := swirl(48, 32)
	still := Flow{Width: 48, Height: 32, UV: make([]float32, 2*48*32)}
	for _, e := range []exhibit{
		{file: "flow", figure: SideBySide("A turn", f.Longest(), Captioned{"first", checks(48, 32)}, Captioned{"movement", FlowColors(f, f.Longest())},
			Captioned{"half as far", FlowColors(Flow{48, 32, half(f.UV), f.Known}, f.Longest())}, Captioned{"error of standing still", FlowErrors(f, still, f.Longest())},
			Captioned{"a picture of another shape", checks(16, 32)})},
		{file: "flowarrows", figure: FlowArrows("A turn", checks(48, 32), f, 6)},
	} {
		golden(t, "testdata", e, goldenDPI)
	}
}

func half(values []float32) []float32 {
	out := make([]float32, len(values))
	for i, v := range values {
		out[i] = v / 2
	}
	return out
}

// Whatever comes, there is a picture.
func TestFlowTakesAnything(t *testing.T) {
	bad := Flow{Width: 3, Height: 2, UV: []float32{1, 2, float32(math.NaN())}, Known: []bool{true}}
	for i, f := range []Figure{SideBySide("", 0), SideBySide("x", 1, Captioned{"nothing", nil}), FlowArrows("", nil, bad, 0), FlowArrows("x", checks(3, 2), bad, -1),
		FlowArrows("x", checks(3, 2), Flow{Width: 2, Height: 2, UV: []float32{1e30, 1e30, 0, 0, 0, 0, 0, 0}}, 1),
		SideBySide("x", math.NaN(), Captioned{"colours", FlowColors(bad, 0)}, Captioned{"errors", FlowErrors(bad, Flow{}, 0)}, Captioned{"none", FlowColors(Flow{}, 1)})} {
		if _, _, err := render(f, 0, 0, goldenDPI); err != nil {
			t.Errorf("figure %d: %v", i, err)
		}
	}
}
