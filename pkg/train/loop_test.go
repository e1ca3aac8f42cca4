// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/runs"
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
