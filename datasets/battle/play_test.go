// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

import (
	"hash/fnv"
	"reflect"
	"slices"
	"testing"
)

// A battle is the same on every machine: this sum was made on one, and must come out on all.
func TestBattlesAreTheSameEverywhere(t *testing.T) {
	h := fnv.New64a()
	for seed := range uint64(50) {
		b := New(seed, Default())
		b.Play(FocusFire, Weakest, 0)
		for _, u := range b.Units {
			for _, v := range []int{u.Kind, u.Team, u.HP, u.X, u.Y} {
				h.Write([]byte{byte(v), byte(v >> 8), byte(v >> 16)})
			}
		}
	}
	if got, want := h.Sum64(), uint64(0x5e7e570e6c1a8b4f); got != want {
		t.Errorf("the sum is %#x, want %#x", got, want)
	}
}

// Exchanging the teams exchanges the results: no team has an advantage.
func TestSymmetry(t *testing.T) {
	for seed := range uint64(100) {
		for _, p := range []Policy{Nearest, Weakest, FocusFire} {
			a, b := New(seed, Default()), New(seed, Default())
			b.Swap()
			ra, rb := a.Play(p, Nearest, 0), b.Play(Nearest, p, 0)
			if ra.Winner >= 0 {
				ra.Winner = 1 - ra.Winner
			}
			if !reflect.DeepEqual(ra, rb) {
				t.Fatalf("seed %d: %+v, with exchanged teams %+v", seed, ra, rb)
			}
		}
	}
}

// How one fights decides battles of equal armies, and what one has those of unequal ones.
func TestWhatDecides(t *testing.T) {
	rate := func(p, q Policy, n int) float64 {
		s := Default()
		s.Mirror = true
		won := 0.0
		for seed := range uint64(n) {
			switch New(seed, s).Play(p, q, 0).Winner {
			case 0:
				won++
			case Nobody:
				won += 0.5
			}
		}
		return won / float64(n)
	}
	for _, c := range []struct {
		name      string
		p, q      Policy
		low, high float64
	}{
		{"nearest against nearest", Nearest, Nearest, 0.45, 0.55},
		{"focused fire against nearest", FocusFire, Nearest, 0.8, 0.93},
		{"focused fire against the weakest", FocusFire, Weakest, 0.52, 0.75},
		{"random against nearest", Random(1), Nearest, 0, 0.35},
	} {
		if got := rate(c.p, c.q, 400); got < c.low || got > c.high {
			t.Errorf("%s wins %.2f, want between %g and %g", c.name, got, c.low, c.high)
		}
	}
	agree := 0
	for seed := range uint64(300) {
		b := New(seed, Default())
		strong := 0
		if b.Strength(1) > b.Strength(0) {
			strong = 1
		}
		if b.Play(FocusFire, FocusFire, 0).Winner == strong {
			agree++
		}
	}
	if agree < 195 || agree > 285 {
		t.Errorf("the stronger army wins %d of 300 battles", agree)
	}
}

func TestPlayEnds(t *testing.T) {
	hold := PolicyFunc(func(*Battle, int) {})
	b := New(3, Default())
	before := slices.Clone(b.Units)
	if r := b.Play(hold, hold, 0); r.Ticks != Limit || !slices.Contains(r.Survived, true) || slices.Contains(r.Survived, false) {
		t.Errorf("nobody fights, and it ends after %d ticks with survivors %v", r.Ticks, r.Survived)
	}
	if !slices.Equal(before, b.Units) {
		t.Error("nobody has orders, and units have changed")
	}
	b = New(3, Default())
	if r := b.Play(FocusFire, Nearest, 17); r.Ticks != 17 {
		t.Errorf("a battle until tick 17 ends at %d", r.Ticks)
	}
	if r := (&Battle{}).Play(FocusFire, Nearest, 0); r.Winner != Nobody || r.Ticks != 0 {
		t.Errorf("a battle without units ends %+v", r)
	}
}

func BenchmarkPlay(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		New(seed, Default()).Play(FocusFire, Nearest, 0)
		seed++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "battles/s")
}
