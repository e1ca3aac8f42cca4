// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

import "math"

// Unit is one unit of a battle. Its place in Battle.Units is its number, for as long as the battle lasts.
type Unit struct {
	Kind   int // into Kinds
	Team   int // 0 or 1
	Front  int // at which it began, from 0
	HP     int // hit points; 0: fallen
	X, Y   int // in Cell
	Wait   int // ticks until it can shoot again
	Target int // number of the enemy it goes for; Hold: none
}

// Hold is the order of a unit that goes for nobody.
const Hold = -1

// Alive reports whether the unit has not fallen.
func (u Unit) Alive() bool { return u.HP > 0 }

// Of is the unit's kind.
func (u Unit) Of() Kind { return Kinds[u.Kind] }

// Battle is a battle at a moment.
type Battle struct {
	Units []Unit
	Field int // the field is a square of this side, in Cell
	Tick  int

	hurt []int // of each unit in this tick
}

// Reset makes b a copy of o, in the memory that b has.
func (b *Battle) Reset(o *Battle) {
	b.Units, b.Field, b.Tick = append(b.Units[:0], o.Units...), o.Field, o.Tick
}

// Distance2 is the square of the distance between two units.
func Distance2(a, b Unit) int {
	dx, dy := a.X-b.X, a.Y-b.Y
	return dx*dx + dy*dy
}

// Step lets all units act for one tick, at once: none has the first move. A unit whose target is in range shoots, if it
// can, and stands; else it walks towards the target. A target that is no living enemy counts as Hold.
func (b *Battle) Step() {
	if cap(b.hurt) < len(b.Units) {
		b.hurt = make([]int, len(b.Units))
	}
	hurt := b.hurt[:len(b.Units)]
	clear(hurt)
	// First everybody looks at where everybody stands, and shoots.
	for i := range b.Units {
		u := &b.Units[i]
		if !u.Alive() {
			continue
		}
		u.Wait = max(0, u.Wait-1)
		if !b.enemy(*u, u.Target) {
			u.Target = Hold
			continue
		}
		if target := b.Units[u.Target]; u.Wait == 0 && inRange(*u, target, 0) {
			hurt[u.Target] += u.Of().Hit(target.Of())
			u.Wait = u.Of().Cooldown
		}
	}
	// Then they walk, each to where its target stood at the beginning of the tick.
	b.walk()
	for i, h := range hurt {
		b.Units[i].HP = max(0, b.Units[i].HP-h)
	}
	b.Tick++
}

// walk moves every unit that is out of range. Places are read from before the tick, which a unit that walks keeps in
// place until all have looked.
func (b *Battle) walk() {
	type step struct{ unit, x, y int }
	var room [128]step
	steps := room[:0]
	for i, u := range b.Units {
		if !u.Alive() || u.Target == Hold {
			continue
		}
		target := b.Units[u.Target]
		if inRange(u, target, 0) {
			continue
		}
		// A quotient of two products is rounded alike on all machines, which a sum of products is not.
		length := math.Sqrt(float64(Distance2(u, target)))
		far := float64(u.Of().Speed)
		if far >= length {
			steps = append(steps, step{i, target.X, target.Y})
			continue
		}
		x := u.X + int(math.Round(float64(target.X-u.X)*far/length))
		y := u.Y + int(math.Round(float64(target.Y-u.Y)*far/length))
		steps = append(steps, step{i, x, y})
	}
	for _, s := range steps {
		b.Units[s.unit].X, b.Units[s.unit].Y = min(max(0, s.x), b.Field), min(max(0, s.y), b.Field)
	}
}

// enemy reports whether number is that of a living enemy of u.
func (b *Battle) enemy(u Unit, number int) bool {
	return number >= 0 && number < len(b.Units) && b.Units[number].Alive() && b.Units[number].Team != u.Team
}

// inRange reports whether target is in the range of u, or not more than further out.
func inRange(u, target Unit, further int) bool {
	r := u.Of().Range + further
	return Distance2(u, target) <= r*r
}

// Reach is how far, in Cell, a unit looks beyond its range for a target that is worth a walk.
const Reach = 2 * Cell

// Reachable reports whether target is a living enemy in the range of u or not more than Reach beyond it.
func Reachable(u, target Unit) bool {
	return u.Alive() && target.Alive() && u.Team != target.Team && inRange(u, target, Reach)
}

// Strength is what is left of a team: the sum over its living units of their part of their hit points, in thousandths.
func (b *Battle) Strength(team int) int {
	sum := 0
	for _, u := range b.Units {
		if u.Team == team {
			sum += 1000 * u.HP / u.Of().HitPoints
		}
	}
	return sum
}

// Swap makes each team the other.
func (b *Battle) Swap() {
	for i := range b.Units {
		b.Units[i].Team = 1 - b.Units[i].Team
	}
}
