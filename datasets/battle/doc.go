// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package battle is a small game of war, made for learning from: two armies of a few kinds of units, with hit points,
// range, armour, cooldown and bonus damage, fight on several fronts at once under simple policies. A battle follows
// from its seed alone, to the last bit on every machine, and thousands of them are fought in a second.
//
//	kinds.go   what units can do, and the damage of a shot
//	setup.go   from a seed to two armies
//	battle.go  the rules: one tick
//	policy.go  who shoots at whom
//	play.go    a battle from its first tick to its last
//
// The names are no game's. What is left out: units do not stand in each other's way, see everything, and do not heal.
package battle
