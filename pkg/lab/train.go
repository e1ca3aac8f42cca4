// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// Train trains the experiment in its run folder, with a live panel in a notebook and a live line on a terminal. A run
// that was interrupted goes on; one that is finished is opened. When ctx ends, the step that is running is finished,
// the run is saved, and the error is an *InterruptedError.
func (x *Experiment) Train(ctx context.Context) (*Run, error) {
	dir, err := x.Folder()
	if err != nil {
		return nil, err
	}
	content, err := x.TOML()
	if err != nil {
		return nil, err
	}
	if r, err := OpenRun(dir); err == nil && r.Info.Status == runs.Done {
		if there, err := r.Experiment(); err == nil && string(there) == string(content) {
			say("Already trained: %s\n", dir)
			return r, nil
		}
	}
	task, err := x.Open(ctx)
	if err != nil {
		return nil, err
	}
	flops := trainFLOPs(task, x.Experiment.Train.Batch)
	b, err := openBackend(ctx, isLong(flops, x.Experiment.Train.Steps), Talk)
	if err != nil {
		return nil, err
	}
	goal := task.Goal()
	folder, err := runs.Create(dir, content, runs.Info{Goal: goal.Metric, LowerWins: goal.LowerIsBetter, Experiment: x.Name, Profile: x.Profile, Task: x.Task, Status: runs.Running, Command: os.Args,
		Seed: x.Experiment.Train.Seed, Steps: x.Experiment.Train.Steps, Parameters: task.Cost().Total().Params, TrainFLOPs: flops})
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	say("Run folder: %s\n", dir)
	if err := x.begin(ctx, folder, task, b); err != nil {
		return nil, err
	}
	job := train.Job{Backend: b.Compute, Task: task, Config: x.Experiment.Train, Run: folder, Warn: func(s string) { say("%s\n", s) }}
	end := func(*train.Result, error) {}
	if !x.silent {
		panel := newPanel(x, task, folder)
		job.Watch, end = panel.step, panel.end
	}
	result, err := train.Run(ctx, job)
	end(result, err)
	if err != nil {
		return nil, err
	}
	if result.Status == runs.Interrupted {
		return nil, &InterruptedError{Dir: dir, Step: result.Step, Steps: x.Experiment.Train.Steps}
	}
	return OpenRun(dir)
}

// begin writes down what is known before the first step: the source, the machine, and what simple methods reach.
func (x *Experiment) begin(ctx context.Context, folder *runs.Run, task tasks.Task, b *backend.Backend) error {
	if len(folder.Checkpoints()) == 0 {
		commit, diff := runs.Source(ctx, ".")
		folder.Info.Commit = commit
		if err := folder.WriteSource(diff); err != nil {
			return fmt.Errorf("run %s: %w", folder.Dir, err)
		}
	}
	if folder.Info.Baselines == nil {
		baselines, err := task.Baselines(ctx)
		if err != nil {
			return err
		}
		folder.Info.Baselines = baselines
	}
	return folder.Update(func(i *runs.Info) { i.Machine = machine(b) })
}

func machine(b *backend.Backend) runs.Machine {
	facts := backend.Facts()
	host, _ := os.Hostname()
	return runs.Machine{Host: host, OS: runtime.GOOS + "/" + runtime.GOARCH, CPU: facts.Processor, Cores: facts.Cores, MemoryMB: facts.MemoryMB, Go: facts.Go, Backend: b.Name, Plugin: b.Version}
}

// trainFLOPs are those of a training step: a backward pass costs twice a forward pass.
func trainFLOPs(task tasks.Task, batch int) float64 {
	return 3 * task.Cost().Total().FLOPs * float64(batch)
}

// InterruptedError says that training stopped before its last step because it was asked to.
type InterruptedError struct {
	Dir         string
	Step, Steps int
}

func (e *InterruptedError) Error() string {
	return fmt.Sprintf("interrupted after step %d of %d; the run is saved in %s, and the same command goes on from there", e.Step, e.Steps, e.Dir)
}

// Unwrap makes errors.Is(err, context.Canceled) true.
func (e *InterruptedError) Unwrap() error { return context.Canceled }

func say(format string, args ...any) {
	if Talk != nil {
		fmt.Fprintf(Talk, format, args...)
	}
}
