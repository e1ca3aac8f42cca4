// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"gonum.org/v1/plot"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/train"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Trained is a task that was trained without an experiment file.
type Trained struct {
	*runs.Run
	Task  tasks.Task
	title string
}

// TrainTask trains a task that a program or a notebook defines itself. As with experiments, the run is kept in a folder
// and taken up again. The folder is named by name, config, and the weights of the model; what the code does with data it
// cannot see, so after a change of that, choose another name. Settings of PERCEIVER_SET that begin with "train." come on
// top of config.
func TrainTask(ctx context.Context, name string, task tasks.Task, config train.Config) (*Trained, error) {
	content, config, err := taskFile(name, task, config)
	if err != nil {
		return nil, err
	}
	dir := taskFolder(name, content)
	if t, err := openTask(dir, name, task, content); err == nil && t.Info.Status == runs.Done {
		say("Already trained: %s\n", dir)
		return t, nil
	}
	s := session{dir: dir, title: name, content: content, task: task, config: config, info: runs.Info{Experiment: name, Profile: "own", Task: name}}
	if err := s.train(ctx); err != nil {
		return nil, err
	}
	return openTask(dir, name, task, content)
}

// OpenTask opens what TrainTask trained, without training. It may be running.
func OpenTask(name string, task tasks.Task, config train.Config) (*Trained, error) {
	content, _, err := taskFile(name, task, config)
	if err != nil {
		return nil, err
	}
	return openTask(taskFolder(name, content), name, task, content)
}

func openTask(dir, name string, task tasks.Task, content []byte) (*Trained, error) {
	r, err := runs.Open(dir)
	if err != nil {
		return nil, err
	}
	there, err := r.Experiment()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(there, content) {
		return nil, fmt.Errorf("run %s holds another task; choose another name than %q", dir, name)
	}
	return &Trained{r, task, name}, nil
}

// taskFile is the experiment.toml of a task without one.
func taskFile(name string, task tasks.Task, config train.Config) ([]byte, train.Config, error) {
	if !goodName.MatchString(name) {
		return nil, config, fmt.Errorf("%q is no name for a task: use up to 64 letters, digits, - and _", name)
	}
	for _, setting := range strings.Fields(os.Getenv("PERCEIVER_SET")) {
		key, value, _ := strings.Cut(setting, "=")
		if key, ok := strings.CutPrefix(key, "train."); ok {
			d := toml.NewDecoder(strings.NewReader(key + " = " + value)).DisallowUnknownFields()
			if err := d.Decode(&config); err != nil {
				return nil, config, fmt.Errorf("PERCEIVER_SET: %s: %w", setting, err)
			}
		}
	}
	if err := config.Validate(); err != nil {
		return nil, config, fmt.Errorf("task %s: %w", name, err)
	}
	shapes := sha256.New()
	for _, p := range task.Params() {
		fmt.Fprintln(shapes, p.Name, p.Shape)
	}
	b, err := toml.Marshal(struct {
		Task    string       `toml:"task"`
		Weights string       `toml:"weights"`
		Train   train.Config `toml:"train"`
	}{name, hex.EncodeToString(shapes.Sum(nil)[:8]), config})
	return b, config, err
}

func taskFolder(name string, content []byte) string {
	sum := sha256.Sum256(content)
	return filepath.Join(Runs(), fmt.Sprintf("%s-%s", name, hex.EncodeToString(sum[:4])))
}

// Summary says how the run ended: the metrics of its last evaluation beside those of simple methods.
func (t *Trained) Summary() viz.Table {
	return scoreTable(fmt.Sprintf("%s: %s, step %d of %d", t.title, t.Info.Status, t.Info.Step, t.Info.Steps), t.Info.Metrics, t.Info.Baselines)
}

// Curve draws the run so far, as the Curve of a Run does.
func (t *Trained) Curve() (*plot.Plot, error) { return drawCurve(t.title, t.Task, t.Run) }

// Evaluations are what was measured on held-out data while the run was trained, as a curve under a name: the metric that
// the task is about over steps, to be drawn beside those of other runs.
func (t *Trained) Evaluations(name string) (viz.Series, error) {
	s := viz.Series{Name: name}
	records, err := t.Records()
	if err != nil {
		return s, err
	}
	for _, r := range records {
		if v, ok := r.Eval[t.Task.Goal().Metric]; ok {
			s.X, s.Y = append(s.X, float64(r.Step)), append(s.Y, v)
		}
	}
	return s, nil
}

// Ask computes what the best checkpoint answers to a batch: the outputs, and intermediate values by name, such as the
// attention of the decoder, "decoder.decoding_cross_attention.probs". The batch is used up.
func (t *Trained) Ask(ctx context.Context, batch tasks.Batch, names ...string) (train.Array, map[string]train.Array, error) {
	c, err := t.Best()
	if err != nil {
		return train.Array{}, nil, err
	}
	w, err := train.Restore(c, t.Task)
	if err != nil {
		return train.Array{}, nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return train.Array{}, nil, err
	}
	return train.Ask(b.Compute, t.Task, w, batch, names...)
}
