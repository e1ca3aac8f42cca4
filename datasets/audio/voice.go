// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"math/rand/v2"
)

// voice is one sound: the wave at a moment, in seconds from its beginning, from -1 to 1. It is asked in the order of time.
type voice func(t float64) float64

// voices are the classes of generated sounds. Each makes a voice of a pitch, in Hz, that lasts some seconds.
var voices = []struct {
	name  string
	sound func(r *rand.Rand, pitch, seconds float64) voice
}{
	{"tone", func(_ *rand.Rand, pitch, _ float64) voice {
		return func(t float64) float64 { return sine(pitch * t) }
	}},
	{"buzz", func(_ *rand.Rand, pitch, _ float64) voice { // many overtones
		return func(t float64) float64 {
			sum := 0.
			for k := 1.; k <= 6; k++ {
				sum += sine(k*pitch/2*t) / k
			}
			return sum / 1.7
		}
	}},
	{"rise", func(r *rand.Rand, pitch, seconds float64) voice {
		return glide(pitch, pitch*between(r, 1.6, 2.6), seconds)
	}},
	{"fall", func(r *rand.Rand, pitch, seconds float64) voice {
		return glide(pitch*between(r, 1.6, 2.6), pitch, seconds)
	}},
	{"siren", func(r *rand.Rand, pitch, _ float64) voice { // the pitch goes up and down
		speed, depth, phase := between(r, 3, 7), between(r, 0.08, 0.2), r.Float64()
		return func(t float64) float64 {
			return sine(pitch * (t - depth/(2*math.Pi*speed)*math.Cos(2*math.Pi*(speed*t+phase))))
		}
	}},
	{"tremolo", func(r *rand.Rand, pitch, _ float64) voice { // the loudness goes up and down
		speed := between(r, 5, 11)
		return func(t float64) float64 { return sine(pitch*t) * (0.5 - 0.5*math.Cos(2*math.Pi*speed*t)) }
	}},
	{"bell", func(_ *rand.Rand, pitch, seconds float64) voice { // overtones that are no multiples, and die away
		return func(t float64) float64 {
			sum := 0.
			for k, f := range []float64{1, 2.76, 5.40} {
				sum += sine(pitch/2*f*t) * math.Exp(-t*(3+2*float64(k))/seconds) / float64(k+1)
			}
			return sum / 1.5
		}
	}},
	{"clicks", func(r *rand.Rand, pitch, _ float64) voice {
		every := between(r, 0.05, 0.12)
		return func(t float64) float64 {
			since := math.Mod(t, every)
			return sine(2*pitch*since) * math.Exp(-since*400)
		}
	}},
	{"hiss", func(r *rand.Rand, _, _ float64) voice {
		return func(float64) float64 { return 0.3 * r.NormFloat64() }
	}},
	{"wind", func(r *rand.Rand, pitch, _ float64) voice { // noise around a low pitch that wanders
		var before, low, band float64
		wander := between(r, 0.5, 2)
		return func(t float64) float64 {
			f := min(0.4, math.Pi*pitch*math.Exp2(0.5*sine(wander*t))*(t-before))
			before = t
			band += f * (r.NormFloat64() - low - 0.3*band) // a filter of two states, which rings a little
			low += f * band
			return max(-1, min(1, 0.6*band))
		}
	}},
}

func sine(turns float64) float64 { return math.Sin(2 * math.Pi * turns) }

// glide goes from one pitch to another, evenly to the ear.
func glide(from, to, seconds float64) voice {
	k := math.Log(to/from) / seconds
	return func(t float64) float64 { return sine(from * (math.Exp(k*t) - 1) / k) }
}

func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

// play adds a sound of a random pitch, length, beginning and loudness to another.
func play(make func(r *rand.Rand, pitch, seconds float64) voice, to *Sound, r *rand.Rand) {
	whole := float64(len(to.Samples)) / float64(to.Rate)
	seconds := whole * between(r, 0.4, 0.9)
	begin := int((whole - seconds) * r.Float64() * float64(to.Rate))
	pitch := 250 * math.Exp2(between(r, 0, 2)) // to 1000 Hz
	loud := 0.9 * math.Pow(10, -between(r, 0, 15)/20)
	v := make(r, pitch, seconds)
	n := int(seconds * float64(to.Rate))
	edge := float64(to.Rate) / 100 // a hundredth of a second, so that no beginning clicks
	for i := range n {
		level := min(1, float64(i)/edge, float64(n-i)/edge)
		to.Samples[begin+i] += float32(loud * level * v(float64(i)/float64(to.Rate)))
	}
}
