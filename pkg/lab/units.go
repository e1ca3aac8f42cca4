// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"math"

	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/units"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Commander is a trained model of units, ready to be asked about battles and, where it cloned a policy, to fight them.
type Commander struct {
	*units.Predictor
	Task *units.Task

	run     *Run
	weights *perceiver.Weights
}

// Commander makes the run's best checkpoint ready to be asked about battles. Close it after use.
func (r *Run) Commander(ctx context.Context) (*Commander, error) {
	opened, err := r.X.open(ctx, "", true)
	task, err := as[*units.Task](opened, err, "run "+r.Dir, "only units runs know of battles")
	if err != nil {
		return nil, err
	}
	w, b, err := r.ready(ctx, task)
	if err != nil {
		return nil, err
	}
	p, err := task.NewPredictor(b, w)
	if err != nil {
		return nil, err
	}
	return &Commander{p, task, r, w}, nil
}

// SurvivalMaps draws held-out battle k as it begins, each unit in the colour of the probability with which the model
// lets it survive, and as it is when the time is up.
func (c *Commander) SurvivalMaps(k int) (*viz.Drawing, error) {
	b, err := c.Task.HeldOutBattle(k)
	if err != nil {
		return nil, err
	}
	a, err := c.Battle(b)
	if err != nil {
		return nil, err
	}
	if len(a.Whole) == 0 {
		return nil, fmt.Errorf("run %s was not asked who survives; train units/survive", c.run.Dir)
	}
	view := BattleView(b)
	before := view("what the model expects")
	for i := range before.Units {
		before.Units[i].Value = a.Units[i][0]
	}
	truth := view("what happened to each")
	r := b.Play(battle.FocusFire, battle.FocusFire, c.Task.Until())
	for i, stands := range r.Survived {
		truth.Units[i].Value = 0
		if stands {
			truth.Units[i].Value = 1
		}
	}
	title := fmt.Sprintf("Battle %d: the round army is ahead after %g s with probability %.2f", k, float64(c.Task.Until())/battle.TicksPerSecond, a.Whole[0])
	return viz.UnitMaps(title, "survives", 0, 1, before, truth, view("the field then")), nil
}

// LatentMaps draws where each latent looks in held-out battle k: brighter units have more of its attention.
func (c *Commander) LatentMaps(k int) (*viz.Drawing, error) {
	b, err := c.Task.HeldOutBattle(k)
	if err != nil {
		return nil, err
	}
	a, err := c.Battle(b)
	if err != nil {
		return nil, err
	}
	if a.Latents == nil {
		return nil, fmt.Errorf("run %s has no latents: its encoder is no Perceiver IO", c.run.Dir)
	}
	view := BattleView(b)
	var maps []viz.UnitMap
	high := 0.0
	for l, looks := range a.Latents {
		m := view(fmt.Sprintf("latent %d", l))
		for i := range m.Units {
			m.Units[i].Value = looks[i]
			high = max(high, looks[i])
		}
		maps = append(maps, m)
	}
	return viz.UnitMaps(fmt.Sprintf("Battle %d: where each latent looks", k), "attention", 0, max(high, 1e-9), maps...), nil
}

// Film lets the model fight held-out battle k as the round army against the policy it was trained to beat, and gives the
// film as a GIF, and how the battle ended.
func (c *Commander) Film(ctx context.Context, k int) ([]byte, battle.Result, error) {
	b, err := c.Task.HeldOutBattle(k)
	if err != nil {
		return nil, battle.Result{}, err
	}
	backend, err := Backend(ctx)
	if err != nil {
		return nil, battle.Result{}, err
	}
	pl, err := c.Task.NewPlayer(backend.Compute, c.weights)
	if err != nil {
		return nil, battle.Result{}, err
	}
	defer pl.Close()
	film := filming(b)
	results, err := pl.Play(ctx, []*battle.Battle{b}, c.Task.Opponent(), film.watch)
	if err != nil {
		return nil, battle.Result{}, err
	}
	gif, err := film.gif()
	return gif, results[0], err
}

// FilmBattle fights a battle under two policies and gives the film as a GIF, and how the battle ended.
func FilmBattle(b *battle.Battle, first, second battle.Policy) ([]byte, battle.Result, error) {
	film := filming(b)
	for !b.Over() {
		b.Play(first, second, b.Tick+1)
		film.watch()
	}
	gif, err := film.gif()
	return gif, b.Result(), err
}

// film looks at a battle twice a second of the game's clock.
type film struct {
	b      *battle.Battle
	view   func(title string) viz.UnitMap
	frames []viz.Figure
}

func filming(b *battle.Battle) *film {
	f := &film{b: b, view: BattleView(b)}
	f.frames = append(f.frames, f.frame())
	return f
}

func (f *film) frame() viz.Figure {
	return viz.UnitMaps(fmt.Sprintf("%4.1f s", float64(f.b.Tick)/battle.TicksPerSecond), "", 0, 0,
		f.view(fmt.Sprintf("left: %.1f and %.1f units", float64(f.b.Strength(0))/1000, float64(f.b.Strength(1))/1000)))
}

func (f *film) watch() {
	if f.b.Tick%(battle.TicksPerSecond/2) == 0 || f.b.Over() {
		f.frames = append(f.frames, f.frame())
	}
}

func (f *film) gif() ([]byte, error) {
	last := f.frames[len(f.frames)-1]
	for range 6 { // the end stands still for a moment
		f.frames = append(f.frames, last)
	}
	return viz.Animate(6, f.frames...)
}

// BattleView draws a battle at any of its moments from now on, always the same part of the field: the square around its
// units, which they never leave, as they only walk towards each other. The first army is round, the second square, with
// a line from each unit to its target. A unit is as large as it has hit points.
func BattleView(b *battle.Battle) func(title string) viz.UnitMap {
	left, top, side := around(b)
	return func(title string) viz.UnitMap {
		m := viz.UnitMap{Title: title, Side: side}
		for _, u := range b.Units {
			mark := viz.UnitMark{X: float64(u.X)/battle.Cell - left, Y: float64(u.Y)/battle.Cell - top, Team: u.Team, Value: math.NaN(), Fallen: !u.Alive(),
				Size: m.Side / 32 * (0.6 + math.Sqrt(float64(u.HP)/100))}
			if u.Alive() && u.Target != battle.Hold && u.Target < len(b.Units) && b.Units[u.Target].Alive() {
				mark.Target = u.Target + 1
			}
			m.Units = append(m.Units, mark)
		}
		return m
	}
}

// around is the square around the units of a battle, in cells, with a margin.
func around(b *battle.Battle) (left, top, side float64) {
	const margin, least = 2, 12
	if len(b.Units) == 0 {
		return 0, 0, float64(b.Field) / battle.Cell
	}
	low, high := [2]int{b.Field, b.Field}, [2]int{}
	for _, u := range b.Units {
		for i, v := range [2]int{u.X, u.Y} {
			low[i], high[i] = min(low[i], v), max(high[i], v)
		}
	}
	side = max(least, float64(max(high[0]-low[0], high[1]-low[1]))/battle.Cell+2*margin)
	middle := func(i int) float64 { return float64(low[i]+high[i]) / 2 / battle.Cell }
	return middle(0) - side/2, middle(1) - side/2, side
}
