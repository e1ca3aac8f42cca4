// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func TestValidate(t *testing.T) {
	if err := NewSpec().Validate(); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	for _, encoder := range Encoders {
		for _, question := range Questions {
			if err := smallSpec(encoder, question).Validate(); err != nil {
				t.Errorf("%s, %s: %v", encoder, question, err)
			}
		}
	}
	for words, change := range map[string]func(s *Spec){
		"data.question = \"who\"": func(s *Spec) { s.Data.Question = "who" },
		"data.slots = 0":          func(s *Spec) { s.Data.Slots = 0 },
		"data.slots = 5000":       func(s *Spec) { s.Data.Slots = 5000 },
		"up to 12 units":          func(s *Spec) { s.Data.Slots = 11 },
		"data.bands = -1":         func(s *Spec) { s.Data.Bands = -1 },
		"data.eval_examples = 0":  func(s *Spec) { s.Data.EvalExamples = 0 },
		"data.battles = -1":       func(s *Spec) { s.Data.Battles = -1 },
		"data.seconds = 26":       func(s *Spec) { s.Data.Seconds = 26 },
		"data.hide_rate = 1":      func(s *Spec) { s.Data.HideRate = 1 },
		"data.per_front = 1":      func(s *Spec) { s.Data.PerFront = 1 },
		"0 fronts":                func(s *Spec) { s.Data.Fronts = 0 },
		"no policy \"luck\"":      func(s *Spec) { s.Data.Opponent = "luck" },
		"model.encoder = \"\"":    func(s *Spec) { s.Model.Encoder = "" },
	} {
		s := smallSpec("perceiver", "survive")
		change(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: the error is %v", words, err)
		}
		if _, err := s.Open(t.Context(), tasks.Options{}); err == nil {
			t.Errorf("%s: the task is opened", words)
		}
	}
	// Replays have more units than places: that is no mistake, the oldest give way.
	s := smallSpec("perceiver", "winner")
	s.Data.Slots = 2
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

// The same held-out examples in every run and for every size of batch; the last batch is filled up with nothing.
func TestEvalBatches(t *testing.T) {
	features := func(seed uint64, size int) (all []float32) {
		task := openTask(t, smallSpec("perceiver", "survive"), tasks.Options{Batch: size, Seed: seed})
		if want := (5 + size - 1) / size; task.EvalBatches() != want || task.EvalExamples() != 5 {
			t.Fatalf("%d examples in %d batches of %d, want 5 in %d", task.EvalExamples(), task.EvalBatches(), size, want)
		}
		for i := range task.EvalBatches() {
			batch, err := task.EvalBatch(i)
			if err != nil {
				t.Fatal(err)
			}
			x, _ := perceiver.Float32s(batch[inFeatures])
			weight, _ := perceiver.Float32s(batch[inUnitWeight])
			per, units := len(x)/size, len(weight)/size
			for row := range size {
				counts := slices.Contains(weight[row*units:(row+1)*units], 1)
				if real := i*size+row < 5; counts != real {
					t.Errorf("row %d of batch %d counts: %v, want %v", row, i, counts, real)
				}
				if counts {
					all = append(all, x[row*per:(row+1)*per]...)
				}
			}
		}
		return all
	}
	want := features(1, 5)
	for name, got := range map[string][]float32{"another seed": features(2, 5), "batches of 2": features(1, 2), "batches of 8": features(1, 8)} {
		if !slices.Equal(got, want) {
			t.Errorf("%s: other examples are held out", name)
		}
	}
}

// Training never sees a battle that is held out or played.
func TestTrainingSeeds(t *testing.T) {
	a := openTask(t, smallSpec("perceiver", "survive"), tasks.Options{Batch: 4, Seed: 1})
	b := openTask(t, smallSpec("perceiver", "survive"), tasks.Options{Batch: 4, Seed: 2})
	x, err := a.TrainBatch(9)
	if err != nil {
		t.Fatal(err)
	}
	y, _ := a.TrainBatch(9)
	z, _ := a.TrainBatch(10)
	other, _ := b.TrainBatch(9)
	if !x[inFeatures].Equal(y[inFeatures]) || x[inFeatures].Equal(z[inFeatures]) || x[inFeatures].Equal(other[inFeatures]) {
		t.Error("a batch must follow from step and seed, and differ with them")
	}
	if heldOut>>63 != 1 || playSeed&heldOut == 0 || playSeed == heldOut {
		t.Error("held-out seeds are those with the highest bit, and played ones others of them")
	}
}

func TestBaselines(t *testing.T) {
	for question, names := range map[string][]string{
		"survive": {"majority_unit_accuracy", "majority_winner_accuracy", "strength_unit_accuracy", "strength_winner_accuracy"},
		"clone":   {"majority_unit_accuracy", "nearest_unit_accuracy", "weakest_unit_accuracy", "random_unit_accuracy", "teacher_win_rate", "weakest_win_rate", "nearest_win_rate"},
	} {
		s := smallSpec("meanpool", question)
		s.Data.EvalExamples, s.Data.Battles = 80, 80
		got, err := openTask(t, s, tasks.Options{}).Baselines(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(names) {
			t.Errorf("%s: the baselines are %v, want %v", question, got, names)
		}
		for _, n := range names {
			if v, ok := got[n]; !ok || v < 0.2 || v > 1 {
				t.Errorf("%s: %s is %g", question, n, v)
			}
		}
		if question == "clone" && (got["weakest_unit_accuracy"] < got["nearest_unit_accuracy"]+0.1 || got["teacher_win_rate"] < got["nearest_win_rate"]+0.1) {
			t.Errorf("the teacher is like \"weakest\", not like \"nearest\", and wins more: %v", got)
		}
		if question == "survive" && got["strength_winner_accuracy"] < got["majority_winner_accuracy"]+0.1 {
			t.Errorf("the stronger army should be ahead more often: %v", got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := openTask(t, smallSpec("meanpool", "clone"), tasks.Options{}).Baselines(ctx); err == nil {
		t.Error("counting is not stopped")
	}
}

func TestWithoutData(t *testing.T) {
	for _, question := range Questions {
		task := openTask(t, smallSpec("perceiver", question), tasks.Options{NoData: true, Batch: 2})
		if _, err := task.TrainBatch(0); err == nil {
			t.Errorf("%s: a training batch without data", question)
		}
		if _, err := task.EvalBatch(0); err == nil {
			t.Errorf("%s: a held-out batch without data", question)
		}
		if _, err := task.Baselines(t.Context()); err == nil {
			t.Errorf("%s: baselines without data", question)
		}
	}
	if _, err := smallSpec("perceiver", "survive").Open(t.Context(), tasks.Options{Data: "folder"}); err == nil || !strings.Contains(err.Error(), "made by the program") {
		t.Errorf("data for battles: %v", err)
	}
}
