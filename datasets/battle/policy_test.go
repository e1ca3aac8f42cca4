// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

import (
	"math"
	"strings"
	"testing"
)

// In this place every policy has another opinion.
func place() *Battle {
	b := &Battle{Field: 64 * Cell, Units: []Unit{
		unit(1, 0, 10), unit(1, 0, 10), unit(1, 0, 8),
		unit(0, 1, 13), // the nearest
		unit(2, 1, 17), // the weakest, in reach of two
		unit(1, 1, 15), // a few shots of all three
		unit(1, 1, 40), // far
	}}
	b.Units[4].HP, b.Units[5].HP = 14, 16
	return b
}

func TestPolicies(t *testing.T) {
	for name, want := range map[string]int{"nearest": 3, "weakest": 4, "focus": 5} {
		p, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		b := place()
		p.Order(b, 0)
		if got := b.Units[0].Target; got != want {
			t.Errorf("%s shoots at unit %d, want %d", name, got, want)
		}
		for i := 3; i < len(b.Units); i++ {
			if b.Units[i].Target != Hold {
				t.Errorf("%s gives an order to the other team", name)
			}
		}
		// The third has only two in reach; one alone walks to the nearest.
		if got := b.Units[2].Target; name == "weakest" && got != 5 {
			t.Errorf("the weakest in reach of the third is %d, want 5", got)
		}
		far := &Battle{Field: 64 * Cell, Units: []Unit{unit(0, 0, 10), unit(1, 1, 40), unit(1, 1, 30)}}
		p.Order(far, 0)
		if got := far.Units[0].Target; got != 2 {
			t.Errorf("%s walks to %d, want the nearest, 2", name, got)
		}
	}
	if _, err := Named("retreat"); err == nil || !strings.Contains(err.Error(), "\"focus\"") {
		t.Errorf("an unknown policy: %v", err)
	}
}

// By hand: three archers hit an archer for 7 every 6 ticks each, so one of 16 hit points lasts 16/3.5; the knight of 14
// hit points is hit for 5 by the two that reach it.
func TestTimesToKill(t *testing.T) {
	times := TimesToKill(place(), 0)
	for unit, want := range map[int]float64{0: 0, 3: 100 / (3 * 6. / 6), 4: 14 / (2 * 5. / 6), 5: 16 / (3 * 7. / 6), 6: 0} {
		if math.Abs(times[unit]-want) > 1e-9 {
			t.Errorf("unit %d lasts %g ticks, want %g", unit, times[unit], want)
		}
	}
}

func TestFavour(t *testing.T) {
	b := place()
	b.Units[6].X = 16 * Cell // a second archer, with more hit points
	Favour(func(*Battle, int) [][]float32 { return [][]float32{{0, 1, 0}, {5, 1, 9}, {3, 2, 9}} }).Order(b, 0)
	for unit, want := range []int{5, 4, 3} { // the knight, whom the third prefers, is out of its reach
		if got := b.Units[unit].Target; got != want {
			t.Errorf("unit %d shoots at %d, want %d", unit, got, want)
		}
	}
}

func TestRandomIsRepeatable(t *testing.T) {
	seen := map[int]bool{}
	for seed := range uint64(40) {
		a, b := place(), place()
		Random(seed).Order(a, 0)
		Random(seed).Order(b, 0)
		if a.Units[0].Target != b.Units[0].Target {
			t.Fatal("a seed gives two orders")
		}
		seen[a.Units[0].Target] = true
	}
	if len(seen) != 3 {
		t.Errorf("of the three in reach %v are ever chosen", seen)
	}
}
