// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func toyConfig() Config {
	c := Defaults()
	c.Steps, c.Batch, c.LearningRate, c.ClipNorm, c.EvalEvery, c.CheckpointEvery, c.LogEvery, c.Seed = 24, 8, 3e-3, 1, 7, 5, 4, 3
	return c
}

func toyRun(t *testing.T, dir string) *runs.Run {
	t.Helper()
	r, err := runs.Create(dir, []byte("task = \"toy\"\n"), runs.Info{Experiment: "toy"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// files reads the checkpoint's files that must be the same however often a run was interrupted.
func files(t *testing.T, r *runs.Run) map[string][]byte {
	t.Helper()
	c, _, err := r.Latest()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, name := range []string{modelFile, optimizerFile, stateFile, "manifest.json"} {
		if out[name], err = os.ReadFile(filepath.Join(c.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

var errKilled = errors.New("killed")

// session trains until the given step and then ends: as by Ctrl-C, or, where kill is true, without a word.
func session(t *testing.T, b compute.Backend, dir string, until int, kill bool) *Result {
	t.Helper()
	r := toyRun(t, dir)
	defer r.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job := Job{Backend: b, Task: newToy(0.1), Config: toyConfig(), Run: r}
	job.Watch = func(p Progress) {
		if p.Step == until && kill {
			panic(errKilled) // stands for a kill: nothing after it runs but what frees the lock
		}
		if p.Step == until {
			cancel()
		}
	}
	var result *Result
	func() {
		defer func() {
			if x := recover(); x != nil && x != errKilled {
				panic(x)
			}
		}()
		var err error
		if result, err = Run(ctx, job); err != nil {
			t.Fatal(err)
		}
	}()
	return result
}

// TestResumeIsExact compares a run in one go with one that was interrupted, killed and interrupted again.
func TestResumeIsExact(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		whole, pieces := t.TempDir(), t.TempDir()
		one := session(t, b, whole, -1, false)
		if one.Status != "done" || one.Step != 24 {
			t.Fatalf("%+v", one)
		}
		if r := session(t, b, pieces, 3, false); r.Status != "interrupted" || r.Step != 3 {
			t.Fatalf("after Ctrl-C at step 3: %+v", r)
		}
		session(t, b, pieces, 12, true) // 10 is saved
		if r := session(t, b, pieces, 14, false); r.Status != "interrupted" || r.Step != 14 {
			t.Fatalf("after Ctrl-C at step 14: %+v", r)
		}
		two := session(t, b, pieces, -1, false)
		if two.Status != "done" || two.Metrics["mse"] != one.Metrics["mse"] || two.Loss != one.Loss {
			t.Errorf("metrics: %+v in one go, %+v in pieces", one, two)
		}
		a, c := toyRun(t, whole), toyRun(t, pieces)
		wholeFiles, piecesFiles := files(t, a), files(t, c)
		for name := range wholeFiles {
			if !bytes.Equal(wholeFiles[name], piecesFiles[name]) {
				t.Errorf("%s differs", name)
			}
		}
		x, _ := a.Records()
		y, _ := c.Records()
		if len(x) != len(y) {
			t.Fatalf("%d records in one go, %d in pieces", len(x), len(y))
		}
		for i := range x {
			same := x[i].Step == y[i].Step && (x[i].Loss == nil) == (y[i].Loss == nil) && x[i].Eval["mse"] == y[i].Eval["mse"]
			if !same || (x[i].Loss != nil && *x[i].Loss != *y[i].Loss) {
				t.Errorf("record %d: %+v in one go, %+v in pieces", i, x[i], y[i])
			}
		}
		if info := c.Info; info.Status != runs.Done || info.Step != 24 || info.Metrics["mse"] == 0 || info.Seconds["step"] == 0 {
			t.Errorf("run.json says %+v", info)
		}

		a.Close()
		c.Close()
		third := session(t, b, pieces, -1, false) // nothing is left to do
		if third.Status != "done" || third.Step != 24 {
			t.Errorf("a finished run: %+v", third)
		}
	})
}

func TestTrainingLearns(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		c := toyConfig()
		c.Steps, c.EvalEvery = 200, 0
		c.LearningRate = 1e-2
		r, err := Run(t.Context(), Job{Backend: b, Task: newToy(0), Config: c})
		if err != nil {
			t.Fatal(err)
		}
		if mse := r.Metrics["mse"]; !(mse < 1) { // answering 0 costs 4
			t.Errorf("the mean squared error is %g after %d steps", mse, r.Step)
		}
	})
}

func TestNumbersThatAreNoneStopTheRun(t *testing.T) {
	b := backendtest.Any(t)
	dir := t.TempDir()
	task := newToy(0)
	task.poison = 8
	run := toyRun(t, dir)
	_, err := Run(t.Context(), Job{Backend: b, Task: task, Config: toyConfig(), Run: run})
	if err == nil || !strings.Contains(err.Error(), "step 9") || !strings.Contains(err.Error(), "loss") {
		t.Fatalf("got %v", err)
	}
	if c, _, err := run.Latest(); err != nil || c.Step >= 9 {
		t.Errorf("the last checkpoint is %v, %v; want one from before", c, err)
	}
	if run.Info.Status != runs.Failed || run.Info.Error == "" {
		t.Errorf("run.json says %q, %q", run.Info.Status, run.Info.Error)
	}
}

// TestWeightsThatAreNoneAreNotSaved has a rate so high that an update makes infinite weights of a finite loss and gradient.
func TestWeightsThatAreNoneAreNotSaved(t *testing.T) {
	c := toyConfig()
	c.LearningRate, c.CheckpointEvery, c.EvalEvery = 1e39, 1, 0
	run := toyRun(t, t.TempDir())
	_, err := Run(t.Context(), Job{Backend: backendtest.Any(t), Task: newToy(0), Config: c, Run: run})
	if err == nil || !strings.Contains(err.Error(), "checkpoint of step 1 could not be saved") || !strings.Contains(err.Error(), "has a number that is") {
		t.Errorf("got %v", err)
	}
	if cs := run.Checkpoints(); len(cs) != 0 || run.Info.Status != runs.Failed {
		t.Errorf("there are checkpoints %v, and the run is %s", cs, run.Info.Status)
	}
}

// strict is the toy with metrics that are no numbers, beside its goal.
type strict struct{ *toy }

func (strict) Score(map[string]tasks.Sum) map[string]float64 {
	return map[string]float64{"mse": 1, "ratio": math.NaN()}
}

func TestMetricsThatAreNoneAreNamed(t *testing.T) {
	_, err := Run(t.Context(), Job{Backend: backendtest.Any(t), Task: strict{newToy(0)}, Config: toyConfig(), Run: toyRun(t, t.TempDir())})
	if err == nil || !strings.Contains(err.Error(), "step 7: the metric ratio is NaN") {
		t.Errorf("got %v", err)
	}
}

// examined is the toy with the wrong goal, so that the first evaluation stays the best, and with an interrupt that comes
// in the middle of an evaluation.
type examined struct {
	*toy
	batches *int   // of held-out data, that were made
	at      int    // the one in which it is interrupted
	stop    func() // interrupts
}

func (e examined) Goal() tasks.Goal { return tasks.Goal{Metric: "mse"} }

func (e examined) EvalBatch(i int) (tasks.Batch, error) {
	if *e.batches++; *e.batches == e.at {
		e.stop()
	}
	return e.toy.EvalBatch(i)
}

// TestInterruptedEvaluations are made again, and leave the same files as those that were not interrupted.
func TestInterruptedEvaluations(t *testing.T) {
	b := backendtest.Any(t)
	train := func(dir string, at int) string {
		r := toyRun(t, dir)
		defer r.Close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		result, err := Run(ctx, Job{Backend: b, Task: examined{newToy(0.1), new(int), at, cancel}, Config: toyConfig(), Run: r})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(result.Status, " ", result.Step)
	}
	whole, pieces := t.TempDir(), t.TempDir()
	train(whole, -1)
	// Evaluations, of two batches each, follow steps 7, 14, 21 and 24.
	for _, c := range []struct {
		at   int
		want string
	}{{3, "interrupted 14"}, {1, "interrupted 14"}, {5, "interrupted 24"}, {1, "interrupted 24"}, {-1, "done 24"}} {
		if got := train(pieces, c.at); got != c.want {
			t.Fatalf("interrupted in held-out batch %d: %s, want %s", c.at, got, c.want)
		}
	}
	a, c := &runs.Run{Dir: whole}, &runs.Run{Dir: pieces}
	same(t, files(t, c), files(t, a))
	x, _ := a.Records()
	y, _ := c.Records()
	if len(x) != len(y) {
		t.Errorf("%d records in one go, %d in pieces", len(x), len(y))
	}
}

// TestAnotherProgramIsNoticed changes what a checkpoint says of the next step, as another version might have drawn it.
func TestAnotherProgramIsNoticed(t *testing.T) {
	b, dir := backendtest.Any(t), t.TempDir()
	r := toyRun(t, dir)
	w, err := NewWeights(newToy(0.1))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	for _, slot := range []string{firstMoment, secondMoment} {
		if err := w.AddSlot(slot); err != nil {
			t.Fatal(err)
		}
	}
	c := toyConfig()
	for _, changed := range []bool{false, true} {
		s := state{Step: 22, Next: c.next(22)}
		if changed {
			s.Next.Random[1]++
		}
		if err := r.Save(22, false, func(dir string) error { return writeCheckpoint(dir, w, s) }); err != nil {
			t.Fatal(err)
		}
		var said []string
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Run(ctx, Job{Backend: b, Task: newToy(0.1), Config: c, Run: r, Warn: func(s string) { said = append(said, s) }}); err != nil {
			t.Fatal(err)
		}
		if (len(said) == 1 && strings.Contains(said[0], "other random numbers")) != changed {
			t.Errorf("changed %v: it said %q", changed, said)
		}
	}
}

func TestCheckpointOnDemand(t *testing.T) {
	b := backendtest.Any(t)
	run := toyRun(t, t.TempDir())
	ask := make(chan struct{}, 1)
	saved := 0
	c := toyConfig()
	c.CheckpointEvery, c.EvalEvery = 0, 0
	_, err := Run(t.Context(), Job{Backend: b, Task: newToy(0), Config: c, Run: run, SaveNow: ask, Watch: func(p Progress) {
		if p.Step == 2 {
			ask <- struct{}{}
		}
		if p.Saved {
			saved = p.Step
		}
	}})
	if err != nil || saved != 3 {
		t.Errorf("asked after step 2: saved after %d, %v", saved, err)
	}
}

func TestSavingThatFailsEndsTheRun(t *testing.T) {
	b := backendtest.Any(t)
	dir := t.TempDir()
	run := toyRun(t, dir)
	_, err := Run(t.Context(), Job{Backend: b, Task: newToy(0), Config: toyConfig(), Run: run, Watch: func(p Progress) {
		if p.Step == 6 { // 5 is saved; the folder turns into a file, as unwritable as a full disk
			os.Rename(filepath.Join(dir, "checkpoints"), filepath.Join(dir, "kept"))
			os.WriteFile(filepath.Join(dir, "checkpoints"), nil, 0o644)
		}
	}})
	if err == nil || !strings.Contains(err.Error(), "could not be saved") {
		t.Fatalf("got %v", err)
	}
	os.Remove(filepath.Join(dir, "checkpoints"))
	os.Rename(filepath.Join(dir, "kept"), filepath.Join(dir, "checkpoints"))
	if c, _, err := run.Latest(); err != nil || c.Step != 5 {
		t.Errorf("the checkpoint before is %v, %v", c, err)
	}
}

func TestWeightsOfAnotherModelAreRefused(t *testing.T) {
	b := backendtest.Any(t)
	dir := t.TempDir()
	session(t, b, dir, -1, false)
	c, _, err := toyRun(t, dir).Latest()
	if err != nil {
		t.Fatal(err)
	}
	other := newToy(0)
	other.encoder.Latents = 9
	if _, err := Restore(c, other); err == nil || !strings.Contains(err.Error(), "perceiver.embeddings.latents") || !strings.Contains(err.Error(), "[9 16]") {
		t.Errorf("got %v", err)
	}
}
