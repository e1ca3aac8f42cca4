// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func ramp(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{uint8(10 * x), uint8(10 * y), 100, 255})
		}
	}
	return img
}

func TestApplyTakesTheMiddleWhereNothingIsDrawn(t *testing.T) {
	got := Augment{}.Apply(ramp(8, 4), 4, rand.New(rand.NewPCG(1, 1)))
	if c := got.RGBAAt(0, 1); got.Bounds() != image.Rect(0, 0, 4, 4) || c != (color.RGBA{20, 10, 100, 255}) {
		t.Errorf("the corner of the middle is %v", c)
	}
}

func TestCropKeepsItsAreaAndShape(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	smallest, largest := 1., 0.
	for range 2000 {
		c := Augment{CropArea: 0.25}.crop(image.Rect(0, 0, 400, 300), r)
		area := float64(c.Dx()*c.Dy()) / (400 * 300)
		smallest, largest = min(smallest, area), max(largest, area)
		if aspect := float64(c.Dx()) / float64(c.Dy()); aspect < narrowest-0.02 || aspect > widest+0.02 {
			t.Fatalf("a crop is %v", c)
		}
		if !c.In(image.Rect(0, 0, 400, 300)) {
			t.Fatalf("a crop reaches out of the picture: %v", c)
		}
	}
	if smallest < 0.24 || smallest > 0.3 || largest < 0.9 {
		t.Errorf("crops keep from %.2f to %.2f of the area", smallest, largest)
	}
}

func TestFlipMirrors(t *testing.T) {
	img := ramp(5, 2)
	mirror(img)
	for x := range 5 {
		if got := img.RGBAAt(x, 1); got != (color.RGBA{uint8(10 * (4 - x)), 10, 100, 255}) {
			t.Errorf("column %d is %v", x, got)
		}
	}
}

func TestShiftRepeatsTheEdge(t *testing.T) {
	got := shift(ramp(4, 4), 2, -1)
	for _, c := range []struct{ x, y, fromX, fromY int }{{0, 0, 0, 1}, {3, 0, 1, 1}, {3, 3, 1, 3}} {
		if got.RGBAAt(c.x, c.y) != (color.RGBA{uint8(10 * c.fromX), uint8(10 * c.fromY), 100, 255}) {
			t.Errorf("(%d, %d) is %v", c.x, c.y, got.RGBAAt(c.x, c.y))
		}
	}
}

// What each change of RandAugment does to a grey ramp, worked out by hand from its definition, at half strength.
func TestChanges(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	row := func(values ...uint8) *image.RGBA {
		img := image.NewRGBA(image.Rect(0, 0, len(values), 1))
		for x, v := range values {
			img.SetRGBA(x, 0, color.RGBA{v, v, v, 255})
		}
		return img
	}
	for _, c := range []struct {
		name string
		do   change
		want []uint8
	}{
		{"autoContrast", autoContrast, []uint8{0, 85, 170, 255}},
		{"invert", invert, []uint8{205, 155, 105, 55}},
		{"posterize", posterize, []uint8{0, 64, 128, 192}},
		{"solarize", solarize, []uint8{50, 100, 105, 55}},
		{"solarizeAdd", solarizeAdd, []uint8{105, 155, 150, 200}},
		{"saturate", saturate, []uint8{50, 100, 150, 200}},
		{"contrast", contrast, []uint8{50, 100, 150, 200}},
		{"brighten", brighten, []uint8{50, 100, 150, 200}},
		{"sharpen", sharpen, []uint8{50, 100, 150, 200}},
		{"shearX", shearX, []uint8{50, 100, 150, 200}},
	} {
		got := c.do(row(50, 100, 150, 200), 0.5, r)
		for x, want := range c.want {
			if v := got.RGBAAt(x, 0); v != (color.RGBA{want, want, want, 255}) {
				t.Errorf("%s: pixel %d is %v, want %d", c.name, x, v, want)
			}
		}
	}
	if got := brighten(row(50, 200), 1, r); got.RGBAAt(0, 0).R != 95 || got.RGBAAt(1, 0).R != 255 {
		t.Errorf("brighten at full strength: %v", got.Pix)
	}
	// 256 values, each as frequent as the others, stay where they are; two values move to the ends.
	if got := equalize(row(slices.Repeat([]uint8{100, 110}, 300)...), 0, r); got.RGBAAt(0, 0).R != 0 || got.RGBAAt(1, 0).R != 255 {
		t.Errorf("equalize: %v", got.Pix[:8])
	}
}

func TestRotateAndCutOut(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	img := image.NewRGBA(image.Rect(0, 0, 21, 21))
	img.SetRGBA(20, 10, color.RGBA{200, 0, 0, 255})
	turned := rotate(img, 1, r) // by 30 degrees, up or down: 10 to the right becomes 8.7 to the right and 5 off
	if up, down := turned.RGBAAt(19, 5), turned.RGBAAt(19, 15); up.R != 200 && down.R != 200 {
		t.Error("a point to the right is not where a turn by 30 degrees takes it")
	}
	cut := cutOut(ramp(224, 224), 0.5, r)
	n := 0
	for i := 0; i < len(cut.Pix); i += 4 {
		if cut.Pix[i] == grey && cut.Pix[i+1] == grey && cut.Pix[i+2] == grey {
			n++
		}
	}
	if n == 0 || n > 40*40 {
		t.Errorf("%d pixels are cut out; at most 40×40 can be", n)
	}
}

func TestMixing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 100 {
		a, b := make([]float32, 8*6*2), make([]float32, 8*6*2)
		for i := range b {
			b[i] = 1
		}
		share := CutMix(a, b, 8, 6, r)
		sum := 0.
		for _, v := range a {
			sum += float64(v)
		}
		if math.Abs(sum/float64(len(a))-share) > 1e-9 {
			t.Fatalf("CutMix says %g; %g of the picture is the other's", share, sum/float64(len(a)))
		}
		clear(a)
		if share := MixUp(a, b, 0.2, r); math.Abs(float64(a[3])-share) > 1e-6 || share < 0 || share > 1 {
			t.Fatalf("MixUp says %g, the values say %g", share, a[3])
		}
	}
}

// Beta(0.2, 0.2) has mean 1/2 and variance 1/(4·1.4).
func TestBeta(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	var sum, squares float64
	const n = 20000
	for range n {
		x := beta(0.2, r)
		sum += x
		squares += x * x
	}
	mean := sum / n
	if variance := squares/n - mean*mean; math.Abs(mean-0.5) > 0.015 || math.Abs(variance-1/5.6) > 0.01 {
		t.Errorf("mean %.3f, variance %.3f", mean, variance)
	}
}
