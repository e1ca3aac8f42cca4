// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"
	"testing"
)

// seenAs are matrices of linear RGB that show what readers without one kind of cones see (Machado, Oliveira and
// Fernandes, 2009, severity 1).
var seenAs = map[string][9]float64{
	"all cones": {1, 0, 0, 0, 1, 0, 0, 0, 1},
	"no red":    {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"no green":  {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"no blue":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

// seen is a colour in the Oklab space, as a reader sees it.
func seen(c color.RGBA, m [9]float64) [3]float64 {
	lin := func(v uint8) float64 {
		if x := float64(v) / 255; x > 0.04045 {
			return math.Pow((x+0.055)/1.055, 2.4)
		} else {
			return x / 12.92
		}
	}
	r, g, b := lin(c.R), lin(c.G), lin(c.B)
	row := func(i int) float64 { return min(1, max(0, m[i]*r+m[i+1]*g+m[i+2]*b)) }
	r, g, b = row(0), row(3), row(6)
	p := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	q := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return [3]float64{0.2104542553*p + 0.7936177850*q - 0.0040720468*s, 1.9779984951*p - 2.4285922050*q + 0.4505937099*s, 0.0259040371*p + 0.7827717662*q - 0.8086757660*s}
}

// No two of the first five colours are alike for any reader: 0.02 is a difference that is just seen, and 0.05 is seen on
// thin lines. Heat maps get lighter for every reader.
func TestColoursSurviveColourBlindness(t *testing.T) {
	for reader, m := range seenAs {
		for i := range 5 {
			for j := range i {
				a, b := seen(Color(i), m), seen(Color(j), m)
				if d := math.Hypot(math.Hypot(a[0]-b[0], a[1]-b[1]), a[2]-b[2]); d < 0.05 {
					t.Errorf("%s: colours %d and %d are %.3f apart", reader, j, i, d)
				}
			}
		}
		for i := 1; i <= 20; i++ {
			if a, b := seen(Shade(float64(i-1)/20), m), seen(Shade(float64(i)/20), m); b[0]-a[0] < 0.01 {
				t.Errorf("%s: lightness rises by %.3f from %d/20 to %d/20", reader, b[0]-a[0], i-1, i)
			}
		}
		if a, b := seen(Tint(-1), m), seen(Tint(1), m); math.Hypot(a[1]-b[1], a[2]-b[2]) < 0.1 {
			t.Errorf("%s: the ends of signed maps look alike", reader)
		}
	}
}
