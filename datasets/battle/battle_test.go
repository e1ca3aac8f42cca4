// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

import (
	"slices"
	"testing"
)

func unit(kind, team, x int) Unit {
	return Unit{Kind: kind, Team: team, HP: Kinds[kind].HitPoints, X: x * Cell, Y: 10 * Cell, Target: Hold}
}

func TestHit(t *testing.T) {
	for _, c := range []struct{ from, to, want int }{
		{0, 1, 10}, // a guard hits an archer, who has no armour
		{1, 2, 5},  // an archer hits a knight, who has 2
		{2, 1, 21}, // a knight hits a light unit, against which it has a bonus
		{2, 3, 12}, // and an armoured one, against which it has none
		{3, 2, 20}, // a lancer's bonus is against armoured ones
		{3, 1, 11},
	} {
		if got := Kinds[c.from].Hit(Kinds[c.to]); got != c.want {
			t.Errorf("a %s hits a %s for %d, want %d", Kinds[c.from].Name, Kinds[c.to].Name, got, c.want)
		}
	}
	if got := (Kind{Damage: 2}).Hit(Kind{Armour: 5}); got != 1 {
		t.Errorf("a hit that armour swallows costs %d, want 1", got)
	}
}

// A unit in range shoots at once, and again after its cooldown; it does not walk.
func TestShooting(t *testing.T) {
	archer, guard := unit(1, 0, 10), unit(0, 1, 14)
	archer.Target = 1
	b := &Battle{Units: []Unit{archer, guard}, Field: 64 * Cell}
	var hp []int
	for range 13 {
		b.Step()
		hp = append(hp, b.Units[1].HP)
	}
	want := []int{94, 94, 94, 94, 94, 94, 88, 88, 88, 88, 88, 88, 82} // 7 less 1 of armour, every 6 ticks
	if !slices.Equal(hp, want) {
		t.Errorf("hit points over time are %v, want %v", hp, want)
	}
	if b.Units[0].X != archer.X || b.Units[1].X != guard.X {
		t.Error("a unit in range, or one that holds, has walked")
	}
}

// A unit out of range walks straight to its target until it is in range, and stops there.
func TestWalking(t *testing.T) {
	guard, archer := unit(0, 0, 10), unit(1, 1, 14)
	guard.Target = 1
	b := &Battle{Units: []Unit{guard, archer}, Field: 64 * Cell}
	b.Step()
	if got, want := b.Units[0].X, 10*Cell+90; got != want || b.Units[0].Y != guard.Y {
		t.Errorf("after a tick the guard is at %d, want %d", got, want)
	}
	for range 50 {
		b.Step()
	}
	gap := b.Units[1].X - b.Units[0].X
	if gap > Cell || gap < Cell-90 {
		t.Errorf("the guard stops %d before its target, want between %d and %d", gap, Cell-90, Cell)
	}
	if b.Units[1].HP >= archer.HP {
		t.Error("the guard has not hit")
	}
}

// Shots of one tick fall together: two units can fell each other.
func TestAtOnce(t *testing.T) {
	a, b := unit(4, 0, 10), unit(4, 1, 15)
	a.HP, b.HP, a.Target, b.Target = 1, 1, 1, 0
	both := &Battle{Units: []Unit{a, b}, Field: 64 * Cell}
	both.Step()
	if both.Units[0].Alive() || both.Units[1].Alive() {
		t.Errorf("they are left with %d and %d hit points, want none", both.Units[0].HP, both.Units[1].HP)
	}
	if r := both.Result(); r.Winner != Nobody {
		t.Errorf("the winner is %d, want nobody", r.Winner)
	}
}

// Orders that make no sense are orders to hold.
func TestBadOrders(t *testing.T) {
	for name, target := range map[string]int{"itself": 0, "a friend": 1, "one that fell": 2, "nobody": Hold, "beyond the last": 99, "below the first": -7} {
		fallen := unit(1, 1, 11)
		fallen.HP = 0
		b := &Battle{Units: []Unit{unit(1, 0, 10), unit(1, 0, 11), fallen, unit(1, 1, 12)}, Field: 64 * Cell}
		b.Units[0].Target = target
		b.Step()
		if b.Units[0].Target != Hold || b.Units[0].X != 10*Cell || b.Units[1].HP != 45 || b.Units[3].HP != 45 {
			t.Errorf("%s as a target: %+v", name, b.Units)
		}
	}
}

// A walk ends at the edge of the field, and fallen units do nothing.
func TestEdges(t *testing.T) {
	a, b := unit(2, 0, 1), unit(1, 1, 9)
	b.X, a.Target, b.HP = 64*Cell, 1, 0
	f := &Battle{Units: []Unit{b, a}, Field: 8 * Cell}
	f.Units[0].HP, f.Units[1].Target = 1, 0
	for range 60 {
		f.Step()
	}
	if x := f.Units[1].X; x > 8*Cell {
		t.Errorf("a unit is at %d, outside of a field of %d", x, 8*Cell)
	}
	f.Units[1].HP = 0
	before := slices.Clone(f.Units)
	f.Step()
	if !slices.Equal(before, f.Units) {
		t.Error("a fallen unit acts")
	}
}

func TestStrength(t *testing.T) {
	b := New(1, Default())
	full := b.Strength(0)
	for i := range b.Units {
		if b.Units[i].Team == 0 {
			b.Units[i].HP = 0
		}
	}
	if full <= 0 || b.Strength(0) != 0 || !b.Over() || b.Result().Winner != 1 {
		t.Errorf("before %d, after %d, winner %d", full, b.Strength(0), b.Result().Winner)
	}
}
