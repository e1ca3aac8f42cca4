// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// playSeed is that of the first battle that is played; no model was trained on it.
const playSeed = heldOut | 1<<32

// Player fights battles with a model that was trained on the question "clone".
type Player struct {
	task    *Task
	program *perceiver.Program
}

// NewPlayer makes the program that looks at a batch of battles.
func (t *Task) NewPlayer(backend compute.Backend, w *perceiver.Weights) (*Player, error) {
	if t.question.name != "clone" {
		return nil, fmt.Errorf("units: a model that was asked %q does not know whom to shoot at; train one with data.question = \"clone\"", t.question.name)
	}
	program, err := w.Compile(backend, "play_units", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := t.Latents(p, in)
		if err != nil {
			return nil, err
		}
		y, err := t.Outputs(p, z, in, nil)
		return []*Node{y}, err
	})
	if err != nil {
		return nil, err
	}
	return &Player{t, program}, nil
}

// Close frees the program.
func (pl *Player) Close() { pl.program.Close() }

// Scores are the model's, [battle][unit][kind], for a team of several battles, at most as many as the batch.
func (pl *Player) Scores(all []*battle.Battle, team int) ([][][]float32, error) {
	t := pl.task
	if len(all) > t.batch {
		return nil, fmt.Errorf("units: %d battles at once; the batch has %d", len(all), t.batch)
	}
	room := t.room(t.batch)
	for i, b := range all {
		if len(b.Units) > t.slots {
			return nil, fmt.Errorf("units: a battle of %d units; data.slots is %d", len(b.Units), t.slots)
		}
		putBattle(room.row(i), b, team, t.data.Bands)
	}
	out, err := pl.program.Run(room.pack()[:inThere+1]...)
	if err != nil {
		return nil, err
	}
	flat, err := perceiver.Float32s(out[0])
	if err != nil {
		return nil, err
	}
	_ = out[0].FinalizeAll()
	scores := make([][][]float32, len(all))
	for i, b := range all {
		for u := range b.Units {
			scores[i] = append(scores[i], flat[(i*t.slots+u)*t.unit:][:t.unit])
		}
	}
	return scores, nil
}

// Play fights battles to their ends, the model as team 0 against a policy, and gives how they ended. Watch, where it is
// not nil, sees them after every tick.
func (pl *Player) Play(ctx context.Context, all []*battle.Battle, against battle.Policy, watch func()) ([]battle.Result, error) {
	for {
		var going []*battle.Battle
		for _, b := range all {
			if !b.Over() {
				going = append(going, b)
			}
		}
		if len(going) == 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if going[0].Tick%battle.Think == 0 { // all began together, so all think together
			scores, err := pl.Scores(going, 0)
			if err != nil {
				return nil, err
			}
			for i, b := range going {
				battle.Favour(func(*battle.Battle, int) [][]float32 { return scores[i] }).Order(b, 0)
				against.Order(b, 1)
			}
		}
		for _, b := range going {
			b.Step()
		}
		if watch != nil {
			watch()
		}
	}
	results := make([]battle.Result, len(all))
	for i, b := range all {
		results[i] = b.Result()
	}
	return results, nil
}

// Measure implements tasks.Measurer: "win_rate", the part of held-out battles that the model wins against the opponent,
// both armies being alike; a battle that nobody wins counts one half. Only models that clone a policy can play.
func (t *Task) Measure(ctx context.Context, backend compute.Backend, w *perceiver.Weights) (map[string]float64, error) {
	if t.question.name != "clone" || t.data.Battles == 0 {
		return nil, nil
	}
	pl, err := t.NewPlayer(backend, w)
	if err != nil {
		return nil, err
	}
	defer pl.Close()
	var won float64
	for from := 0; from < t.data.Battles; from += t.batch {
		var all []*battle.Battle
		for k := from; k < min(from+t.batch, t.data.Battles); k++ {
			all = append(all, t.battles.toPlay(k))
		}
		results, err := pl.Play(ctx, all, t.battles.opponent, nil)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			won += points(r)
		}
	}
	return map[string]float64{"win_rate": won / float64(t.data.Battles)}, nil
}

func (g battles) toPlay(k int) *battle.Battle { return battle.New(playSeed|uint64(k), g.setup) }

// points are 1 for a battle that team 0 won, one half for one that nobody did.
func points(r battle.Result) float64 {
	switch r.Winner {
	case 0:
		return 1
	case battle.Nobody:
		return 0.5
	}
	return 0
}

// winRate is what a policy reaches in the battles that models play.
func (g battles) winRate(p battle.Policy, n int) float64 {
	won := 0.0
	for k := range n {
		won += points(g.toPlay(k).Play(p, g.opponent, 0))
	}
	return won / float64(n)
}
