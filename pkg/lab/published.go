// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// Converted is what a conversion made.
type Converted struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Kind       string `json:"kind"`            // "published": a folder for the port, "run": a run folder
	Class      string `json:"class,omitempty"` // of the port; "" where the port has none for the model
	Parameters int    `json:"parameters"`
	Note       string `json:"note,omitempty"` // why the port cannot hold the model
}

// Convert writes the best weights of a run folder into a new folder in the layout of the published port, config.json and
// model.safetensors, or makes a new run folder out of one in that layout. A model for which the port has no class is
// written all the same, under names in the port's manner and with its experiment, so that it can be read back.
func Convert(ctx context.Context, from, to string) (*Converted, error) {
	if entries, err := os.ReadDir(to); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s: there is something in it already; give a new folder", to)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(from, runs.InfoFile)); err == nil {
		return export(ctx, from, to)
	}
	if _, err := os.Stat(filepath.Join(from, published.ModelFile)); err != nil {
		return nil, fmt.Errorf("%s: it is neither a run folder, which has a %s, nor a published model, which has a %s", from, runs.InfoFile, published.ModelFile)
	}
	return adopt(ctx, from, to)
}

// export writes a run for the port.
func export(ctx context.Context, from, to string) (*Converted, error) {
	r, err := OpenRun(from)
	if err != nil {
		return nil, err
	}
	task, err := r.X.open(ctx, "", true)
	if err != nil {
		return nil, err
	}
	w, _, err := r.weights(task)
	if err != nil {
		return nil, err
	}
	content, err := r.Experiment()
	if err != nil {
		return nil, err
	}
	c := &Converted{From: from, To: to, Kind: "published", Parameters: task.Cost().Total().Params}
	config, err := publishedConfig(task)
	if err != nil {
		c.Note = err.Error()
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(to, runs.ExperimentFile), content, 0o644); err != nil {
		return nil, err
	}
	if err := train.WriteWeights(filepath.Join(to, published.ModelFile), w); err != nil {
		return nil, err
	}
	if config == nil {
		return c, nil
	}
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(to, published.ConfigFile), append(text, '\n'), 0o644); err != nil {
		return nil, err
	}
	// The configuration is trusted only when the port's model that it names takes exactly these weights.
	f, err := published.Open(to)
	if err != nil {
		return nil, err
	}
	if _, err := f.Load(); err != nil {
		return nil, err
	}
	c.Class = f.Class
	return c, nil
}

func publishedConfig(task tasks.Task) (map[string]any, error) {
	p, ok := task.(tasks.Portable)
	if !ok {
		return nil, errors.New("the published port has no class for models of this task")
	}
	return p.PublishedConfig()
}

// adopt makes a run of a model of the port.
func adopt(ctx context.Context, from, to string) (*Converted, error) {
	e, err := adoptedExperiment(from)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	task, err := e.Spec.Open(ctx, tasks.Options{NoData: true, Batch: e.Train.Batch, Seed: e.Train.Seed})
	if err != nil {
		return nil, err
	}
	w, err := published.Load(filepath.Join(from, published.ModelFile), task)
	if err != nil {
		return nil, err
	}
	content, err := e.TOML()
	if err != nil {
		return nil, err
	}
	n := task.Cost().Total().Params
	r, err := runs.Create(to, content, runs.Info{Experiment: e.Name, Profile: e.Profile, Task: e.Task, Status: runs.Interrupted,
		Command: os.Args, Seed: e.Train.Seed, Steps: e.Train.Steps, Parameters: n})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := train.Begin(r, w); err != nil {
		return nil, err
	}
	if err := r.Update(func(i *runs.Info) { i.Status = runs.Interrupted }); err != nil {
		return nil, err
	}
	return &Converted{From: from, To: to, Kind: "run", Parameters: n}, nil
}

// adoptedExperiment is the experiment that a folder was written from, or the published one with the folder's model.
func adoptedExperiment(from string) (*experiment.Experiment, error) {
	own := filepath.Join(from, runs.ExperimentFile)
	if _, err := os.Stat(own); err == nil {
		return experiment.Read(own, experiment.Options{})
	}
	f, err := published.Open(from)
	if err != nil {
		return nil, err
	}
	if f.Class != language.ClassMasked {
		return nil, fmt.Errorf("its class is %s; only %s can become a run", f.Class, language.ClassMasked)
	}
	config, err := os.ReadFile(filepath.Join(from, published.ConfigFile))
	if err != nil {
		return nil, err
	}
	spec, err := language.PublishedSpec(config)
	if err != nil {
		return nil, err
	}
	e, err := load("language/mlm", experiment.Options{Profile: "paper"})
	if err != nil {
		return nil, err
	}
	masking := e.Spec.(*language.Spec).Data
	masking.Length = spec.Data.Length
	spec.Data = masking
	e.Spec = spec
	return e, nil
}
