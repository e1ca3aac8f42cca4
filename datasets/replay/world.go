// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"cmp"
	"slices"
	"strings"
)

// maxLiving bounds the units that live at once. Real games have less than a thousand, minerals included.
const maxLiving = 1 << 14

// Unit is a unit or a building that lives, as far as the tracker has told.
type Unit struct {
	Tag    Tag     `json:"-"`
	Type   string  `json:"type"`
	Player int     `json:"player"` // whose it is; 0 is nobody's: minerals, critters
	X      float32 `json:"x"`      // where it was when it was last told, in cells of the map
	Y      float32 `json:"y"`
	Born   int     `json:"born"`  // loop at which it appeared
	Told   int     `json:"told"`  // loop at which its place was last told
	Ready  bool    `json:"ready"` // it has been built
}

// World is the units of a game at a moment. It only goes forward.
type World struct {
	replay *Replay
	next   int // event
	loop   int
	units  map[Tag]*Unit
	at     map[uint32]*Unit // by the place in the game's list of units
}

// World is the game before its first event.
func (r *Replay) World() *World {
	return &World{replay: r, units: map[Tag]*Unit{}, at: map[uint32]*Unit{}}
}

// UnitsAt are the units that live at the end of a loop. To look at many moments, let a World go forward.
func (r *Replay) UnitsAt(loop int) []Unit {
	w := r.World()
	w.To(loop)
	return w.Units()
}

// To goes forward to the end of a loop. A loop in the past changes nothing.
func (w *World) To(loop int) {
	for w.next < len(w.replay.Events) && w.replay.Events[w.next].Loop <= loop {
		w.step()
	}
	w.loop = max(w.loop, loop)
}

// step lets the next event happen.
func (w *World) step() {
	e := &w.replay.Events[w.next]
	w.next++
	w.loop = e.Loop
	w.apply(e)
}

// Loop is the moment.
func (w *World) Loop() int { return w.loop }

func (w *World) apply(e *Event) {
	switch e.Kind {
	case UnitBorn, UnitInit:
		w.add(&Unit{Tag: e.Tag, Type: e.Type, Player: e.Player, X: e.X, Y: e.Y, Born: e.Loop, Told: e.Loop, Ready: e.Kind == UnitBorn})
	case UnitPositions:
		for _, p := range e.Positions {
			if u := w.at[p.Index]; u != nil {
				u.X, u.Y, u.Told = p.X, p.Y, e.Loop
			}
		}
	}
	u := w.units[e.Tag]
	if u == nil {
		return // a mark on the map, or a unit that has died: the tracker tells of larvae once more
	}
	switch e.Kind {
	case UnitDied:
		delete(w.units, u.Tag)
		delete(w.at, u.Tag.Index)
	case UnitTypeChange:
		u.Type = e.Type
	case UnitOwnerChange:
		u.Player = e.Player
	case UnitDone:
		u.Ready = true
	}
}

// add makes a unit live. One that stood at the same place of the game's list is gone then, even where its death was
// not told.
func (w *World) add(u *Unit) {
	if strings.HasPrefix(u.Type, "Beacon") {
		return // a mark that a player sets on the map
	}
	if old := w.at[u.Tag.Index]; old != nil {
		delete(w.units, old.Tag)
	}
	w.units[u.Tag], w.at[u.Tag.Index] = u, u
}

// Units are the units that live, those that have lived longest first.
func (w *World) Units() []Unit {
	list := make([]Unit, 0, len(w.units))
	for _, u := range w.units {
		list = append(list, *u)
	}
	slices.SortFunc(list, func(a, b Unit) int {
		return cmp.Or(cmp.Compare(a.Born, b.Born), cmp.Compare(a.Tag.Index, b.Tag.Index), cmp.Compare(a.Tag.Recycle, b.Tag.Recycle))
	})
	return list
}

// Owned are the units that belong to players.
func Owned(units []Unit) []Unit {
	return slices.DeleteFunc(slices.Clone(units), func(u Unit) bool { return u.Player == 0 })
}

// Newest are the n units that were born last, in the order of units, and the number of those that were left out. A
// model has so many slots; in the few moments with more units, the workers and buildings of the first minutes give way.
// Leave out what is nobody's first, see Owned.
func Newest(units []Unit, n int) (kept []Unit, left int) {
	left = max(0, len(units)-max(0, n))
	order := slices.Clone(units)
	slices.SortStableFunc(order, func(a, b Unit) int { return cmp.Compare(a.Born, b.Born) })
	gone := map[Tag]bool{}
	for _, u := range order[:left] {
		gone[u.Tag] = true
	}
	return slices.DeleteFunc(slices.Clone(units), func(u Unit) bool { return gone[u.Tag] }), left
}
