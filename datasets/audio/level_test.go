// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"testing"
)

func TestLevels(t *testing.T) {
	for name, c := range map[string]struct {
		samples       []float32
		peak, clipped float64
		silent        bool
	}{
		"nothing":            {nil, 0, 0, true},
		"zeros":              {make([]float32, 5), 0, 0, true},
		"the smallest step":  {[]float32{0, 1. / (1 << 15)}, 1. / (1 << 15), 0, false},
		"negative peak":      {[]float32{0.1, -0.4}, 0.4000000059604645, 0, false},
		"touches full scale": {[]float32{0, 1, 0.5, 1, 1, 0, -1}, 1, 0, false},
		"clipped":            {[]float32{0, 1, 1, 1, 0, -1, -1, -1, -1, 0}, 1, 0.7, false},
		"from end to end":    {[]float32{1, 1, 1, -1, -1, -1, 0, 0}, 1, 0.75, false},
		"clipped at the end": {[]float32{0, 1, 1, 1}, 1, 0.75, false},
	} {
		s := &Sound{8000, c.samples}
		if s.Peak() != c.peak || s.Clipped() != c.clipped || s.Silent() != c.silent {
			t.Errorf("%s: peak %g, clipped %g, silent %t; want %g, %g, %t", name, s.Peak(), s.Clipped(), s.Silent(), c.peak, c.clipped, c.silent)
		}
	}
	if l := wave(8000, 100, 0.5).Loudness(); math.Abs(l-0.5/math.Sqrt2) > 1e-6 {
		t.Errorf("a sine wave of amplitude a half has loudness %g", l)
	}
}
