// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// Executor trains run folders that hold the experiments to be trained there.
type Executor interface {
	// Execute trains the runs and returns when they have ended. It tells ended of each, from one goroutine at a time:
	// with no error where the run is done, with one that wraps ErrStopped where it can be taken up again, and with
	// another where it failed. When ctx ends, it stops the runs so that they can be taken up again, or leaves them to
	// the machines that they run on, and returns ctx's error. An error of its own means that it could not do its work.
	Execute(ctx context.Context, dirs []string, ended func(dir string, err error)) error
}

// ErrStopped says that a run ended before its last step without having failed.
var ErrStopped = errors.New("it was stopped before its last step")

// Sweep trains the cells of a plan in run folders below a folder.
type Sweep struct {
	Dir         string
	Plan        *Plan
	Executor    Executor
	RetryFailed bool         // train what failed once more
	Log         func(string) // hears a line about each run that ends; may be nil
}

// Run trains what is missing. A run that fails is marked and does not stop the others; Table shows what came of all.
// The error is ctx's when ctx ended, an *experiment.Error never, and one about the folder or the executor otherwise.
func (s *Sweep) Run(ctx context.Context) error {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return fmt.Errorf("sweep %s: %w", s.Dir, err)
	}
	lock, err := runs.Hold(s.Dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	missing, err := s.prepare()
	if err != nil {
		return err
	}
	s.say("%s: %d are there, %d to do", runsOf(len(s.Plan.Cells)), len(s.Plan.Cells)-len(missing), len(missing))
	if len(missing) == 0 {
		return nil
	}
	var dirs []string
	cells := map[string]Cell{}
	for _, c := range missing {
		dirs = append(dirs, s.dir(c))
		cells[s.dir(c)] = c
	}
	count := 0
	var problems []error
	err = s.Executor.Execute(ctx, dirs, func(dir string, err error) {
		count++
		c := cells[dir]
		what := fmt.Sprintf("[%d/%d] %s, seed %d", count, len(dirs), s.Plan.Variants[c.Variant].Name(), c.Seed)
		switch {
		case err == nil:
			s.say("%s: %s", what, s.score(dir))
		case errors.Is(err, ErrStopped):
			s.say("%s: stopped; it goes on when the sweep is started again", what)
		default:
			s.say("%s: failed: %v", what, err)
			problems = append(problems, s.mark(c, err))
		}
	})
	return errors.Join(append(problems, err)...)
}

func runsOf(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprintf("%d runs", n)
}

func (s *Sweep) dir(c Cell) string { return filepath.Join(s.Dir, c.Folder) }

func (s *Sweep) say(format string, args ...any) {
	if s.Log != nil {
		s.Log(fmt.Sprintf(format, args...))
	}
}

// score says what a run reached.
func (s *Sweep) score(dir string) string {
	r, err := runs.Open(dir)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %.4f", s.Plan.Goal.Metric, r.Info.Metrics[s.Plan.Goal.Metric])
}

// prepare writes the experiments of the cells that are to be trained into their folders and returns those cells.
func (s *Sweep) prepare() ([]Cell, error) {
	var missing []Cell
	for _, c := range s.Plan.Cells {
		r, err := runs.Open(s.dir(c))
		if err == nil && (r.Info.Status == runs.Done || (r.Info.Status == runs.Failed && !s.RetryFailed)) {
			continue
		}
		if err := s.write(c); err != nil {
			return nil, err
		}
		missing = append(missing, c)
	}
	return missing, nil
}

// write writes the experiment of a cell into its folder. Where somebody trains there, an earlier sweep's child or a task
// of a cluster, the experiment is there.
func (s *Sweep) write(c Cell) error {
	r, err := runs.Create(s.dir(c), c.TOML, runs.Info{})
	if err == nil {
		return r.Close()
	}
	var held *runs.HeldError
	if there, readErr := os.ReadFile(filepath.Join(s.dir(c), runs.ExperimentFile)); errors.As(err, &held) && readErr == nil && string(there) == string(c.TOML) {
		return nil
	}
	return err
}

// mark writes the failure into run.json, where the run has not done so itself: it may have failed before it began.
func (s *Sweep) mark(c Cell, cause error) error {
	dir := s.dir(c)
	if r, err := runs.Open(dir); err == nil && r.Info.Status == runs.Failed {
		return nil
	}
	r, err := runs.Create(dir, c.TOML, runs.Info{Experiment: s.Plan.Experiment, Profile: s.Plan.Profile, Seed: c.Seed})
	if err != nil {
		return err
	}
	defer r.Close()
	return r.Update(func(i *runs.Info) { i.Status, i.Error = runs.Failed, cause.Error() })
}
