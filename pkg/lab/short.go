// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs/index"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Train loads an experiment and trains it: Load and Experiment.Train in one.
func Train(ctx context.Context, name string, opts ...Option) (*Run, error) {
	x, err := Load(name, opts...)
	if err != nil {
		return nil, err
	}
	return x.Train(ctx)
}

// Resume goes on with the run in a folder, with the settings that are kept there, until its last step.
func Resume(ctx context.Context, dir string) (*Run, error) {
	r, err := OpenRun(dir)
	if err != nil {
		return nil, err
	}
	return r.X.Train(ctx)
}

// Evaluate measures the best checkpoint of the run in a folder on held-out data; source "" is the experiment's own.
func Evaluate(ctx context.Context, dir, source string) (*Score, error) {
	r, err := OpenRun(dir)
	if err != nil {
		return nil, err
	}
	return r.Evaluate(ctx, source)
}

// Predict asks the best checkpoint of the run in a folder about inputs.
func Predict(ctx context.Context, dir string, inputs ...string) (tasks.Prediction, error) {
	r, err := OpenRun(dir)
	if err != nil {
		return tasks.Prediction{}, err
	}
	return r.Predict(ctx, inputs...)
}

// RunsTable lists the runs below Runs, the latest first, at most that many.
func RunsTable(ctx context.Context, most int) (viz.Table, error) {
	root := Runs()
	x, err := index.Open(ctx, root)
	if err != nil {
		return viz.Table{}, err
	}
	defer x.Close()
	entries, err := x.List(ctx, index.Filter{Limit: most})
	if err != nil {
		return viz.Table{}, err
	}
	t := viz.Table{Title: "Runs", Headers: []string{"run", "experiment", "profile", "status", "step", "last change", "metric"}}
	for _, e := range entries {
		name, err := filepath.Rel(root, e.Dir)
		if err != nil {
			name = e.Dir
		}
		metric := ""
		if v, ok := e.Info.Metrics[e.Info.Goal]; ok {
			metric = fmt.Sprintf("%s %s", words(e.Info.Goal), number(v))
		}
		t.Rows = append(t.Rows, []string{name, e.Info.Experiment, e.Info.Profile, e.Info.Status, fmt.Sprintf("%d/%d", e.Info.Step, e.Info.Steps),
			e.Info.Updated.Format(time.DateTime), metric})
	}
	return t, nil
}
