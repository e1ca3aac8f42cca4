// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math"
	"math/rand/v2"
)

// look is how a camera sees what is there: light, fog, noise.
type look struct {
	gain, offset [3]float32
	grain        float32 // standard deviation, of 255
	noise        *rand.Rand
	blur         float32 // part of the way between the pictures for which the shutter is open

	veil, veilColour        float32 // the most of the picture that the fog takes, and its grey
	veilX, veilY, veilPhase float32
	contrast                float32
}

// newLook draws what both pictures have in common.
func (g *Generator) newLook(r *rand.Rand) look {
	l := look{grain: float32(10 * g.Grain * r.Float64()), veilColour: 150 + 105*r.Float32()}
	if r.Float64() < 0.5 { // blur and fog are there in half of the pairs
		l.blur = float32(0.7 * g.Blur * r.Float64())
	}
	if r.Float64() < 0.5 {
		l.veil = float32(0.6 * g.Fog * r.Float64())
	}
	l.veilX, l.veilY = float32(6/float64(g.Width)*(2*r.Float64()-1)), float32(6/float64(g.Height)*(2*r.Float64()-1))
	l.veilPhase = float32(2 * math.Pi * r.Float64())
	l.contrast = float32(0.25 * g.Light)
	return l
}

func (l look) first(r *rand.Rand) look {
	l.gain = [3]float32{1, 1, 1}
	l.noise = rand.New(rand.NewPCG(r.Uint64(), 1))
	return l
}

func (l look) second(r *rand.Rand) look {
	gain, offset := 1+l.contrast*(2*r.Float32()-1), 100*l.contrast*(2*r.Float32()-1)
	for c := range 3 {
		l.gain[c] = gain * (1 + 0.4*l.contrast*(2*r.Float32()-1))
		l.offset[c] = offset + 128*(1-l.gain[c])
	}
	l.veilPhase += l.veil * (2*r.Float32() - 1) // fog drifts by itself
	l.noise = rand.New(rand.NewPCG(r.Uint64(), 2))
	return l
}

// finish writes a pixel, red, green, blue and opaque.
func (l *look) finish(pixel []uint8, colour [3]float32, x, y float32) {
	var veil float32
	if l.veil > 0 {
		veil = l.veil * (0.5 + 0.5*sine(l.veilX*x+l.veilY*y+l.veilPhase))
	}
	for c, v := range colour {
		v = l.gain[c]*(v+veil*(l.veilColour-v)) + l.offset[c]
		if l.grain > 0 {
			v += l.grain * float32(l.noise.NormFloat64())
		}
		pixel[c] = uint8(min(255, max(0, v)) + 0.5)
	}
	pixel[3] = 255
}
