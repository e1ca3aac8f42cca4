// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"math"
	"math/rand/v2"

	"github.com/perceiver-go/perceiver/datasets/battle"
)

// sample is the room for one example of a batch; see the places of a batch for what the slices hold.
type sample struct {
	features   []float32
	kinds      []int32
	there      []float32
	unitTruth  []int32
	unitWeight []float32
	wholeTruth []float32
	whole      *float32 // weight
}

// battleChannels are the features of a unit in a battle beside its kind: whose it is (2), hit points (2), time to the
// next shot, the front at which it began (8, counted round), the place (2), and bands of its Fourier features.
func battleChannels(bands int) int { return 7 + fronts + 4*bands }

const fronts = 8

// putBattle writes the units of a battle, as a team sees it, into the first places of s: fallen ones too, which are
// not there. Units are at most as many as there are places.
func putBattle(s *sample, b *battle.Battle, team, bands int) {
	c := battleChannels(bands)
	for i, u := range b.Units {
		s.kinds[i] = int32(u.Kind)
		if !u.Alive() {
			continue
		}
		s.there[i] = 1
		f := s.features[i*c : (i+1)*c]
		if u.Team == team {
			f[0] = 1
		} else {
			f[1] = 1
		}
		f[2] = float32(u.HP) / 100
		f[3] = float32(u.HP) / float32(u.Of().HitPoints)
		f[4] = float32(u.Wait) / 8
		f[5+u.Front%fronts] = 1
		putPlace(f[5+fronts:], 2*float64(u.X)/float64(b.Field)-1, 2*float64(u.Y)/float64(b.Field)-1, bands)
	}
}

// putPlace writes a place, x and y in [-1, 1], and its Fourier features sin(πkx), cos(πkx), sin(πky), cos(πky) for k from
// 1 to bands: the highest has a period of 2/bands of the field.
func putPlace(f []float32, x, y float64, bands int) {
	f[0], f[1] = float32(x), float32(y)
	for k := range bands {
		sx, cx := math.Sincos(math.Pi * float64(k+1) * x)
		sy, cy := math.Sincos(math.Pi * float64(k+1) * y)
		f[2+4*k], f[3+4*k], f[4+4*k], f[5+4*k] = float32(sx), float32(cx), float32(sy), float32(cy)
	}
}

// battles makes examples of battles.
type battles struct {
	setup    battle.Setup
	bands    int
	until    int // tick of the question "survive"
	opponent battle.Policy
}

// survive puts the battle of a seed as it begins; the truth is which units stand, and who is stronger, at the end.
func (g battles) survive(s *sample, seed uint64) {
	b := battle.New(seed, g.setup)
	putBattle(s, b, 0, g.bands)
	r := b.Play(battle.FocusFire, battle.FocusFire, g.until)
	for i, stands := range r.Survived {
		s.unitWeight[i] = 1
		if stands {
			s.unitTruth[i] = 1
		}
	}
	if r.Winner != battle.Nobody {
		*s.whole = 1
		if r.Winner == 0 {
			s.wholeTruth[0] = 1
		}
	}
}

// clone puts a moment in which units have a choice; asked are those that can choose between kinds of enemies,
// and the truth is the kind that each shoots at under FocusFire. Not all battles are fought by the teacher: a pupil gets
// into places that the teacher would not.
func (g battles) clone(s *sample, b *battle.Battle) {
	putBattle(s, b, 0, g.bands)
	battle.FocusFire.Order(b, 0)
	for i, u := range b.Units {
		if choosesKind(b, i) {
			s.unitWeight[i], s.unitTruth[i] = 1, int32(b.Units[u.Target].Kind)
		}
	}
}

// choosesKind reports whether a unit of team 0 has enemies of two kinds in reach.
func choosesKind(b *battle.Battle, i int) bool {
	first := -1
	for _, e := range b.Units {
		if b.Units[i].Team == 0 && battle.Reachable(b.Units[i], e) {
			if first >= 0 && first != e.Kind {
				return true
			}
			first = e.Kind
		}
	}
	return false
}

// moment is the battle of a seed at a random time, or the last time before it, at which a unit of team 0 has a choice; as
// it begins, where no unit ever has.
func (g battles) moment(seed uint64) *battle.Battle {
	r := rand.New(rand.NewPCG(seed, 0x6d6f6d656e74))
	own := []battle.Policy{battle.FocusFire, battle.FocusFire, battle.Weakest, battle.Nearest, battle.Random(seed)}[r.IntN(5)]
	until := r.IntN(battle.Limit * 3 / 4)
	b := battle.New(seed, g.setup)
	var best battle.Battle
	best.Reset(b)
	for found := false; !b.Over() && (b.Tick <= until || !found); b.Step() {
		if b.Tick%battle.Think != 0 {
			continue
		}
		if hasChoice(b) {
			best.Reset(b)
			found = true
		}
		own.Order(b, 0)
		g.opponent.Order(b, 1)
	}
	return &best
}

// hasChoice reports whether any unit of team 0 can choose between kinds of enemies.
func hasChoice(b *battle.Battle) bool {
	for i := range b.Units {
		if choosesKind(b, i) {
			return true
		}
	}
	return false
}
