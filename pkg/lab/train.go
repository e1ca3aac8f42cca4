// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/runs"
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
	config := x.Experiment.Train
	err = session{dir: dir, title: x.Name + " (" + x.Profile + ")", content: content, task: task, config: config, silent: x.silent, trace: x.trace,
		info: runs.Info{Experiment: x.Name, Profile: x.Profile, Task: x.Task}}.train(ctx)
	if err != nil {
		return nil, err
	}
	return OpenRun(dir)
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
