// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// Files of a checkpoint.
const (
	modelFile     = "model.safetensors"
	optimizerFile = "optimizer.safetensors"
	stateFile     = "state.json"
)

// state is what a run needs beside its weights and moments to go on as if it had not stopped. Times are not part of
// it: the same steps make the same bytes.
type state struct {
	Step      int                `json:"step"`     // steps done
	LossSum   float64            `json:"loss_sum"` // of the steps since the last line of metrics.jsonl
	LossCount int                `json:"loss_count"`
	Evaluated int                `json:"evaluated"` // step of the last evaluation; 0: none yet
	Metrics   map[string]float64 `json:"metrics,omitempty"`
	Best      *float64           `json:"best,omitempty"`
	Next      *next              `json:"next,omitempty"`
}

// next is what the step after a checkpoint draws and learns by. The experiment and the number of the step decide it, so
// it is not needed to go on. It is kept for readers, and to notice a program that would decide otherwise.
type next struct {
	Batch        int       `json:"batch"` // number of the batch
	LearningRate float64   `json:"learning_rate"`
	Random       [3]uint64 `json:"random"` // state of the generator
}

func (c Config) next(step int) *next { return &next{step, c.Rate(step), randomState(c.Seed, step)} }

// save writes a checkpoint of the present step.
func (l *loop) save(best bool) error {
	if l.Job.Run == nil {
		l.saved = l.state.Step
		return nil
	}
	defer l.clock.start("save")()
	l.state.Next = l.Config.next(l.state.Step)
	err := l.Job.Run.Save(l.state.Step, best, func(dir string) error { return writeCheckpoint(dir, l.weights, l.state) })
	if err != nil {
		return err
	}
	l.saved = l.state.Step
	return l.update(runs.Running, nil)
}

// restore takes up the latest whole checkpoint. It reports false where the run has none.
func (l *loop) restore() (bool, error) {
	c, skipped, err := l.Job.Run.Latest()
	if errors.Is(err, fs.ErrNotExist) {
		return false, l.rewind(0, 0)
	}
	if err != nil {
		return false, err
	}
	for _, s := range skipped {
		l.warn("%v; going on from step %d", s, c.Step)
	}
	if err := ReadWeights(filepath.Join(c.Dir, modelFile), l.weights); err != nil {
		return false, err
	}
	if err := readSlots(filepath.Join(c.Dir, optimizerFile), l.weights, firstMoment, secondMoment); err != nil {
		return false, err
	}
	b, err := os.ReadFile(filepath.Join(c.Dir, stateFile))
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(b, &l.state); err != nil {
		return false, fmt.Errorf("%s: %w", filepath.Join(c.Dir, stateFile), err)
	}
	if l.state.Step != c.Step {
		return false, fmt.Errorf("%s: it is of step %d, its folder of step %d", filepath.Join(c.Dir, stateFile), l.state.Step, c.Step)
	}
	if here := l.Config.next(c.Step); l.state.Next != nil && *l.state.Next != *here {
		l.warn("%s: this version of the program gives the next step another learning rate or other random numbers than the one that saved it; the run goes on, but not as if it had not stopped", c.Dir)
	}
	l.saved = c.Step
	return true, l.rewind(c.Step, l.state.Evaluated)
}

// rewind drops what metrics.jsonl says of later steps and evaluations, and lines that a kill cut short.
func (l *loop) rewind(step, evaluated int) error {
	damaged, err := l.Job.Run.Rewind(step, evaluated)
	if damaged > 0 {
		lines := "1 line that was cut short or damaged is dropped"
		if damaged > 1 {
			lines = fmt.Sprintf("%d lines that were cut short or damaged are dropped", damaged)
		}
		l.warn("%s: %s", filepath.Join(l.Job.Run.Dir, runs.MetricsFile), lines)
	}
	return err
}

// WriteWeights writes the weights of a model under their published names.
func WriteWeights(path string, w *perceiver.Weights) error { return writeSlots(path, w, "") }

// writeSlots writes slots of weights into one file, a slot's name before the weight's where it has one. It refuses numbers
// that are none: an update can make them from a loss and a gradient that are finite, and who goes on from them is lost.
func writeSlots(path string, w *perceiver.Weights, slots ...string) error {
	var header []weights.Tensor
	var values [][]float32
	for _, slot := range slots {
		err := w.Published(slot, func(piece perceiver.Piece, v []float32) error {
			for _, x := range v {
				if x-x != 0 {
					return fmt.Errorf("%s has a number that is %v; %s", slotName(slot, piece.Name), x, remedy)
				}
			}
			header = append(header, weights.Tensor{Name: slotName(slot, piece.Name), DType: piece.DType, Shape: piece.Shape})
			values = append(values, v)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return weights.Write(path, map[string]string{"format": "pt"}, header, func(i int) ([]float32, error) { return values[i], nil })
}

// ReadWeights reads the weights of a model. The file must have every tensor with its shape.
func ReadWeights(path string, w *perceiver.Weights) error { return readSlots(path, w, "") }

func readSlots(path string, w *perceiver.Weights, slots ...string) error {
	f, err := weights.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, slot := range slots {
		err := w.Load(slot, func(piece perceiver.Piece) ([]float32, error) {
			name := slotName(slot, piece.Name)
			t, ok := f.Tensor(name)
			if !ok {
				return nil, fmt.Errorf("%s: it has no tensor %q; it was saved by another model", path, name)
			}
			if !slices.Equal(t.Shape, piece.Shape) {
				return nil, fmt.Errorf("%s: tensor %q has shape %v, the model wants %v", path, name, t.Shape, piece.Shape)
			}
			return f.Float32s(name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func slotName(slot, name string) string {
	if slot == "" {
		return name
	}
	return slot + "/" + name
}

// NewWeights makes room for the weights of a task.
func NewWeights(task tasks.Task) (*perceiver.Weights, error) {
	return perceiver.NewWeights(task.Params(), dtypes.Float32)
}

// Restore reads the weights of a task from a run's checkpoint.
func Restore(c runs.Checkpoint, task tasks.Task) (*perceiver.Weights, error) {
	w, err := NewWeights(task)
	if err != nil {
		return nil, err
	}
	return w, ReadWeights(filepath.Join(c.Dir, modelFile), w)
}

// logTraining ends a window of steps with a line of metrics.jsonl.
func (l *loop) logTraining(p Progress) error {
	mean := l.state.LossSum / float64(l.state.LossCount)
	l.state.LossSum, l.state.LossCount, l.loss = 0, 0, mean
	if l.Job.Run == nil {
		return nil
	}
	return l.Job.Run.Log(runs.Record{Step: p.Step, Loss: &mean, GradientNorm: p.GradientNorm, LearningRate: p.Rate, StepsPerSecond: p.StepsPerSecond})
}

func (l *loop) logEvaluation(metrics map[string]float64) error {
	if l.Job.Run == nil {
		return nil
	}
	return l.Job.Run.Log(runs.Record{Step: l.state.Step, Eval: metrics})
}

// update brings run.json up to date.
func (l *loop) update(status string, cause error) error {
	if l.Job.Run == nil {
		return nil
	}
	spent := l.clock.take()
	return l.Job.Run.Update(func(i *runs.Info) {
		i.Status, i.Error = status, ""
		if cause != nil {
			i.Error = cause.Error()
		}
		i.Step, i.Steps, i.Loss, i.Metrics = l.state.Step, l.Config.Steps, l.loss, l.state.Metrics
		if i.Seconds == nil {
			i.Seconds = map[string]float64{}
		}
		for kind, s := range spent {
			i.Seconds[kind] += s
		}
		i.PeakRSSMB = max(i.PeakRSSMB, PeakRSS())
	})
}

func (l *loop) warn(format string, args ...any) {
	if l.Warn != nil {
		l.Warn(fmt.Sprintf(format, args...))
	}
}
