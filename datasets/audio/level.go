// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import "math"

// Peak is the largest distance of a sample from 0; 0 for a sound without samples.
func (s *Sound) Peak() float64 {
	peak := float32(0)
	for _, x := range s.Samples {
		peak = max(peak, x, -x)
	}
	return float64(peak)
}

// silence is the peak below which nothing can be heard: half of the smallest step of 16 bits.
const silence = 0.5 / (1 << 15)

// Silent reports whether there is nothing to be heard.
func (s *Sound) Silent() bool { return s.Peak() < silence }

// Loudness is the root of the mean square of the samples.
func (s *Sound) Loudness() float64 {
	if len(s.Samples) == 0 {
		return 0
	}
	sum := 0.
	for _, x := range s.Samples {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum / float64(len(s.Samples)))
}

// clippedRun is the number of neighbours at full scale that are no coincidence: a sine wave that touches full scale does
// so with one sample, or two.
const clippedRun = 3

// Clipped is the part of the samples that lie in runs of 3 or more at full scale, where the sound was louder than its
// file could hold.
func (s *Sound) Clipped() float64 {
	const full = 1 - 1.5/(1<<15)
	count, run, sign := 0, 0, float32(0)
	for i := 0; i <= len(s.Samples); i++ {
		if i < len(s.Samples) {
			if x := s.Samples[i]; (x >= full || x <= -full) && (run == 0 || x*sign > 0) {
				run, sign = run+1, x
				continue
			}
		}
		if run >= clippedRun {
			count += run
		}
		run = 0
		if i < len(s.Samples) {
			if x := s.Samples[i]; x >= full || x <= -full { // the other end follows at once
				run, sign = 1, x
			}
		}
	}
	return float64(count) / float64(max(1, len(s.Samples)))
}
