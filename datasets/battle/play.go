// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

// Limit is the number of ticks after which a battle is over at the latest: 25 seconds.
const Limit = 25 * TicksPerSecond

// Think is the number of ticks between two looks of a policy.
const Think = 4

// Nobody is the winner of a battle that ends with two armies of one strength.
const Nobody = -1

// Result is how a battle ended.
type Result struct {
	Winner   int    // the team with more Strength, or Nobody
	Survived []bool // by number of the unit
	Ticks    int
}

// Over reports whether a battle has ended: one army has fallen, or the time is up.
func (b *Battle) Over() bool {
	if b.Tick >= Limit {
		return true
	}
	var stands [2]bool
	for _, u := range b.Units {
		if u.Alive() {
			stands[u.Team] = true
		}
	}
	return !stands[0] || !stands[1]
}

// Result is how the battle stands.
func (b *Battle) Result() Result {
	r := Result{Winner: Nobody, Survived: make([]bool, len(b.Units)), Ticks: b.Tick}
	for i, u := range b.Units {
		r.Survived[i] = u.Alive()
	}
	switch s, t := b.Strength(0), b.Strength(1); {
	case s > t:
		r.Winner = 0
	case t > s:
		r.Winner = 1
	}
	return r
}

// Play fights the battle to its end, or to the tick until where that is above 0, team 0 under the first policy, team 1
// under the second. Policies look every Think ticks; between two looks a unit whose target fell waits.
func (b *Battle) Play(first, second Policy, until int) Result {
	for !b.Over() && (until <= 0 || b.Tick < until) {
		if b.Tick%Think == 0 {
			first.Order(b, 0)
			second.Order(b, 1)
		}
		b.Step()
	}
	return b.Result()
}
