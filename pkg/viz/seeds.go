// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import "math"

// Seeds is one curve for several runs that differ in their seed alone: their mean, in a band from the lowest to the
// highest. It has the points that all of the runs have; what is NaN or infinite in one of them is a gap. A single run
// is itself, without a band.
func Seeds(name string, runs ...Series) Series {
	out := Series{Name: name}
	if len(runs) == 0 {
		return out
	}
	at := make([]map[float64]float64, len(runs))
	for i, r := range runs {
		at[i] = map[float64]float64{}
		for k, y := range r.Y {
			if x, ok := r.place(k); ok {
				at[i][x] = y
			}
		}
	}
	for k := range runs[0].Y {
		x, ok := runs[0].place(k)
		if !ok {
			continue
		}
		sum, low, high, everywhere := 0., math.Inf(1), math.Inf(-1), true
		for _, points := range at {
			y, ok := points[x]
			everywhere = everywhere && ok
			sum, low, high = sum+y, min(low, y), max(high, y)
		}
		if everywhere {
			out.X, out.Y = append(out.X, x), append(out.Y, sum/float64(len(runs)))
			out.Low, out.High = append(out.Low, low), append(out.High, high)
		}
	}
	if len(runs) == 1 {
		out.Low, out.High = nil, nil
	}
	return out
}

// place is the x of point k.
func (s Series) place(k int) (x float64, ok bool) {
	if s.X == nil {
		return float64(k + 1), true
	}
	if k >= len(s.X) {
		return 0, false
	}
	return s.X[k], true
}
