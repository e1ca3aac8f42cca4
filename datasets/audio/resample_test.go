// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"testing"
)

// wave is a sine wave of a frequency and an amplitude, one second of it.
func wave(rate int, hertz, amplitude float64) *Sound {
	s := &Sound{rate, make([]float32, rate)}
	for i := range s.Samples {
		s.Samples[i] = float32(amplitude * math.Sin(2*math.Pi*hertz*float64(i)/float64(rate)))
	}
	return s
}

// A tone that both rates can hold is the same tone afterwards, for rates of any ratio.
func TestResampleKeepsTones(t *testing.T) {
	for _, c := range []struct{ from, to int }{{44100, 16000}, {8000, 16000}, {16000, 8000}, {44100, 48000}, {44101, 15999}, {11025, 8000}, {7, 11}} {
		f := float64(min(c.from, c.to)) / 5
		got, err := wave(c.from, f, 0.5).Resample(c.to)
		if err != nil {
			t.Fatal(err)
		}
		want := wave(c.to, f, 0.5)
		if got.Rate != c.to || len(got.Samples) != len(want.Samples) {
			t.Fatalf("%d to %d: %d samples at %d", c.from, c.to, len(got.Samples), got.Rate)
		}
		edge := 80 * max(1, c.to/c.from) // the kernel reaches over the ends of the sound
		for i := edge; i < len(want.Samples)-edge; i++ {
			if d := math.Abs(float64(got.Samples[i] - want.Samples[i])); d > 2e-4 {
				t.Fatalf("%d to %d: sample %d is %g, want %g", c.from, c.to, i, got.Samples[i], want.Samples[i])
			}
		}
	}
}

// A tone above what the lower rate can hold is left out, and does not come back as a lower one.
func TestResampleLeavesOut(t *testing.T) {
	got, err := wave(44100, 5000, 1).Resample(8000)
	if err != nil {
		t.Fatal(err)
	}
	middle := &Sound{8000, got.Samples[500:7500]}
	if l := middle.Loudness(); l > 1e-4 {
		t.Errorf("of a tone of 5000 Hz, %g is left at 8000 samples in a second", l)
	}
}

func TestResampleRefuses(t *testing.T) {
	s := wave(8000, 100, 1)
	if same, err := s.Resample(8000); err != nil || same != s {
		t.Error("a sound of that rate is not returned as it is")
	}
	for _, rate := range []int{0, -1, MaxRate + 1} {
		if _, err := s.Resample(rate); err == nil {
			t.Errorf("rate %d was accepted", rate)
		}
	}
	if _, err := (&Sound{1, make([]float32, 10000)}).Resample(MaxRate); err == nil {
		t.Error("a sound of 7 billion samples was made")
	}
}
