// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

// readDetails reads the title of the map and the players: their races, teams and results, and of their names and
// accounts nothing. It needs the tracker's events.
func (r *Replay) readDetails(b []byte) error {
	v := &values{b: b}
	v.fields(func(key int64) {
		switch key {
		case 0:
			if v.optional() {
				v.list(func() { r.readPlayer(v) })
			}
		case 1:
			r.Map = v.text()
		}
	})
	return v.err
}

// maxPlayers bounds the seats of a game; there are 16.
const maxPlayers = 16

func (r *Replay) readPlayer(v *values) {
	p := Player{Race: UnknownRace, Result: UnknownResult}
	var named Race
	watches := false
	v.fields(func(key int64) {
		switch key {
		case 2:
			named = namedRace(v.text())
		case 5:
			p.Team = v.within(0, maxPlayers)
		case 7:
			watches = v.number() != 0
		case 8:
			switch v.number() {
			case 1:
				p.Result = Win
			case 2:
				p.Result = Loss
			case 3:
				p.Result = Tie
			}
		}
	})
	if watches || v.err != nil {
		return
	}
	if len(r.Players) == maxPlayers {
		v.fail("more than %d players", maxPlayers)
		return
	}
	p.ID = r.trackerID(len(r.Players))
	if p.Race = r.startingRace(p.ID); p.Race == UnknownRace {
		p.Race = named
	}
	r.Players = append(r.Players, p)
}

// trackerID is the tracker's number of the player that comes after some others in the details. Both list the players in
// the order of their seats, but the tracker may leave numbers out. Before version 2.0.10 it does not tell, and leaves
// none out.
func (r *Replay) trackerID(before int) int {
	told := false
	for _, e := range r.Events {
		if e.Kind != PlayerSetup || !e.Seated {
			continue
		}
		if told = true; before == 0 {
			return e.Player
		}
		before--
	}
	if told {
		return 0
	}
	return before + 1
}

// startingRace is the race of the workers that a player begins with. The details have a race too, but in the language
// of whoever saved the file.
func (r *Replay) startingRace(player int) Race {
	for _, e := range r.Events {
		if e.Loop > 0 {
			break
		}
		if e.Kind != UnitBorn || e.Player != player || player == 0 {
			continue
		}
		switch e.Type {
		case "Probe":
			return Protoss
		case "SCV":
			return Terran
		case "Drone":
			return Zerg
		}
	}
	return UnknownRace
}

func namedRace(name string) Race {
	switch r := Race(name); r {
	case Protoss, Terran, Zerg:
		return r
	}
	return UnknownRace
}
