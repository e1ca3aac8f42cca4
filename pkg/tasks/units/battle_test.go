// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"math"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func TestPutBattle(t *testing.T) {
	task := openTask(t, smallSpec("meanpool", "survive"), tasks.Options{Batch: 1})
	b := &battle.Battle{Field: 32 * battle.Cell, Units: []battle.Unit{
		{Kind: 3, Team: 1, Front: 10, HP: 55, X: 24 * battle.Cell, Y: 16 * battle.Cell, Wait: 4},
		{Kind: 1, Team: 0, HP: 0},
		{Kind: 1, Team: 0, HP: 45, X: 0, Y: 32 * battle.Cell},
	}}
	r := task.room(1)
	putBattle(r.row(0), b, 0, 3)
	c := battleChannels(3)
	if c != task.channels {
		t.Fatalf("%d channels, the task has %d", c, task.channels)
	}
	half := math.Sin(math.Pi / 2)
	for i, want := range map[int][]float64{
		0: {0, 1, 0.55, 0.5, 0.5, 0, 0, 1, 0, 0, 0, 0, 0, 0.5, 0, half, 0, 0, 1, 0, -1, 0, 1, -half, 0, 0, 1},
		1: make([]float64, c),
		2: {1, 0, 0.45, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, -1, 1, 0, -1, 0, -1, 0, 1, 0, 1, 0, -1, 0, -1},
		3: make([]float64, c),
	} {
		for k, w := range want {
			if got := float64(r.features[i*c+k]); math.Abs(got-w) > 1e-6 {
				t.Errorf("unit %d, feature %d is %g, want %g", i, k, got, w)
			}
		}
		if there := i == 0 || i == 2; (r.there[i] == 1) != there {
			t.Errorf("unit %d is there: %g", i, r.there[i])
		}
	}
	if r.kinds[0] != 3 || r.kinds[2] != 1 {
		t.Errorf("kinds %v", r.kinds[:3])
	}
	other := task.room(1)
	putBattle(other.row(0), b, 1, 3)
	if other.features[0] != 1 || other.features[1] != 0 {
		t.Error("the other team sees the enemy's units as enemies")
	}
}

// What is asked about survival is what happens when the battle is fought.
func TestSurvive(t *testing.T) {
	task := openTask(t, smallSpec("meanpool", "survive"), tasks.Options{Batch: 1})
	fell, won := 0, 0
	for seed := range uint64(60) {
		r := task.room(1)
		s := r.row(0)
		task.example(s, seed, false)
		b := battle.New(seed, task.battles.setup)
		b.Play(battle.FocusFire, battle.FocusFire, 8*battle.TicksPerSecond)
		for i, u := range b.Units {
			if s.unitWeight[i] != 1 || (s.unitTruth[i] == 1) != u.Alive() {
				t.Fatalf("seed %d, unit %d: asked %g, truth %d, alive %v", seed, i, s.unitWeight[i], s.unitTruth[i], u.Alive())
			}
			if !u.Alive() {
				fell++
			}
		}
		for i := len(b.Units); i < task.slots; i++ {
			if s.unitWeight[i] != 0 || s.there[i] != 0 {
				t.Fatalf("seed %d: an empty place is asked", seed)
			}
		}
		if b.Strength(0) != b.Strength(1) && (*s.whole != 1 || (s.wholeTruth[0] == 1) != (b.Strength(0) > b.Strength(1))) {
			t.Fatalf("seed %d: strengths %d and %d, truth %v", seed, b.Strength(0), b.Strength(1), s.wholeTruth)
		}
		won += int(s.wholeTruth[0])
	}
	if fell < 60 || won < 15 || won > 45 {
		t.Errorf("%d units fall, team 0 is ahead in %d of 60", fell, won)
	}
}

// The moments that are cloned are moments of choice, and the kinds are the teacher's.
func TestClone(t *testing.T) {
	task := openTask(t, smallSpec("meanpool", "clone"), tasks.Options{Batch: 1})
	asked, late, all := 0, 0, map[int]bool{}
	for seed := range uint64(60) {
		r := task.room(1)
		s := r.row(0)
		task.example(s, seed, false)
		b := task.battles.moment(seed)
		if b.Tick%battle.Think != 0 {
			t.Fatalf("seed %d: tick %d, at which no policy looks", seed, b.Tick)
		}
		if b.Tick > 5*battle.TicksPerSecond {
			late++
		}
		battle.FocusFire.Order(b, 0)
		for i, u := range b.Units {
			kinds := map[int]bool{}
			for _, e := range b.Units {
				if battle.Reachable(u, e) {
					kinds[e.Kind] = true
				}
			}
			asks := u.Team == 0 && len(kinds) > 1
			if (s.unitWeight[i] == 1) != asks || asks && (int(s.unitTruth[i]) != b.Units[u.Target].Kind || !kinds[int(s.unitTruth[i])]) {
				t.Fatalf("seed %d, unit %d: asked %g, truth %d; kinds in reach %v, target %d", seed, i, s.unitWeight[i], s.unitTruth[i], kinds, u.Target)
			}
			if asks {
				asked++
				all[int(s.unitTruth[i])] = true
			}
		}
	}
	if asked < 60 || len(all) != len(battle.Kinds) || late < 10 {
		t.Errorf("%d units are asked, the truths are %v; %d of 60 moments are after 5 seconds", asked, all, late)
	}
}
