// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"image/gif"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/sweep"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/units"
)

// At the sizes of the paper and at the small ones the Perceiver IO computes a third of what the Transformer does, at most.
func TestEncoderCosts(t *testing.T) {
	for _, profile := range []string{"quick", "small", "paper"} {
		costs, err := EncoderCosts(t.Context(), "units/battle", Profile(profile))
		if err != nil {
			t.Fatal(err)
		}
		flops := map[string]float64{}
		for _, c := range costs {
			flops[c.Encoder] = c.FLOPs
		}
		if len(flops) != len(units.Encoders) || flops["perceiver"] > flops["transformer"]/3 {
			t.Errorf("%s: the encoders cost %v FLOP", profile, flops)
		}
	}
	if _, err := EncoderCosts(t.Context(), "language/mlm"); err == nil {
		t.Error("a language model has encoders of units")
	}
}

// The comparison has a line and a point for each encoder that has ended.
func TestEncodersView(t *testing.T) {
	score, half := 0.75, 0.01
	e := &Encoders{Ablated: &Ablated{Plan: &sweep.Plan{Goal: tasks.Goal{Metric: "unit_accuracy"}}, Table: &sweep.Table{Rows: []sweep.Row{
		{N: 3, Mean: &score, CI95: &half}, {N: 3, Mean: &score}, {},
	}}}, Costs: []EncoderCost{{"perceiver", 3e6, 10}, {"transformer", 12e6, 20}, {"meanpool", 2e6, 5}}}
	v := e.View()
	var shares []string
	for _, row := range v.Rows {
		shares = append(shares, row[len(row)-1])
	}
	if !slices.Equal(shares, []string{"25 %", "100 %", "17 %"}) || v.Rows[0][2] != "0.7500" || v.Rows[2][2] != "" {
		t.Errorf("%q", v.Rows)
	}
	if e.Pareto() == nil {
		t.Error("there is no picture")
	}
}

// A film shows the battle to its end, and its units are where they are.
func TestFilmBattle(t *testing.T) {
	setup := battle.Default()
	setup.Mirror = true
	film, result, err := FilmBattle(battle.New(7, setup), battle.FocusFire, battle.Nearest)
	if err != nil {
		t.Fatal(err)
	}
	frames, err := gif.DecodeAll(bytes.NewReader(film))
	if err != nil {
		t.Fatal(err)
	}
	if want := result.Ticks / (battle.TicksPerSecond / 2); len(frames.Image) < want || result.Winner != 0 {
		t.Errorf("%d frames of %d ticks, winner %d", len(frames.Image), result.Ticks, result.Winner)
	}
	b := battle.New(7, setup)
	view := BattleView(b)
	before := view("the beginning")
	b.Play(battle.FocusFire, battle.Nearest, 0)
	m := view("the end")
	fallen := 0
	for i, u := range m.Units {
		if u.Fallen != !b.Units[i].Alive() || u.Team != b.Units[i].Team || u.X < 0 || u.X > m.Side || u.Y < 0 || u.Y > m.Side {
			t.Errorf("unit %d is drawn as %+v", i, u)
		}
		if u.Fallen {
			fallen++
		}
	}
	if fallen == 0 || len(m.Units) != len(b.Units) || m.Side != before.Side || m.Side >= 64 || m.Side < 12 {
		t.Errorf("%d of %d units fell in a square of %g, which was one of %g", fallen, len(m.Units), m.Side, before.Side)
	}
	if none := BattleView(&battle.Battle{Field: 32 * battle.Cell})("nobody"); none.Side != 32 || len(none.Units) != 0 {
		t.Errorf("a battle of nobody is drawn as %+v", none)
	}
}

// Only models of units are asked about battles.
func TestCommanderRefuses(t *testing.T) {
	r := &Run{Run: &runs.Run{Dir: "somewhere"}, X: Must(Load("language/mlm"))}
	if _, err := r.Commander(t.Context()); err == nil || !strings.Contains(err.Error(), "only units runs know of battles") {
		t.Errorf("the error is %v", err)
	}
}
