// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// trace finds the layer in which the first number that is none arose in a step that failed. The weights before the step
// are gone by then; they are made again from the last checkpoint, as every step is a function of its number.
func (l *loop) trace(failed int) (string, error) {
	from := 0
	if err := l.weights.Init(l.Config.Seed); err != nil {
		return "", err
	}
	if l.Job.Run != nil {
		c, _, err := l.Job.Run.Latest()
		switch {
		case err == nil:
			if err := ReadWeights(filepath.Join(c.Dir, modelFile), l.weights); err != nil {
				return "", err
			}
			if err := readSlots(filepath.Join(c.Dir, optimizerFile), l.weights, firstMoment, secondMoment); err != nil {
				return "", err
			}
			from = c.Step
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
	}
	if from == 0 {
		if err := clearMoments(l.weights); err != nil {
			return "", err
		}
	}
	l.warn("looking for the layer: steps %d to %d are trained once more", from+1, failed+1)
	for step := from; step < failed; step++ {
		batch, err := l.Task.TrainBatch(step)
		if err != nil {
			return "", err
		}
		if _, _, err := l.stepper.Step(step, batch); err != nil {
			return "", err
		}
	}
	batch, err := l.Task.TrainBatch(failed)
	if err != nil {
		return "", err
	}
	return Trace(l.Backend, l.Task, l.weights, batch, l.Config.Seed, failed)
}

// clearMoments sets the optimizer back to its start.
func clearMoments(w *perceiver.Weights) error {
	for _, slot := range []string{firstMoment, secondMoment} {
		err := w.Load(slot, func(piece perceiver.Piece) ([]float32, error) {
			size := 1
			for _, d := range piece.Shape {
				size *= d
			}
			return make([]float32, size), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Trace runs the forward and backward pass of a training step and says where the first number arose that is NaN or
// infinite: in a weight, in an intermediate value, in the loss, or in the gradient of one of these. It returns "" where
// there is none. The batch is used up.
func Trace(backend compute.Backend, task tasks.Task, w *perceiver.Weights, batch tasks.Batch, seed uint64, step int) (string, error) {
	for _, p := range w.Params() {
		values, err := w.Values(p.Name)
		if err != nil {
			return "", err
		}
		for _, v := range values {
			if v-v != 0 {
				return fmt.Sprintf("weight %s was %v before the step", p.Name, v), nil
			}
		}
	}
	state := randomState(seed, step)
	in := append([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(state[:], len(state))}, batch...)
	defer release(in)
	// Most often the forward pass tells, and its program is compiled much sooner than that of both.
	names, counts, err := notFiniteIn(backend, task, w, in, false)
	if err != nil {
		return "", err
	}
	for i, name := range names {
		if counts[i] > 0 {
			return fmt.Sprintf("%s is the first that is not finite, in %.0f of its numbers", name, counts[i]), nil
		}
	}
	if names, counts, err = notFiniteIn(backend, task, w, in, true); err != nil {
		return "", err
	}
	for i := len(names) - 1; i >= 0; i-- { // the backward pass goes from the loss to the inputs
		if counts[i] > 0 {
			return fmt.Sprintf("the gradient at %s is the first that is not finite, in %.0f of its numbers; going forward, all is finite", names[i], counts[i]), nil
		}
	}
	return "", nil
}

// notFiniteIn counts, for each intermediate value of a training step and the loss, the numbers that are not finite: of the
// values themselves, or of their gradients. The inputs, the state of the generator and a batch, can be used again.
func notFiniteIn(backend compute.Backend, task tasks.Task, w *perceiver.Weights, in []*tensors.Tensor, gradients bool) (names []string, counts []float64, err error) {
	program, err := w.Compile(backend, "trace", func(p *perceiver.Pass, in []*Node) (out []*Node, err error) {
		p.Train(in[0])
		names = names[:0]
		var shown []*Node
		note := func(name string, x *Node) {
			if x.DType().IsFloat() {
				names, shown = append(names, name), append(shown, x)
			}
		}
		p.Tap = note
		loss, err := task.Loss(p, in[1:])
		if err != nil {
			return nil, err
		}
		note("the loss", loss.Value)
		_, err = p.Catch("trace", func() *Node {
			if gradients {
				shown = Gradient(loss.Value, shown...)
			}
			for _, x := range shown {
				out = append(out, notFinite(x))
			}
			return loss.Value
		})
		return out, err
	})
	if err != nil {
		return nil, nil, err
	}
	defer program.Close()
	values, err := program.Run(in...)
	if err != nil {
		return nil, nil, err
	}
	defer release(values)
	counts, err = scalars(values)
	return names, counts, err
}

// notFinite counts the numbers of an array that are NaN or infinite.
func notFinite(x *Node) *Node {
	return ReduceAllSum(Where(IsFinite(x), ZerosLike(x), OnesLike(x)))
}
