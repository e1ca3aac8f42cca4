// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// game is a replay with these events.
func game(build, loops int64, events ...[]byte) (*Replay, error) {
	return Parse(file(header(build, loops), stream("replay.details", details("Two Hills")), stream("replay.tracker.events", slices.Concat(events...))))
}

func born(delta, index, x, y int64) []byte {
	return event(delta, UnitBorn, num(index), num(1), blob("Marine"), num(1), num(1), num(x), num(y))
}

// A game that was taken up again sets its clock back by going all the way around.
func TestClockGoesAround(t *testing.T) {
	r, err := game(30508, 3787,
		born(3040, 1, 0, 0),
		event(1<<32-3040, PlayerSetup, num(1), num(1), none, none),
		born(0, 2, 0, 0),
		born(3138, 3, 0, 0),
		born(649, 4, 0, 0),
	)
	if err != nil {
		t.Fatal(err)
	}
	var loops []int
	for _, e := range r.Events {
		loops = append(loops, e.Loop)
	}
	if want := []int{3040, 3040, 3040, 3138, 3787}; !slices.Equal(loops, want) || r.Rewound != 1 {
		t.Errorf("%v, rewound %d times; want %v, once", loops, r.Rewound, want)
	}
}

// Before version 2.1 a coordinate was four cells.
func TestCells(t *testing.T) {
	for build, want := range map[int64]float32{26490: 40, 27949: 40, 27950: 10, 93333: 10} {
		r, err := game(build, 10, born(0, 1, 10, 10), event(1, UnitPositions, num(0), nums(1, 5, 10)), event(1, UnitDied, num(1), num(1), none, num(10), num(10)))
		if err != nil {
			t.Fatal(err)
		}
		if e := r.Events; e[0].X != want || e[1].Positions[0] != (Position{1, want / 2, want}) || e[2].Y != want {
			t.Errorf("build %d: %+v, want %g", build, e, want)
		}
	}
}

// The steps of positions add up from the first place on.
func TestPositions(t *testing.T) {
	r, err := game(93333, 10, event(0, UnitPositions, num(100), nums(0, 1, 2, 1, 3, 4, 50, 5, 6)))
	if err != nil {
		t.Fatal(err)
	}
	if want := []Position{{100, 1, 2}, {101, 3, 4}, {151, 5, 6}}; !slices.Equal(r.Events[0].Positions, want) {
		t.Errorf("%v, want %v", r.Events[0].Positions, want)
	}
}

// Without seats in the tracker, players are numbered in the order of the details.
func TestNumbersOfPlayers(t *testing.T) {
	streams := []stored{
		stream("replay.details", details("Two Hills", player("Ann", "Zerg", 0, 0, 3), player("Zoe", "Terraner", 1, 0, 0), player("Ida", "Random", 1, 0, 9))),
		stream("replay.tracker.events", event(0, UnitBorn, num(4), num(1), blob("Probe"), num(2), num(2), num(1), num(1))),
	}
	r, err := Parse(file(header(25604, 800), streams...))
	if err != nil {
		t.Fatal(err)
	}
	if want := []Player{{1, Zerg, 0, Tie}, {2, Protoss, 1, UnknownResult}, {3, UnknownRace, 1, UnknownResult}}; !slices.Equal(r.Players, want) {
		t.Errorf("%+v, want %+v", r.Players, want)
	}
	streams[1] = stream("replay.tracker.events", event(0, PlayerSetup, num(7), num(1), none, some(num(0))))
	if r, err = Parse(file(header(25604, 800), streams...)); err != nil || r.Players[0].ID != 7 || r.Players[1].ID != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestBadEvents(t *testing.T) {
	marine := func(index int64) []byte { return born(0, index, 1, 1) }
	var crowd [][]byte
	for i := range int64(maxLiving + 2) {
		crowd = append(crowd, marine(i))
	}
	for words, events := range map[string][][]byte{
		"a list of 7 values in 0 bytes":    {marine(1)[:8]},
		"at loop 801 of a game of 800":     {event(801, UnitDone, num(1), num(1))},
		"is at loop 4294964296":            {born(40, 1, 0, 0), event(1<<32-3040, UnitDone, num(1), num(1))},
		"no multiple of three":             {event(0, UnitPositions, num(1), nums(1, 2, 3, 4))},
		"UnitBorn has no field 6":          {event(0, UnitBorn, num(1), num(1), blob("SCV"), num(1), num(1), num(1))},
		"UnitDied has no field 1":          {event(0, UnitDied, num(1), nil, none, num(1), num(1))},
		"PlayerStats has no field 1":       {event(0, PlayerStats, num(1))},
		"the number 17 is not from 0":      {event(0, UnitOwnerChange, num(1), num(1), num(17), num(1))},
		"the number 5000 is not from":      {born(0, 1, 5000, 0)},
		"the number -1 is not from 0":      {event(0, UnitDone, num(-1), num(1))},
		"the number 256 is not from 0":     {event(0, 256, num(1))},
		"kind 2 stands where one of":       {blob("something")},
		"more than 16384 living units":     crowd,
		"more than 262144 events":          {bytes.Repeat(event(0, PlayerSetup, num(1)), maxEvents+1)},
		"claims to unpack to 16777217":     {make([]byte, maxStream+1)},
		"values are nested more than 32":   {event(0, 200, bytes.Repeat([]byte{tagOptional, 1}, 100))},
		"there are no values of kind 10":   {event(0, 200, []byte{10})},
		"U+000A, which cannot be shown":    {event(0, Upgrade, num(1), blob("a\nb"), num(1))},
		"kind 9 stands where one of kind":  {event(0, UnitTypeChange, num(1), num(1), num(1))},
		"at byte 4: the number 300 is not": {slices.Concat([]byte{tagChoice, 0, tagU8, 0}, num(300))},
	} {
		if _, err := game(93333, 800, events...); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}
