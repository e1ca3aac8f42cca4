// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"fmt"
	"strconv"
)

// Kind is what an event tells.
type Kind int

// The kinds of events, with the fields of Event that each has besides Kind and Loop.
const (
	PlayerStats     Kind = iota // Player, Stats
	UnitBorn                    // Tag, Type, Player, X, Y: a unit appeared, ready for use
	UnitDied                    // Tag, X, Y; Killer where it is known
	UnitOwnerChange             // Tag, Player
	UnitTypeChange              // Tag, Type: a unit became another, as eggs and siege tanks do
	Upgrade                     // Player, Type: the upgrade's name
	UnitInit                    // Tag, Type, Player, X, Y: a unit began to be built or warped in
	UnitDone                    // Tag: and now it is ready
	UnitPositions               // Positions
	PlayerSetup                 // Player, Seated
	kinds
)

var kindNames = [kinds]string{"PlayerStats", "UnitBorn", "UnitDied", "UnitOwnerChange", "UnitTypeChange", "Upgrade", "UnitInit", "UnitDone", "UnitPositions", "PlayerSetup"}

func (k Kind) String() string {
	if k >= 0 && k < kinds {
		return kindNames[k]
	}
	return "Event" + strconv.Itoa(int(k))
}

// Tag is a unit's number: a place in the game's list of units, and how often the place was given away.
type Tag struct {
	Index, Recycle uint32
}

// Event is one thing that the tracker wrote down. Which fields it has depends on the kind.
type Event struct {
	Loop      int
	Kind      Kind
	Tag       Tag
	Type      string
	Player    int     // 0 is nobody: minerals, critters
	Killer    int     // player, or 0
	Seated    bool    // has a seat in the lobby: a person or a computer
	X, Y      float32 // cells of the map
	Positions []Position
	Stats     *Stats
}

// Position is where the unit at a place of the game's list stood. Only units that dealt or took damage in the last 15
// seconds are told.
type Position struct {
	Index uint32
	X, Y  float32
}

// Stats is a player's account, every ten seconds. Values are in minerals and vespene.
type Stats struct {
	Minerals, Vespene         int // in hand
	MineralRate, VespeneRate  int // income in a minute
	Workers                   int
	ArmyMinerals, ArmyVespene int     // what the army that stands has cost
	LostMinerals, LostVespene int     // what the army that was lost had cost
	FoodUsed, FoodMade        float32 // supply
}

// ArmyValue is what the army that stands has cost, minerals and vespene together.
func (s Stats) ArmyValue() int { return s.ArmyMinerals + s.ArmyVespene }

// maxEvents bounds the events of a game; one of an hour has twelve thousand.
const maxEvents = 1 << 18

// readTracker reads the events: for each the loops since the one before, its kind, and a structure.
func (r *Replay) readTracker(b []byte, build int) error {
	// Until version 2.1 coordinates were told in units of four cells.
	scale := float32(1)
	if build < 27950 {
		scale = 4
	}
	t := &tracker{values: values{b: b}, scale: scale, names: map[string]string{}}
	clock, loop := uint32(0), 0
	for t.left() > 0 && t.err == nil {
		if t.tag(tagChoice) {
			t.vint()
		}
		// The clock has 32 bits, and is set back by going all the way around.
		next := clock + uint32(t.within(0, 1<<32-1))
		if next < clock {
			r.Rewound++
		}
		clock = next
		loop = max(loop, int(clock))
		at := t.at
		kind := t.within(0, 255)
		switch {
		case t.err != nil:
		case loop > r.Loops:
			return fmt.Errorf("at byte %d: an event is at loop %d of a game of %d; the file is damaged, so fetch it again", at, loop, r.Loops)
		case Kind(kind) >= kinds:
			r.unknown[kind]++
			t.skip()
		case len(r.Events) == maxEvents:
			return fmt.Errorf("at byte %d: more than %d events; the file is damaged, so fetch it again", at, maxEvents)
		default:
			e := Event{Loop: loop, Kind: Kind(kind)}
			t.read(&e)
			r.Events = append(r.Events, e)
		}
	}
	if t.err != nil {
		return t.err
	}
	for w := r.World(); w.next < len(r.Events); w.step() {
		if len(w.units) > maxLiving {
			return fmt.Errorf("it has more than %d living units at loop %d; the file is damaged, so fetch it again", maxLiving, w.loop)
		}
	}
	return nil
}

// tracker reads the fields of events.
type tracker struct {
	values
	scale float32
	names map[string]string // every name of a unit is kept once
}

// required says which fields an event of a kind must have.
var required = [kinds][]int64{
	PlayerStats: {0, 1}, UnitBorn: {0, 1, 2, 3, 5, 6}, UnitDied: {0, 1, 3, 4}, UnitOwnerChange: {0, 1, 2}, UnitTypeChange: {0, 1, 2},
	Upgrade: {0, 1}, UnitInit: {0, 1, 2, 3, 5, 6}, UnitDone: {0, 1}, UnitPositions: {0, 1}, PlayerSetup: {0},
}

func (t *tracker) read(e *Event) {
	var seen uint64
	first := uint32(0)
	at := t.at
	t.fields(func(key int64) {
		if key < 0 || key > 63 {
			return
		}
		seen |= 1 << key
		switch e.Kind {
		case PlayerStats:
			switch key {
			case 0:
				e.Player = t.player()
			case 1:
				e.Stats = t.stats()
			}
		case Upgrade:
			switch key {
			case 0:
				e.Player = t.player()
			case 1:
				e.Type = t.name()
			}
		case UnitPositions:
			switch key {
			case 0:
				first = t.index()
			case 1:
				e.Positions = t.positions(first)
			}
		case PlayerSetup:
			switch key {
			case 0:
				e.Player = t.player()
			case 3:
				if t.optional() {
					t.skip()
					e.Seated = true
				}
			}
		default:
			t.unit(e, key)
		}
	})
	for _, key := range required[e.Kind] {
		if t.err == nil && seen&(1<<key) == 0 {
			t.at = at
			t.fail("an event %s has no field %d; the file is damaged, so fetch it again", e.Kind, key)
		}
	}
}

// unit reads a field of an event that is about one unit.
func (t *tracker) unit(e *Event, key int64) {
	placed := e.Kind == UnitBorn || e.Kind == UnitInit
	switch {
	case key == 0:
		e.Tag.Index = t.index()
	case key == 1:
		e.Tag.Recycle = t.index()
	case key == 2 && (placed || e.Kind == UnitTypeChange):
		e.Type = t.name()
	case key == 2 && e.Kind == UnitOwnerChange, key == 3 && placed:
		e.Player = t.player()
	case key == 2 && e.Kind == UnitDied:
		if t.optional() {
			e.Killer = t.player()
		}
	case key == 3 && e.Kind == UnitDied, key == 5 && placed:
		e.X = t.cells()
	case key == 4 && e.Kind == UnitDied, key == 6 && placed:
		e.Y = t.cells()
	}
}

func (t *tracker) player() int    { return t.within(0, maxPlayers) }
func (t *tracker) index() uint32  { return uint32(t.within(0, 1<<31-1)) }
func (t *tracker) cells() float32 { return float32(t.within(-1<<12, 1<<12)) * t.scale }

func (t *tracker) name() string {
	s := t.text()
	if known, ok := t.names[s]; ok {
		return known
	}
	t.names[s] = s
	return s
}

// positions reads triples of a step to a place in the list of units, x and y.
func (t *tracker) positions(index uint32) (list []Position) {
	var p Position
	n := 0
	t.list(func() {
		switch n % 3 {
		case 0:
			p.Index = index + uint32(t.within(0, 1<<31-1))
			index = p.Index
		case 1:
			p.X = t.cells()
		case 2:
			p.Y = t.cells()
			list = append(list, p)
		}
		n++
	})
	if t.err == nil && n%3 != 0 {
		t.fail("a list of positions has %d numbers, which is no multiple of three", n)
	}
	return list
}

func (t *tracker) stats() *Stats {
	s := &Stats{}
	t.fields(func(key int64) {
		number := func() int { return max(0, t.within(-1<<40, 1<<40)) }
		switch key {
		case 0:
			s.Minerals = number()
		case 1:
			s.Vespene = number()
		case 2:
			s.MineralRate = number()
		case 3:
			s.VespeneRate = number()
		case 4:
			s.Workers = number()
		case 11:
			s.ArmyMinerals = number()
		case 14:
			s.ArmyVespene = number()
		case 17:
			s.LostMinerals = number()
		case 20:
			s.LostVespene = number()
		case 29:
			s.FoodUsed = float32(number()) / 4096
		case 30:
			s.FoodMade = float32(number()) / 4096
		}
	})
	return s
}

// Counts is the number of events of each kind.
func (r *Replay) Counts() map[string]int {
	counts := map[string]int{}
	for _, e := range r.Events {
		counts[e.Kind.String()]++
	}
	for kind, n := range r.unknown {
		counts[Kind(kind).String()] += n
	}
	return counts
}
