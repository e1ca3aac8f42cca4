// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"image/color"
	"math"
	"testing"

	stdimage "image"

	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// synthetic is a picture by formula: a ramp, a wave and a chessboard, with noise on the lower right.
func synthetic(h, w, number int, name string) stdimage.Image {
	img := stdimage.NewNRGBA(stdimage.Rect(0, 0, w, h))
	start := seed(name)
	for y := range h {
		for x := range w {
			c := [3]int{x * 255 / max(1, w-1), ((y*y+3*x)/5 + number) % 256, 15}
			if (x/7+y/5)%2 == 0 {
				c[2] = 240
			}
			if y >= h/3 && x >= w/3 {
				for k := range c {
					noise := mix(start+uint64((y*w+x)*3+k)) >> 40 % 31
					c[k] = (c[k] + int(noise)) % 256
				}
			}
			img.SetNRGBA(x, y, color.NRGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255})
		}
	}
	return img
}

// The largest picture of the fixtures is made by formula; a small one, which is stored, shows that the formula is right.
func TestProcessorOnSyntheticPictures(t *testing.T) {
	f, err := weights.Open(fixtures(t, "units", "image_processor.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range []struct {
		name         string
		h, w, number int
	}{{"61x47", 61, 47, 1}, {"640x427", 640, 427, 5}} {
		img := synthetic(c.h, c.w, c.number, "image:"+string(rune('0'+c.number)))
		pixels, err := image.Processor{}.Pixels(img)
		if err != nil {
			t.Fatal(err)
		}
		want, err := f.Float64s(c.name + ".pixel_values.rows_0_57_223")
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.
		for channel := range 3 {
			for i, y := range []int{0, 57, 223} {
				for x := range 224 {
					worst = max(worst, math.Abs(float64(pixels[(y*224+x)*3+channel])-want[(channel*3+i)*224+x]))
				}
			}
		}
		if !(worst <= 1e-6) {
			t.Errorf("%s: pixels are off by %g", c.name, worst)
		}
	}
}
