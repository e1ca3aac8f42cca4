// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func TestPredictBattles(t *testing.T) {
	for question, words := range map[string]string{"survive": "the first army is ahead", "clone": "its teacher"} {
		task := openTask(t, smallSpec("perceiver", question), tasks.Options{NoData: true})
		p, err := task.Predict(t.Context(), backendtest.Pure(t), perceivertest.Fresh(t, task), []string{"3"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.Text, words) {
			t.Errorf("%s: the answer is %q", question, p.Text)
		}
		both, err := task.Predict(t.Context(), backendtest.Pure(t), perceivertest.Fresh(t, task), []string{"3", "4"})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(both.Text, p.Text) || len(both.JSON.([]any)) != 2 {
			t.Errorf("%s: two answers are %q", question, both.Text)
		}
		if question == "survive" {
			s := p.JSON.(Survival)
			b, err := task.HeldOutBattle(3)
			if err != nil {
				t.Fatal(err)
			}
			r, right := b.Play(battle.FocusFire, battle.FocusFire, task.Until()), 0
			for i, u := range s.Units {
				if u.Survived != r.Survived[i] || u.Survives <= 0 || u.Survives >= 1 {
					t.Errorf("unit %d: %+v, survived: %v", i, u, r.Survived[i])
				}
				if (u.Survives > 0.5) == u.Survived {
					right++
				}
			}
			if s.Right != right || len(s.Units) != len(r.Survived) || s.Ahead != r.Winner {
				t.Errorf("%+v, the battle ended %+v", s, r)
			}
		}
		for _, bad := range []string{"", "x", "-1", "1.5", "game.SC2Replay"} {
			if _, err := task.Predict(t.Context(), backendtest.Pure(t), perceivertest.Fresh(t, task), []string{bad}); err == nil || !strings.Contains(err.Error(), "number of a held-out battle") {
				t.Errorf("%s, input %q: %v", question, bad, err)
			}
		}
	}
}

// The attention of latents to units sums to 1 over those that are there.
func TestPredictor(t *testing.T) {
	for _, encoder := range Encoders {
		task := openTask(t, smallSpec(encoder, "survive"), tasks.Options{NoData: true})
		w := perceivertest.Fresh(t, task)
		pr, err := task.NewPredictor(backendtest.Pure(t), w)
		if err != nil {
			t.Fatal(err)
		}
		b, err := task.HeldOutBattle(2)
		if err != nil {
			t.Fatal(err)
		}
		b.Units[1].HP = 0
		a, err := pr.Battle(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Units) != len(b.Units) || len(a.Whole) != 1 || (a.Latents != nil) != (encoder == "perceiver") {
			t.Fatalf("%s: %d units, %d of the whole, %d latents", encoder, len(a.Units), len(a.Whole), len(a.Latents))
		}
		for k, row := range a.Latents {
			total := 0.0
			for _, x := range row {
				total += x
			}
			if math.Abs(total-1) > 1e-4 || row[1] != 0 {
				t.Errorf("latent %d looks at %v", k, row)
			}
		}
		// The same answers as in a batch of the evaluation.
		units, _ := answers(t, task, w, func() tasks.Batch { r := task.room(1); putBattle(r.row(0), b, 0, 3); return r.pack() }())
		if len(units) != task.slots*task.Width {
			t.Fatal(len(units))
		}
		if _, err := pr.Battle(&battle.Battle{Units: make([]battle.Unit, 17), Field: 1}); err == nil || !strings.Contains(err.Error(), "17 units") {
			t.Errorf("too many units: %v", err)
		}
		if _, err := task.HeldOutBattle(-1); err == nil {
			t.Error("there is no battle -1")
		}
		pr.Close()
	}
}

func TestPredictReplays(t *testing.T) {
	dir := realReplays(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.SC2Replay"))
	if err != nil || len(files) == 0 {
		t.Fatal("no replays", err)
	}
	file := files[0]
	for _, f := range files {
		if one, err := readGame(f, 64); err == nil && len(one.moments) > 12 && one.winner != undecided {
			file = f
			break
		}
	}
	for question, words := range map[string]string{"winner": "first player wins", "type": "hidden types", "army": "in 30 s"} {
		s := smallSpec("perceiver", question)
		s.Data.Slots = 64
		task := openTask(t, s, tasks.Options{NoData: true})
		w := perceivertest.Fresh(t, task)
		p, err := task.Predict(t.Context(), backendtest.Pure(t), w, []string{file})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.Text, words) || len(p.JSON.(Game).Moments) < 2 {
			t.Errorf("%s: %s", question, p.Text)
		}
		if _, err := json.Marshal(p.JSON); err != nil {
			t.Error(err)
		}
		p, err = task.Predict(t.Context(), backendtest.Pure(t), w, []string{file + "@200"})
		if err != nil {
			t.Fatal(err)
		}
		if m := p.JSON.(Game).Moments; len(m) != 1 || m[0].Seconds != 210 {
			t.Errorf("%s: at 200 seconds %+v", question, m)
		}
		if _, err := task.HeldOutBattle(0); err == nil {
			t.Error("a model of replays is shown a battle")
		}
	}
	task := openTask(t, smallSpec("perceiver", "winner"), tasks.Options{NoData: true})
	junk := filepath.Join(t.TempDir(), "a.SC2Replay")
	if err := os.WriteFile(junk, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{junk, "none.SC2Replay", "none@5"} {
		if _, err := task.Predict(t.Context(), backendtest.Pure(t), perceivertest.Fresh(t, task), []string{bad}); err == nil {
			t.Errorf("%s is answered", bad)
		}
	}
}
