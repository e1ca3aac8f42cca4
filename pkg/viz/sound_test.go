// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"
	"testing"
)

func TestWaveform(t *testing.T) {
	samples := make([]float64, 8000)
	for i := 4000; i < 8000; i++ { // silence, and then a loud half
		samples[i] = 0.5 * float64(1-2*(i%2))
	}
	img, _, err := render(Waveform("w", samples, 8000), 0, 0, DPI)
	if err != nil {
		t.Fatal(err)
	}
	blue := map[bool]int{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if r, _, b, _ := img.At(x, y).RGBA(); b>>8 > r>>8+60 {
				blue[x > img.Bounds().Dx()/2]++
			}
		}
	}
	if blue[true] < 20*max(1, blue[false]) {
		t.Errorf("%d blue pixels at the left, where it is silent, and %d at the right", blue[false], blue[true])
	}
	for name, bad := range map[string][]float64{"nothing": nil, "zeros": make([]float64, 10), "no numbers": {math.NaN(), math.Inf(1)}, "one": {1}} {
		for _, rate := range []float64{0, 8000, math.NaN()} {
			if _, _, err := render(Waveform("w", bad, rate), 0, 0, DPI); err != nil {
				t.Errorf("%s at %g: %v", name, rate, err)
			}
		}
	}
}

// Low bands are at the bottom, time goes to the right, and loud is bright.
func TestSpectrum(t *testing.T) {
	m := &heatmap{Map: Map{Min: -80, Max: 0}}
	img := spectrum([][]float64{{0, -80, -200}, {-80, -80, math.NaN()}}, 3, m)
	loud, soft := m.shade(0), m.shade(-80)
	for _, c := range []struct {
		x, y int
		want color.RGBA
	}{{0, 2, loud}, {1, 2, soft}, {0, 1, soft}, {0, 0, soft}, {1, 0, m.shade(math.NaN())}} {
		if got := img.At(c.x, c.y); got != c.want {
			t.Errorf("at %d, %d: %v, want %v", c.x, c.y, got, c.want)
		}
	}
	for name, db := range map[string][][]float64{"nothing": nil, "no bands": {{}, {}}, "one": {{1}}, "uneven": {{1, 2}, {3}}, "no numbers": {{math.NaN()}}} {
		if _, _, err := render(Spectrogram("s", db, 1, []float64{100, 200, 300}), 0, 0, DPI); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
