// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle

// Class is what bonus damage asks of a target.
type Class int

// The classes of units.
const (
	Light Class = iota
	Armoured
)

// Cell is the length of a cell of the field in the units of positions and ranges. Lengths are whole numbers, so that a
// battle is the same on every machine.
const Cell = 256

// TicksPerSecond is the number of ticks in a second of the game's clock.
const TicksPerSecond = 8

// Kind is what the units of one kind have in common.
type Kind struct {
	Name      string
	Class     Class
	HitPoints int
	Armour    int // taken off each hit, which costs at least 1 hit point
	Damage    int
	Bonus     int // added against BonusTo
	BonusTo   Class
	Cooldown  int // ticks from shot to shot
	Range     int // in Cell
	Speed     int // in Cell, in a tick
}

// Kinds are the kinds of units; Unit.Kind counts them from 0.
var Kinds = [...]Kind{
	{"guard", Light, 100, 1, 10, 0, Light, 8, 1 * Cell, 90},           // walks up and takes the fire
	{"archer", Light, 45, 0, 7, 0, Light, 6, 5 * Cell, 90},            // many shots, each weakened by armour
	{"knight", Armoured, 120, 2, 13, 8, Light, 11, 3 * Cell / 2, 130}, // fast, against light ones
	{"lancer", Armoured, 110, 1, 11, 11, Armoured, 12, 6 * Cell, 80},  // against armoured ones
	{"mortar", Armoured, 70, 1, 26, 20, Light, 24, 9 * Cell, 60},      // far, seldom, heavy
}

// Hit is the hit points that a shot of one kind costs a unit of another.
func (k Kind) Hit(target Kind) int {
	damage := k.Damage
	if k.Bonus > 0 && k.BonusTo == target.Class {
		damage += k.Bonus
	}
	return max(1, damage-target.Armour)
}
