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

// session is a training in a run folder: of an experiment, or of a task that a program made itself.
type session struct {
	dir, title string
	content    []byte    // of experiment.toml
	info       runs.Info // what names the run; the rest is filled in
	task       tasks.Task
	config     train.Config
	silent     bool // show no panel
	trace      bool // name the layer in which numbers that are none arose
}

// train trains until the last step, or until ctx ends: then the error is an *InterruptedError.
func (s session) train(ctx context.Context) error {
	flops := trainFLOPs(s.task, s.config.Batch)
	b, err := openBackend(ctx, isLong(flops, s.config.Steps), Talk)
	if err != nil {
		return err
	}
	goal := s.task.Goal()
	s.info.Goal, s.info.LowerWins = goal.Metric, goal.LowerIsBetter
	s.info.Status, s.info.Command, s.info.Seed, s.info.Steps = runs.Running, os.Args, s.config.Seed, s.config.Steps
	s.info.Parameters, s.info.TrainFLOPs = s.task.Cost().Total().Params, flops
	folder, err := runs.Create(s.dir, s.content, s.info)
	if err != nil {
		return err
	}
	defer folder.Close()
	if !s.silent {
		say("Run folder: %s\n", s.dir)
	}
	if err := begin(ctx, folder, s.task, b); err != nil {
		return err
	}
	job := train.Job{Backend: b.Compute, Task: s.task, Config: s.config, Run: folder, Trace: s.trace, Warn: func(w string) { say("%s\n", w) }}
	ask, stop := saves()
	defer stop()
	job.SaveNow = ask
	end := func(*train.Result, error) {}
	if !s.silent {
		panel := newPanel(s.title, s.config, s.task, folder)
		job.Watch, end = panel.step, panel.end
	}
	result, err := train.Run(ctx, job)
	end(result, err)
	if err != nil {
		return err
	}
	if result.Status == runs.Interrupted {
		return &InterruptedError{Dir: s.dir, Step: result.Step, Steps: s.config.Steps}
	}
	return nil
}

// begin writes down what is known before the first step: the source, the machine, and what simple methods reach.
func begin(ctx context.Context, folder *runs.Run, task tasks.Task, b *backend.Backend) error {
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
