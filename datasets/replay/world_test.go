// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"slices"
	"testing"
)

func TestWorld(t *testing.T) {
	r, err := Parse(small())
	if err != nil {
		t.Fatal(err)
	}
	mineral := Unit{Tag{1, 1}, "MineralField", 0, 10, 20, 0, 0, true}
	scv := Unit{Tag{3, 1}, "SCV", 1, 30, 40, 0, 0, true}
	drone := Unit{Tag{4, 1}, "Drone", 3, 130, 140, 0, 0, true}
	barracks := Unit{Tag{5, 1}, "Barracks", 1, 33, 44, 200, 200, false}
	moved, egg, built := scv, drone, barracks
	moved.X, moved.Y, moved.Told = 31, 41, 320
	egg.Type, egg.X, egg.Y, egg.Told = "Egg", 131, 141, 320
	built.Ready = true
	zergling := Unit{Tag{4, 2}, "Zergling", 3, 133, 143, 420, 420, true}
	taken := zergling
	taken.Player = 1
	w := r.World()
	for _, c := range []struct {
		loop int
		want []Unit
	}{
		{-1, nil},
		{0, []Unit{mineral, scv, drone}},
		{199, []Unit{mineral, scv, drone}},
		{200, []Unit{mineral, scv, drone, barracks}},
		{320, []Unit{mineral, moved, egg, barracks}},
		{400, []Unit{mineral, moved, barracks}},
		{420, []Unit{mineral, moved, barracks, zergling}},
		{500, []Unit{mineral, moved, built, zergling}},
		{800, []Unit{mineral, moved, built, taken}},
	} {
		if got := r.UnitsAt(c.loop); !slices.Equal(got, c.want) {
			t.Errorf("at loop %d:\n%+v, want\n%+v", c.loop, got, c.want)
		}
		if w.To(c.loop); !slices.Equal(w.Units(), c.want) || w.Loop() != max(0, c.loop) {
			t.Errorf("a world at loop %d, at %d:\n%+v, want\n%+v", c.loop, w.Loop(), w.Units(), c.want)
		}
	}
	if w.To(0); w.Loop() != 800 || len(w.Units()) != 4 {
		t.Error("a world went back")
	}
}

// A unit whose death was not told is gone when its place in the game's list is given away.
func TestPlaceGivenAway(t *testing.T) {
	again := event(5, UnitBorn, num(1), num(2), blob("Reaper"), num(1), num(1), num(7), num(7))
	late := event(1, UnitDied, num(1), num(1), none, num(3), num(3)) // of the first, which must not take the second along
	moved := event(1, UnitPositions, num(1), nums(0, 8, 9))
	r, err := game(93333, 10, born(0, 1, 3, 3), again, late, moved)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.UnitsAt(5); len(got) != 1 || got[0].Type != "Reaper" {
		t.Errorf("before: %+v", got)
	}
	if got := r.UnitsAt(10); len(got) != 1 || got[0].Type != "Reaper" || got[0].X != 8 || got[0].Y != 9 {
		t.Errorf("after: %+v", got)
	}
}

func TestNewest(t *testing.T) {
	units := []Unit{{Tag: Tag{1, 1}, Born: 0}, {Tag: Tag{2, 1}, Born: 90, Player: 1}, {Tag: Tag{3, 1}, Born: 50, Player: 2}, {Tag: Tag{4, 1}, Born: 70, Player: 1}}
	before := slices.Clone(units)
	if kept, left := Newest(Owned(units), 2); left != 1 || len(kept) != 2 || kept[0].Born != 90 || kept[1].Born != 70 {
		t.Errorf("%+v, %d", kept, left)
	}
	for _, c := range []struct{ n, kept, left int }{{-1, 0, 4}, {0, 0, 4}, {4, 4, 0}, {9, 4, 0}} {
		if kept, left := Newest(units, c.n); len(kept) != c.kept || left != c.left {
			t.Errorf("the newest %d: %d, and %d left out", c.n, len(kept), left)
		}
	}
	if !slices.Equal(units, before) {
		t.Error("the list that was given was changed")
	}
}
