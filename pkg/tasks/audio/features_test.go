// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	sounds "github.com/perceiver-go/perceiver/datasets/audio"
)

func ramp(frames, channels int) array {
	a := newArray(frames, channels)
	for i := range a.values {
		a.values[i] = float32(i / channels)
	}
	return a
}

func column(a array) (out []float32) {
	for t := range a.frames {
		out = append(out, a.frame(t)[0])
	}
	return out
}

// A sound is the same however loud it is.
func TestFeaturesDoNotDependOnLoudness(t *testing.T) {
	for _, kind := range []string{"mel", "wave"} {
		d := smallSpec().Data
		d.Features = kind
		f := newFeatures(d)
		g := &sounds.Tones{Rate: 4000, Samples: 2000, Held: 1}
		loud := g.Train(3)
		soft := &sounds.Sound{Rate: 4000}
		for _, x := range loud.Samples {
			soft.Samples = append(soft.Samples, x/16)
		}
		a, err := f.of(loud.Sound)
		if err != nil {
			t.Fatal(err)
		}
		b, err := f.of(soft)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.values {
			if math.Abs(float64(a.values[i]-b.values[i])) > 1e-3 {
				t.Fatalf("%s: number %d is %g, of the softer sound %g", kind, i, a.values[i], b.values[i])
			}
		}
		if kind == "mel" && (slices.Max(a.values) != 2 || slices.Min(a.values) < quiet) {
			t.Errorf("a spectrogram goes from %g to %g", slices.Min(a.values), slices.Max(a.values))
		}
		silent, err := f.of(&sounds.Sound{Rate: 4000, Samples: make([]float32, 2000)})
		if err != nil || silent.values[0] != f.silence() || slices.Max(silent.values) != slices.Min(silent.values) {
			t.Errorf("%s: silence is %v, %v", kind, silent.values[:3], err)
		}
	}
}

func TestWindow(t *testing.T) {
	f := newFeatures(smallSpec().Data)
	for name, c := range map[string]struct {
		frames, n int
		want      []float32
	}{
		"as long": {4, 4, []float32{0, 1, 2, 3}},
		"longer":  {7, 3, []float32{2, 3, 4}},
		"shorter": {2, 6, []float32{quiet, quiet, 0, 1, quiet, quiet}},
		"empty":   {0, 2, []float32{quiet, quiet}},
	} {
		if got := column(f.window(ramp(c.frames, 2), c.n, nil)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	// Moved by chance, a shorter sound stays whole, and a longer one is cut where there is sound.
	r := rand.New(rand.NewPCG(1, 1))
	begins := map[float32]bool{}
	for range 60 {
		if got := column(f.window(ramp(3, 1), 8, r)); !slices.Contains(got, 0) || !slices.Contains(got, 2) {
			t.Fatalf("a shorter sound lost a part: %v", got)
		}
		got := column(f.window(ramp(9, 1), 4, r))
		if got[3] != got[0]+3 {
			t.Fatalf("a longer sound is cut to %v", got)
		}
		begins[got[0]] = true
	}
	if len(begins) < 5 {
		t.Errorf("a longer sound begins at %v only", begins)
	}
	// With a shift beyond the room, a sound that fills the window goes on at its other end.
	f.data.Shift = 100
	got := column(f.window(ramp(5, 1), 5, r))
	sorted := slices.Clone(got)
	slices.Sort(sorted)
	if !slices.Equal(sorted, []float32{0, 1, 2, 3, 4}) || slices.Equal(got, sorted) {
		t.Errorf("moved around: %v", got)
	}
}

func TestStretch(t *testing.T) {
	for factor, want := range map[float64][]float32{2: {0, 0.5, 1, 1.5, 2, 2.5, 3, 3}, 0.5: {0, 2}, 1: {0, 1, 2, 3}} {
		if got := column(stretch(ramp(4, 2), factor)); !slices.Equal(got, want) {
			t.Errorf("by %g: %v, want %v", factor, got, want)
		}
	}
	for _, frames := range []int{0, 1} {
		if got := stretch(ramp(frames, 2), 1.3); got.frames != frames {
			t.Errorf("%d frames became %d", frames, got.frames)
		}
	}
}

// Masks hide at most as much as they may, and something at times.
func TestMasks(t *testing.T) {
	d := smallSpec().Data
	d.Masks, d.TimeMask, d.BandMask = 1, 0.15, 2 // 3 frames, 2 bands
	f := newFeatures(d)
	r := rand.New(rand.NewPCG(2, 2))
	most := 0
	for range 200 {
		a := newArray(10, 8)
		for i := range a.values {
			a.values[i] = float32(i)
		}
		before := slices.Clone(a.values)
		got := f.augment(a, 10, r)
		hidden := 0
		for i := range before {
			if got.values[i] != before[i] {
				hidden++
			}
		}
		most = max(most, hidden)
	}
	if most == 0 || most > 3*8+2*10 {
		t.Errorf("up to %d numbers of 80 are hidden", most)
	}
}

// A tilt makes the ends differ and leaves the middle, and never goes below silence.
func TestTilt(t *testing.T) {
	d := smallSpec().Data
	d.Tilt = 20
	f := newFeatures(d)
	r := rand.New(rand.NewPCG(2, 2))
	a := newArray(1, 9)
	a.values[8] = quiet
	got := f.augment(a, 1, r)
	if d := math.Abs(float64(got.values[0])); d == 0 || d > 1 || got.values[4] != 0 || got.values[8] < quiet {
		t.Errorf("tilted: %v", got.values)
	}
}
