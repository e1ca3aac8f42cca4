// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// Run is a run folder with its experiment.
type Run struct {
	*runs.Run
	X *Experiment
}

// OpenRun opens a run folder. It may be running.
func OpenRun(dir string) (*Run, error) {
	r, err := runs.Open(dir)
	if err != nil {
		return nil, err
	}
	content, err := r.Experiment()
	if err != nil {
		return nil, err
	}
	e, err := experiment.Parse(dir+"/"+runs.ExperimentFile, r.Info.Experiment, content, experiment.Options{})
	if err != nil {
		return nil, err
	}
	return &Run{Run: r, X: &Experiment{Experiment: e, folder: dir}}, nil
}

// Run opens the experiment's run, which Train made, without training. It may be running.
func (x *Experiment) Run() (*Run, error) {
	dir, err := x.Folder()
	if err != nil {
		return nil, err
	}
	return OpenRun(dir)
}

// Score is what an evaluation found.
type Score struct {
	Experiment string             `json:"experiment"`
	Profile    string             `json:"profile"`
	Step       int                `json:"step"` // of the checkpoint
	N          int                `json:"n"`    // held-out examples
	Source     string             `json:"source"`
	Metrics    map[string]float64 `json:"metrics"`
	Baselines  map[string]float64 `json:"baselines"`
}

// Evaluate measures the run's best checkpoint on held-out data: the experiment's own, or another source.
func (r *Run) Evaluate(ctx context.Context, source string) (*Score, error) {
	if source == "" {
		source = r.X.Source
	}
	task, err := r.X.open(ctx, source, false)
	if err != nil {
		return nil, err
	}
	w, step, err := r.weights(task)
	if err != nil {
		return nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	e, err := train.NewEvaluator(b.Compute, task, w)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	metrics, err := e.Evaluate(ctx, nil)
	if err != nil {
		return nil, err
	}
	baselines, err := task.Baselines(ctx)
	if err != nil {
		return nil, err
	}
	return &Score{r.X.Name, r.X.Profile, step, task.EvalExamples(), source, metrics, baselines}, nil
}

// weights reads those of the best checkpoint.
func (r *Run) weights(task tasks.Task) (*perceiver.Weights, int, error) {
	c, err := r.Best()
	if err != nil {
		return nil, 0, err
	}
	w, err := train.Restore(c, task)
	return w, c.Step, err
}

// ready reads the weights of the best checkpoint, and opens the backend on which they are to run.
func (r *Run) ready(ctx context.Context, task tasks.Task) (*perceiver.Weights, compute.Backend, error) {
	w, _, err := r.weights(task)
	if err != nil {
		return nil, nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, nil, err
	}
	return w, b.Compute, nil
}

// Predict asks the run's best checkpoint about inputs: a text, or the paths of files, as the task wants them.
func (r *Run) Predict(ctx context.Context, inputs ...string) (tasks.Prediction, error) {
	task, err := r.X.open(ctx, r.X.Source, true)
	if err != nil {
		return tasks.Prediction{}, err
	}
	p, ok := task.(tasks.Predictor)
	if !ok {
		return tasks.Prediction{}, fmt.Errorf("run %s: task %s cannot be asked about an input of yours", r.Dir, r.X.Task)
	}
	w, b, err := r.ready(ctx, task)
	if err != nil {
		return tasks.Prediction{}, err
	}
	answer, err := p.Predict(ctx, b, w, inputs)
	if err != nil {
		return tasks.Prediction{}, err
	}
	return illustrated(answer)
}
