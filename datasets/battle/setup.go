// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

import (
	"fmt"
	"math/rand/v2"
)

// Setup says what battles are like. The zero value is not one; see Default.
type Setup struct {
	Fronts   [2]int // least and most places at which the armies meet
	PerFront [2]int // least and most units of an army at a place
	Field    int    // side of the field in cells
	Mirror   bool   // both armies are alike, and stand as mirror images: what decides is how they fight
}

// Default are battles on 2 to 4 fronts with 2 to 7 units of each army: at most 56 units.
func Default() Setup { return Setup{Fronts: [2]int{2, 4}, PerFront: [2]int{2, 7}, Field: 64} }

// maxUnits bounds a battle.
const maxUnits = 512

// MostUnits is the largest number of units that battles of this setup have.
func (s Setup) MostUnits() int { return 2 * s.Fronts[1] * s.PerFront[1] }

// Validate finds what cannot be set up.
func (s Setup) Validate() error {
	switch {
	case s.Fronts[0] < 1 || s.Fronts[1] < s.Fronts[0]:
		return fmt.Errorf("battle: %d to %d fronts: the first must be at least 1 and the second not below it", s.Fronts[0], s.Fronts[1])
	case s.PerFront[0] < 1 || s.PerFront[1] < s.PerFront[0]:
		return fmt.Errorf("battle: %d to %d units at a front: the first must be at least 1 and the second not below it", s.PerFront[0], s.PerFront[1])
	case s.Fronts[1] > maxUnits || s.PerFront[1] > maxUnits || s.MostUnits() > maxUnits:
		return fmt.Errorf("battle: %d fronts with %d units of each army: there can be %d units at most", s.Fronts[1], s.PerFront[1], maxUnits)
	case s.Field < minField || s.Field > 1024:
		return fmt.Errorf("battle: a field of %d cells: it must be between %d and 1024", s.Field, minField)
	}
	return nil
}

// Lengths in which an army is put up, in cells.
const (
	minField = 24
	apart    = 5 // from the middle of a front to that of an army
	scatter  = 3 // of the units around the middle of their army
	margin   = apart + scatter + 1
	between  = 20 // of the middles of two fronts, where there is room
)

// New sets up the battle of a seed. The setup must be valid.
func New(seed uint64, s Setup) *Battle {
	r := rand.New(rand.NewPCG(seed, 0x6261_7474_6c65))
	b := &Battle{Field: s.Field * Cell}
	sites := sites(r, s, draw(r, s.Fronts))
	for front, at := range sites {
		// The army's direction from the middle of the front: a point of a disc has no preferred one.
		d := disc(r, Cell)
		for d.x*d.x+d.y*d.y < Cell*Cell/4 {
			d = disc(r, Cell)
		}
		d.x, d.y = d.x*apart, d.y*apart
		var first []Unit
		for team := range 2 {
			if team == 1 && s.Mirror {
				for _, u := range first {
					u.Team, u.X, u.Y = 1, 2*at.x-u.X, 2*at.y-u.Y
					b.Units = append(b.Units, u)
				}
				break
			}
			middle := point{at.x + d.x - 2*team*d.x, at.y + d.y - 2*team*d.y}
			army := army(r, team, front, middle, draw(r, s.PerFront))
			first = army
			b.Units = append(b.Units, army...)
		}
	}
	r.Shuffle(len(b.Units), func(i, j int) { b.Units[i], b.Units[j] = b.Units[j], b.Units[i] })
	return b
}

type point struct{ x, y int }

func draw(r *rand.Rand, between [2]int) int { return between[0] + r.IntN(between[1]-between[0]+1) }

// disc is a random point of a disc, drawn with whole numbers only.
func disc(r *rand.Rand, radius int) point {
	for {
		p := point{r.IntN(2*radius+1) - radius, r.IntN(2*radius+1) - radius}
		if p.x*p.x+p.y*p.y <= radius*radius {
			return p
		}
	}
}

// sites are the middles of n fronts, apart from each other where the field has room for it.
func sites(r *rand.Rand, s Setup, n int) []point {
	var all []point
	far := between * Cell
	for tries := 0; len(all) < n; tries++ {
		room := (s.Field - 2*margin) * Cell
		p := point{margin*Cell + r.IntN(room+1), margin*Cell + r.IntN(room+1)}
		free := true
		for _, q := range all {
			dx, dy := p.x-q.x, p.y-q.y
			free = free && dx*dx+dy*dy >= far*far
		}
		if free {
			all = append(all, p)
		} else if tries%20 == 19 {
			far -= far / 8 // there is little room: they may be nearer
		}
	}
	return all
}

// army is n units around a place. Some units have been in a battle before.
func army(r *rand.Rand, team, front int, at point, n int) []Unit {
	units := make([]Unit, n)
	for i := range units {
		kind := r.IntN(len(Kinds))
		hp := Kinds[kind].HitPoints
		if r.IntN(2) == 0 {
			hp -= r.IntN(hp * 2 / 3)
		}
		off := disc(r, scatter*Cell)
		units[i] = Unit{Kind: kind, Team: team, Front: front, HP: hp, X: at.x + off.x, Y: at.y + off.y, Target: Hold}
	}
	return units
}
