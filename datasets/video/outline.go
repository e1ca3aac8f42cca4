// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import "math"

// The outlines of shapes of radius 1 around 0. Each function gives how far inside of the shape a point lies: 0 at the
// edge, less outside.

func disc(x, y float64) float64 { return 0.9 - math.Hypot(x, y) }

func square(x, y float64) float64 { return 0.75 - max(math.Abs(x), math.Abs(y)) }

// triangle has its point up and three equal sides.
func triangle(x, y float64) float64 {
	return 0.5 - max(y, math.Sqrt(3)/2*math.Abs(x)-y/2)
}

func cross(x, y float64) float64 {
	x, y = math.Abs(x), math.Abs(y)
	return min(0.95-max(x, y), 0.32-min(x, y))
}

func ring(x, y float64) float64 { return 0.24 - math.Abs(0.7-math.Hypot(x, y)) }

// star has five points: the radius of its edge goes to and fro with the angle.
func star(x, y float64) float64 {
	turn := math.Mod(math.Atan2(x, y)/(2*math.Pi)*5+5, 1) // from point to point
	return 0.42 + 0.58*math.Abs(2*turn-1) - math.Hypot(x, y)
}
