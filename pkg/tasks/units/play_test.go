// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"context"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// A model plays by its scores, in all battles at once as in each alone.
func TestPlayer(t *testing.T) {
	task := openTask(t, smallSpec("perceiver", "clone"), tasks.Options{Batch: 4})
	w := perceivertest.Fresh(t, task)
	pl, err := task.NewPlayer(backendtest.Pure(t), w)
	if err != nil {
		t.Fatal(err)
	}
	defer pl.Close()
	var together []*battle.Battle
	for k := range 4 {
		together = append(together, task.battles.toPlay(k))
	}
	ticks := 0
	results, err := pl.Play(t.Context(), together, battle.Nearest, func() { ticks++ })
	if err != nil {
		t.Fatal(err)
	}
	longest := 0
	for k, r := range results {
		longest = max(longest, r.Ticks)
		alone := task.battles.toPlay(k).Play(battle.Favour(func(b *battle.Battle, team int) [][]float32 {
			s, err := pl.Scores([]*battle.Battle{b}, team)
			if err != nil {
				t.Fatal(err)
			}
			return s[0]
		}), battle.Nearest, 0)
		if alone.Ticks != r.Ticks || alone.Winner != r.Winner {
			t.Errorf("battle %d ends %+v among others and %+v alone", k, r, alone)
		}
	}
	if ticks != longest {
		t.Errorf("watched %d ticks, the longest battle has %d", ticks, longest)
	}
	rate, err := task.Measure(t.Context(), backendtest.Pure(t), w)
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for k := range 7 {
		b := task.battles.toPlay(k)
		r, err := pl.Play(t.Context(), []*battle.Battle{b}, battle.Nearest, nil)
		if err != nil {
			t.Fatal(err)
		}
		want += points(r[0])
	}
	if rate["win_rate"] != want/7 {
		t.Errorf("the win rate is %v, want %g", rate, want/7)
	}
}

func TestPlayerRefuses(t *testing.T) {
	survive := openTask(t, smallSpec("perceiver", "survive"), tasks.Options{Batch: 1})
	if _, err := survive.NewPlayer(backendtest.Pure(t), perceivertest.Fresh(t, survive)); err == nil || !strings.Contains(err.Error(), "clone") {
		t.Errorf("a model that does not shoot plays: %v", err)
	}
	if m, err := survive.Measure(t.Context(), backendtest.Pure(t), perceivertest.Fresh(t, survive)); m != nil || err != nil {
		t.Errorf("it is measured: %v, %v", m, err)
	}
	task := openTask(t, smallSpec("perceiver", "clone"), tasks.Options{Batch: 1})
	pl, err := task.NewPlayer(backendtest.Pure(t), perceivertest.Fresh(t, task))
	if err != nil {
		t.Fatal(err)
	}
	defer pl.Close()
	if _, err := pl.Scores([]*battle.Battle{{}, {}}, 0); err == nil || !strings.Contains(err.Error(), "the batch has 1") {
		t.Errorf("too many battles: %v", err)
	}
	if _, err := pl.Scores([]*battle.Battle{{Units: make([]battle.Unit, 17), Field: 1}}, 0); err == nil || !strings.Contains(err.Error(), "17 units") {
		t.Errorf("too many units: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := pl.Play(ctx, []*battle.Battle{task.battles.toPlay(0)}, battle.Nearest, nil); err == nil {
		t.Error("a battle is not stopped")
	}
	if m, err := task.Measure(ctx, backendtest.Pure(t), perceivertest.Fresh(t, task)); err == nil {
		t.Errorf("measuring is not stopped: %v", m)
	}
	quiet := smallSpec("perceiver", "clone")
	quiet.Data.Battles = 0
	if m, err := openTask(t, quiet, tasks.Options{}).Measure(t.Context(), nil, nil); m != nil || err != nil {
		t.Errorf("no battles are to be played: %v, %v", m, err)
	}
}
