// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"slices"
	"testing"
)

func TestTonesDependOnSeedAndNumber(t *testing.T) {
	a, b := &Tones{Rate: 8000, Samples: 4000, Seed: 1, Held: 3}, &Tones{Rate: 8000, Samples: 4000, Seed: 2, Held: 3}
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	same := func(x, y *Clip) bool { return slices.Equal(x.Samples, y.Samples) && slices.Equal(x.Classes, y.Classes) }
	if !same(a.Train(5), a.Train(5)) || same(a.Train(5), a.Train(6)) || same(a.Train(5), b.Train(5)) {
		t.Error("a clip is not a function of seed and number")
	}
	if !same(a.HeldOut(1), b.HeldOut(1)) || same(a.HeldOut(1), a.HeldOut(2)) {
		t.Error("held-out clips depend on the seed, or are alike")
	}
	seed := &Tones{Rate: 8000, Samples: 4000, Seed: heldSeed, Held: 3}
	if same(seed.Train(heldStream|1), seed.HeldOut(1)) {
		t.Error("a held-out clip can be trained on")
	}
}

// Every class makes a sound that can be heard, within -1 and 1, and all are about as frequent.
func TestToneClasses(t *testing.T) {
	g := &Tones{Rate: 8000, Samples: 8000, Held: 1}
	count := make([]int, len(ToneClasses))
	for i := range uint64(400) {
		c := g.Train(i)
		if len(c.Classes) != 1 {
			t.Fatalf("clip %d has classes %v", i, c.Classes)
		}
		count[c.Classes[0]]++
		for _, x := range c.Samples {
			if x != x || math.Abs(float64(x)) > 1 {
				t.Fatalf("%s %d has a sample %g", ToneClasses[c.Classes[0]], i, x)
			}
		}
		if p := c.Peak(); p < 0.05 {
			t.Errorf("%s %d has peak %g", ToneClasses[c.Classes[0]], i, p)
		}
	}
	for k, n := range count {
		if n < 20 || n > 65 {
			t.Errorf("%d of 400 clips are %s", n, ToneClasses[k])
		}
	}
}

// The pitch of a rising sound rises, that of a falling one falls, and that of a tone stays.
func TestTonesGlide(t *testing.T) {
	g := &Tones{Rate: 8000, Samples: 8000, Held: 1}
	f := STFT{256, 80}
	moves := map[string]float64{}
	for i := range uint64(300) {
		c := g.Train(i)
		name := ToneClasses[c.Classes[0]]
		power, err := f.Power(c.Samples)
		if err != nil {
			t.Fatal(err)
		}
		var heard []int // the loudest bin of the frames in which there is a sound
		for _, p := range power {
			best := 0
			for k := range p {
				if p[k] > p[best] {
					best = k
				}
			}
			if p[best] > 1e-3 {
				heard = append(heard, best)
			}
		}
		if len(heard) > 10 {
			moves[name] += float64(heard[len(heard)-3] - heard[2])
		}
	}
	if moves["rise"] < 100 || moves["fall"] > -100 || math.Abs(moves["tone"]) > 20 {
		t.Errorf("bins from beginning to end, all clips together: %v", moves)
	}
}

func TestTonesTogether(t *testing.T) {
	g := &Tones{Rate: 8000, Samples: 4000, Mix: 3, Held: 1}
	lengths := map[int]int{}
	for i := range uint64(60) {
		c := g.Train(i)
		lengths[len(c.Classes)]++
		if !slices.IsSorted(c.Classes) || len(slices.Compact(slices.Clone(c.Classes))) != len(c.Classes) {
			t.Fatalf("classes %v", c.Classes)
		}
	}
	if !g.Several() || len(lengths) != 3 || lengths[1] == 0 || lengths[3] == 0 {
		t.Errorf("numbers of classes: %v", lengths)
	}
}

func TestTonesRefuse(t *testing.T) {
	for _, g := range []Tones{{Rate: 100, Samples: 100, Held: 1}, {Rate: 8000, Samples: 10, Held: 1}, {Rate: 8000, Samples: 8000}, {Rate: 8000, Samples: 8000, Held: 1, Mix: 11}} {
		if g.Validate() == nil {
			t.Errorf("%+v was accepted", g)
		}
	}
}
