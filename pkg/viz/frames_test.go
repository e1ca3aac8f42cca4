// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// moving are frames of a square that goes to the right.
func moving(n int, c color.RGBA) (frames []image.Image) {
	for t := range n {
		img := image.NewRGBA(image.Rect(0, 0, 32, 24))
		for y := range 24 {
			for x := range 32 {
				img.SetRGBA(x, y, color.RGBA{40, 60, 90, 255})
				if x >= t && x < t+8 && y >= 8 && y < 16 {
					img.SetRGBA(x, y, c)
				}
			}
		}
		frames = append(frames, img)
	}
	return frames
}

// Each frame stands at its moment; of long videos every second or third is shown, and a strip that ends early leaves room.
func TestFrameStrips(t *testing.T) {
	a, b := moving(16, color.RGBA{255, 200, 40, 255}), moving(16, color.RGBA{230, 190, 60, 255})
	d := FrameStrips("Moving square", Strip{"original", a}, Strip{"again", b[:8]}, Strip{"error", FrameErrors(a, b, 0.5)})
	img, _, err := render(d, 0, 0, 96)
	if err != nil {
		t.Fatal(err)
	}
	count := func(want color.RGBA) (n int) {
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if near(img.At(x, y), want, 6) {
					n++
				}
			}
		}
		return n
	}
	one, two := count(color.RGBA{255, 200, 40, 255}), count(color.RGBA{230, 190, 60, 255})
	if one == 0 || math.Abs(float64(one)/float64(two)-2) > 0.25 {
		t.Errorf("%d and %d points have the colours of the squares; of the second half of the frames are missing", one, two)
	}
	long, _ := FrameStrips("Long", Strip{"original", moving(24, color.RGBA{1, 2, 3, 255})}).Size()
	if short, _ := FrameStrips("Short", Strip{"original", moving(12, color.RGBA{1, 2, 3, 255})}).Size(); math.Abs(float64(long-short)) > 1 {
		t.Errorf("24 frames are %g wide, every second of them, and 12 are %g", long, short)
	}
	for name, strips := range map[string][]Strip{"nothing": nil, "no frames": {{Name: "a"}}, "a nil frame": {{Name: "a", Frames: []image.Image{nil}}}} {
		if _, _, err := render(FrameStrips(name, strips...), 0, 0, 96); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Errors are dark where frames are alike, bright where they differ by as much as asked for, and missing where sizes differ.
func TestFrameErrors(t *testing.T) {
	a, b := image.NewRGBA(image.Rect(0, 0, 2, 1)), image.NewRGBA(image.Rect(5, 5, 7, 6))
	for _, img := range []*image.RGBA{a, b} {
		for x := range 2 {
			img.SetRGBA(img.Rect.Min.X+x, img.Rect.Min.Y, color.RGBA{100, 100, 100, 255})
		}
	}
	b.SetRGBA(6, 5, color.RGBA{100, 100, 151, 255}) // a fifth of the range in one of three colours
	e := FrameErrors([]image.Image{a, a, nil}, []image.Image{b, image.NewRGBA(image.Rect(0, 0, 3, 1)), a, a}, 0.2/3)
	if len(e) != 3 || e[1] != nil || e[2] != nil {
		t.Fatalf("%v", e)
	}
	if got := e[0].At(0, 0); got != Shade(0) {
		t.Errorf("alike is %v", got)
	}
	if got := e[0].At(1, 0).(color.RGBA); got != Shade(1) {
		t.Errorf("as far apart as asked for is %v, want %v", got, Shade(1))
	}
}

// A sound at half the loudness is half as high, and one at half the length ends in the middle.
func TestWaves(t *testing.T) {
	sound := func(n int, loud float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = loud * math.Sin(float64(i)/3)
		}
		return out
	}
	img, _, err := render(Waves("Tones", 4000, Sound{"original", sound(2560, 0.8)}, Sound{"again", sound(1280, 0.4)}), 0, 0, 96)
	if err != nil {
		t.Fatal(err)
	}
	blue := Color(0)
	count := func(from, to int) (n int) {
		for y := from; y < to; y++ {
			for x := range img.Bounds().Dx() {
				if near(img.At(x, y), blue, 6) {
					n++
				}
			}
		}
		return n
	}
	scale := 96. / 72
	first, second := count(int(30*scale), int(81*scale)), count(int(81*scale), int(135*scale))
	if ratio := float64(first) / float64(second); ratio < 3 || ratio > 5 {
		t.Errorf("the first wave covers %d points, the second %d; it is twice as loud and twice as long", first, second)
	}
	if _, _, err := render(Waves("nothing", 0), 0, 0, 96); err != nil {
		t.Error(err)
	}
	if _, _, err := render(Waves("silence", 0, Sound{"a", make([]float64, 9)}, Sound{"b", []float64{math.NaN()}}), 0, 0, 96); err != nil {
		t.Error(err)
	}
}
