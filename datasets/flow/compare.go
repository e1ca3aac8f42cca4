// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math"
)

// Errors say how far an estimate is from the truth, over the pixels whose true movement is known.
type Errors struct {
	EPE     float64 `json:"epe"`     // end-point error: mean distance between the ends of both movements, in pixels
	FlAll   float64 `json:"fl_all"`  // percentage of pixels that are off by more than 3 pixels and more than 5 % of the true length
	Angular float64 `json:"angular"` // mean angle between (u, v, 1) of both, in degrees
	Valid   int     `json:"valid"`   // pixels that count
}

// Compare measures an estimate against the truth. Where part is not nil, only its pixels [Height, Width] count, such as
// those that can be seen in both pictures. A pixel that the estimate does not know counts as without movement.
func Compare(truth, estimate *Field, part []bool) (Errors, error) {
	for _, f := range []*Field{truth, estimate} {
		if err := f.sound(); err != nil {
			return Errors{}, err
		}
	}
	if truth.Width != estimate.Width || truth.Height != estimate.Height {
		return Errors{}, fmt.Errorf("the truth has %d×%d pixels (width × height) and the estimate %d×%d; they must have one size", truth.Width, truth.Height, estimate.Width, estimate.Height)
	}
	if part != nil && len(part) != truth.Width*truth.Height {
		return Errors{}, fmt.Errorf("the mask has %d pixels, the truth %d", len(part), truth.Width*truth.Height)
	}
	var e Errors
	for i := range truth.Width * truth.Height {
		if truth.Known != nil && !truth.Known[i] || part != nil && !part[i] {
			continue
		}
		u, v := float64(truth.UV[2*i]), float64(truth.UV[2*i+1])
		a, b := float64(estimate.UV[2*i]), float64(estimate.UV[2*i+1])
		if estimate.Known != nil && !estimate.Known[i] {
			a, b = 0, 0
		}
		if math.IsNaN(a+b) || math.IsInf(a+b, 0) {
			return Errors{}, fmt.Errorf("the estimate at pixel (%d, %d) is (%g, %g), which is no movement", i%truth.Width, i/truth.Width, a, b)
		}
		distance := math.Hypot(a-u, b-v)
		e.EPE += distance
		if Outlier(distance, math.Hypot(u, v)) {
			e.FlAll++
		}
		cosine := (a*u + b*v + 1) / (math.Sqrt(a*a+b*b+1) * math.Sqrt(u*u+v*v+1))
		e.Angular += math.Acos(min(1, max(-1, cosine))) * 180 / math.Pi
		e.Valid++
	}
	if e.Valid == 0 {
		return Errors{}, fmt.Errorf("no pixel of the truth counts: all are unknown or masked out")
	}
	n := float64(e.Valid)
	e.EPE, e.FlAll, e.Angular = e.EPE/n, 100*e.FlAll/n, e.Angular/n
	return e, nil
}

// Outlier says whether KITTI counts an end-point error as wrong, given the length of the true movement, both in pixels.
func Outlier(distance, length float64) bool { return distance > 3 && distance > 0.05*length }
