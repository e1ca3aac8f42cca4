// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

import (
	"reflect"
	"strings"
	"testing"
)

func TestNew(t *testing.T) {
	for _, mirror := range []bool{false, true} {
		s := Default()
		s.Mirror = mirror
		different := map[int]bool{}
		for seed := range uint64(200) {
			b := New(seed, s)
			var count, strength [2]int
			for _, u := range b.Units {
				if u.X < 0 || u.X > b.Field || u.Y < 0 || u.Y > b.Field {
					t.Fatalf("seed %d: a unit at %d, %d, outside of a field of %d", seed, u.X, u.Y, b.Field)
				}
				if u.HP < 1 || u.HP > u.Of().HitPoints {
					t.Fatalf("seed %d: a %s with %d hit points", seed, u.Of().Name, u.HP)
				}
				count[u.Team]++
			}
			strength = [2]int{b.Strength(0), b.Strength(1)}
			if len(b.Units) > s.MostUnits() || count[0] < s.Fronts[0]*s.PerFront[0] || count[1] < s.Fronts[0]*s.PerFront[0] {
				t.Fatalf("seed %d: %v units", seed, count)
			}
			if alike := count[0] == count[1] && strength[0] == strength[1]; mirror && !alike {
				t.Fatalf("seed %d: mirrored armies of %v units with strengths %v", seed, count, strength)
			}
			different[len(b.Units)] = true
			if !reflect.DeepEqual(b, New(seed, s)) {
				t.Fatalf("seed %d gives two battles", seed)
			}
		}
		if len(different) < 10 {
			t.Errorf("200 battles have %d different sizes", len(different))
		}
	}
}

func TestSetupRefuses(t *testing.T) {
	good := Default()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for words, change := range map[string]func(s *Setup){
		"0 to 4 fronts":   func(s *Setup) { s.Fronts[0] = 0 },
		"2 to 1 fronts":   func(s *Setup) { s.Fronts[1] = 1 },
		"0 to 7 units":    func(s *Setup) { s.PerFront[0] = 0 },
		"9 to 7 units":    func(s *Setup) { s.PerFront[0] = 9 },
		"512 units":       func(s *Setup) { s.Fronts[1] = 100 },
		"9000000000000":   func(s *Setup) { s.Fronts[1] = 9_000_000_000_000_000_000 },
		"field of 10":     func(s *Setup) { s.Field = 10 },
		"field of 100000": func(s *Setup) { s.Field = 100_000 },
	} {
		s := good
		change(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%+v: the error is %v, without %q", s, err, words)
		}
	}
	// The smallest field still has room for as many fronts as can be asked for.
	crowded := Setup{Fronts: [2]int{60, 60}, PerFront: [2]int{1, 4}, Field: minField}
	if err := crowded.Validate(); err != nil {
		t.Fatal(err)
	}
	if n := len(New(1, crowded).Units); n < 120 {
		t.Errorf("%d units", n)
	}
}
