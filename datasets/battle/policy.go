// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Policy gives the units of a team their targets. It looks at the battle, and writes Target of the team's living units.
type Policy interface {
	Order(b *Battle, team int)
}

// PolicyFunc is a function as a Policy.
type PolicyFunc func(b *Battle, team int)

// Order implements Policy.
func (f PolicyFunc) Order(b *Battle, team int) { f(b, team) }

// The scripted policies.
var (
	// Nearest sends every unit against the enemy that is nearest to it.
	Nearest Policy = PolicyFunc(nearest)
	// Weakest shoots at the enemy in reach with the fewest hit points, and walks to the nearest where none is.
	Weakest Policy = PolicyFunc(weakest)
	// FocusFire shoots at the enemy in reach that the team, with all its units that have it in reach, fells first. Where
	// none is in reach it walks to the nearest.
	FocusFire Policy = PolicyFunc(focusFire)
)

var named = map[string]Policy{"nearest": Nearest, "weakest": Weakest, "focus": FocusFire, "random": Random(1)}

// Named is a policy by its name: "focus", "nearest", "random" or "weakest".
func Named(name string) (Policy, error) {
	if p, ok := named[name]; ok {
		return p, nil
	}
	names := make([]string, 0, len(named))
	for n := range named {
		names = append(names, n)
	}
	slices.Sort(names)
	return nil, fmt.Errorf("battle: there is no policy %q; there are %q", name, names)
}

// choose gives every living unit of a team the reachable enemy with the lowest badness, of several the one with the
// fewest hit points, and the nearest enemy where none is in reach.
func choose(b *Battle, team int, badness func(u, enemy int) float64) {
	for i := range b.Units {
		u := &b.Units[i]
		if u.Team != team || !u.Alive() {
			continue
		}
		best, lowest, near, least := Hold, 0.0, Hold, 0
		for j, e := range b.Units {
			if e.Team == team || !e.Alive() {
				continue
			}
			d := Distance2(*u, e)
			if near == Hold || d < least {
				near, least = j, d
			}
			if badness == nil || !inRange(*u, e, Reach) {
				continue
			}
			if x := badness(i, j); best == Hold || x < lowest || x == lowest && e.HP < b.Units[best].HP {
				best, lowest = j, x
			}
		}
		if u.Target = best; best == Hold {
			u.Target = near
		}
	}
}

func nearest(b *Battle, team int) { choose(b, team, nil) }

func weakest(b *Battle, team int) {
	choose(b, team, func(_, enemy int) float64 { return float64(b.Units[enemy].HP) })
}

func focusFire(b *Battle, team int) {
	times := TimesToKill(b, team)
	choose(b, team, func(_, enemy int) float64 { return times[enemy] })
}

// TimesToKill is, for each enemy of a team, the number of ticks in which the team's units that have it in reach fell it
// if all shoot at it; 0 for units that are not enemies, or have fallen, or are in nobody's reach.
func TimesToKill(b *Battle, team int) []float64 {
	times := make([]float64, len(b.Units))
	for j, e := range b.Units {
		if e.Team == team || !e.Alive() {
			continue
		}
		force := 0.0 // hit points in a tick
		for _, u := range b.Units {
			if u.Team == team && Reachable(u, e) {
				force += float64(u.Of().Hit(e.Of())) / float64(u.Of().Cooldown)
			}
		}
		if force > 0 {
			times[j] = float64(e.HP) / force
		}
	}
	return times
}

// Random shoots at any enemy in reach: which, follows from seed, tick and unit.
func Random(seed uint64) Policy {
	return PolicyFunc(func(b *Battle, team int) {
		choose(b, team, func(u, enemy int) float64 {
			return rand.New(rand.NewPCG(seed+uint64(b.Tick), uint64(u*len(b.Units)+enemy))).Float64()
		})
	})
}

// Favour lets each unit shoot at the kind of enemy in reach for which it has the highest score, at the one of them with
// the fewest hit points: how a model plays. Scores are [unit][kind]. Where none is in reach a unit walks to the nearest.
func Favour(scores func(b *Battle, team int) [][]float32) Policy {
	return PolicyFunc(func(b *Battle, team int) {
		s := scores(b, team)
		choose(b, team, func(u, enemy int) float64 { return -float64(s[u][b.Units[enemy].Kind]) })
	})
}
