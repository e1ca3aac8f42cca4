// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"math"
	"math/rand/v2"
)

// MixUp blends values into others: a·(1-share) + b·share. It returns the share that b has, drawn from Beta(alpha, alpha).
func MixUp(a, b []float32, alpha float64, r *rand.Rand) (share float64) {
	share = beta(alpha, r)
	for i := range a {
		a[i] = float32((1-share)*float64(a[i]) + share*float64(b[i]))
	}
	return share
}

// CutMix copies a rectangle of b into a, both [height, width, channels]. Its place is drawn, and its part of the area, as
// far as it lies within the picture. It returns the part that b has.
func CutMix(a, b []float32, height, width int, r *rand.Rand) (share float64) {
	side := math.Sqrt(r.Float64())
	h, w := int(side*float64(height)), int(side*float64(width))
	y, x := r.IntN(height)-h/2, r.IntN(width)-w/2
	top, left := max(y, 0), max(x, 0)
	bottom, right := min(y+h, height), min(x+w, width)
	channels := len(a) / (height * width)
	for row := top; row < bottom; row++ {
		from, to := (row*width+left)*channels, (row*width+right)*channels
		copy(a[from:max(to, from)], b[from:max(to, from)])
	}
	return float64(max(bottom-top, 0)*max(right-left, 0)) / float64(height*width)
}

// beta draws from Beta(alpha, alpha), by Jöhnk's method for alpha up to 1: two powers of uniform numbers whose sum is below 1.
func beta(alpha float64, r *rand.Rand) float64 {
	for range 1000 {
		x, y := math.Pow(r.Float64(), 1/alpha), math.Pow(r.Float64(), 1/alpha)
		if s := x + y; s > 0 && s <= 1 {
			return x / s
		}
	}
	return 0.5
}
