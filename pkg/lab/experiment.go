// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/perceiver-go/perceiver/experiments"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Experiment is an experiment with its settings, ready to run.
type Experiment struct {
	*experiment.Experiment
	folder string
	silent bool // show no panel while training
	trace  bool // name the layer in which a NaN arose

	once sync.Once
	task tasks.Task
	err  error
}

// An Option chooses a variant of an experiment.
type Option func(*options)

type options struct {
	experiment.Options
	folder string
	trace  bool
}

// Profile chooses the size: quick (the default), small or paper.
func Profile(name string) Option { return func(o *options) { o.Profile = name } }

// Set changes keys on top of the profile, each as "model.latents=64".
func Set(settings ...string) Option {
	return func(o *options) { o.Options.Set = append(o.Options.Set, settings...) }
}

// Data says which data to use: a path, or a name that the task knows. "" is the experiment's own.
func Data(source string) Option { return func(o *options) { o.Source = source } }

// TraceNaN makes a training that ends with numbers that are none find the layer in which they arose. It trains the steps
// since the last checkpoint once more.
func TraceNaN() Option { return func(o *options) { o.trace = true } }

// In chooses the run folder. Without it the folder is named by the experiment and its settings, below Runs.
func In(folder string) Option { return func(o *options) { o.folder = folder } }

// Load reads an experiment by its name, as "language/mlm", or by the path of a file. Settings in the environment variable
// PERCEIVER_SET, separated by spaces, come on top: tests run notebooks with "train.steps=20".
func Load(name string, opts ...Option) (*Experiment, error) { return loadWith(name, opts, true) }

// loadWith reads an experiment, with the settings of the environment on top or without.
func loadWith(name string, opts []Option, environment bool) (*Experiment, error) {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if o.Source != "" && !strings.Contains(o.Source, ":") {
		if abs, err := filepath.Abs(o.Source); err == nil {
			o.Source = abs // the run may be taken up from another folder
		}
	}
	if environment {
		o.Options.Set = append(o.Options.Set, strings.Fields(os.Getenv("PERCEIVER_SET"))...)
	}
	e, err := load(name, o.Options)
	if err != nil {
		return nil, err
	}
	return &Experiment{Experiment: e, folder: o.folder, trace: o.trace}, nil
}

func load(name string, o experiment.Options) (*experiment.Experiment, error) {
	builtin := strings.TrimSuffix(name, ".toml")
	if content, err := fs.ReadFile(experiments.Files, builtin+".toml"); err == nil {
		if _, err := os.Stat(name); !strings.HasSuffix(name, ".toml") || err != nil {
			return experiment.Parse("experiments/"+builtin+".toml", builtin, content, o)
		}
	}
	e, err := experiment.Read(name, o)
	if errors.Is(err, fs.ErrNotExist) {
		hint := "there are " + strings.Join(experiments.Names(), ", ")
		if near := experiment.Nearest(builtin, experiments.Names()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		return nil, &experiment.Error{Where: name, Err: fmt.Errorf("there is no such experiment or file; %s", hint)}
	}
	return e, err
}

// Open finds the data and makes the task, once.
func (x *Experiment) Open(ctx context.Context) (tasks.Task, error) {
	x.once.Do(func() { x.task, x.err = x.open(ctx, x.Source, false) })
	return x.task, x.err
}

func (x *Experiment) open(ctx context.Context, source string, noData bool) (tasks.Task, error) {
	return x.Spec.Open(ctx, tasks.Options{Data: source, NoData: noData, Batch: x.Experiment.Train.Batch, Seed: x.Experiment.Train.Seed,
		Say: func(sentence string) { say("%s\n", sentence) }})
}

// as is a task that was just opened as one of the kind T, or an error: of opening it, or that it is of another kind, which
// names whose task it is and says what only that kind can do.
func as[T tasks.Task](task tasks.Task, err error, whose, only string) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	t, ok := task.(T)
	if !ok {
		return none, fmt.Errorf("%s is of task %s; %s", whose, taskKind(task), only)
	}
	return t, nil
}

// taskKind is the name of a task's package, which is that of the task.
func taskKind(task tasks.Task) string {
	name, _, _ := strings.Cut(strings.TrimLeft(fmt.Sprintf("%T", task), "*"), ".")
	return name
}

// Folder is where the experiment's run is or will be: the same for the same settings.
func (x *Experiment) Folder() (string, error) {
	if x.folder != "" {
		return x.folder, nil
	}
	content, err := x.TOML()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	name := strings.NewReplacer("/", "-", "\\", "-", ".", "-").Replace(strings.TrimLeft(x.Name, "./\\"))
	return filepath.Join(Runs(), fmt.Sprintf("%s-%s-%s", name, x.Profile, hex.EncodeToString(sum[:4]))), nil
}

// Runs is the folder of run folders: PERCEIVER_RUNS, or the folder runs beside the nearest go.mod, so that a notebook and
// the command line agree, or the folder runs here.
func Runs() string {
	if dir := os.Getenv("PERCEIVER_RUNS"); dir != "" {
		return dir
	}
	if module, ok := moduleFolder(); ok {
		return filepath.Join(module, "runs")
	}
	return "runs"
}

// moduleFolder is the folder of the nearest go.mod, as seen from here.
func moduleFolder() (string, bool) {
	here, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			rel, err := filepath.Rel(here, dir)
			return rel, err == nil
		}
		if dir == filepath.Dir(dir) {
			return "", false
		}
	}
}

// Cost is the cost of one example, by step of the model.
func (x *Experiment) Cost(ctx context.Context) (perceiver.Cost, error) {
	task, err := x.open(ctx, "", true)
	if err != nil {
		return perceiver.Cost{}, err
	}
	return task.Cost(), nil
}
