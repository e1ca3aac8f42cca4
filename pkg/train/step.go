// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"hash/fnv"
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Stepper is the compiled training step: forward, backward and update in one program.
type Stepper struct {
	config  Config
	task    tasks.Task
	program *perceiver.Program
}

// NewStepper makes the training step of a task. It adds the optimizer's moments to the weights.
func NewStepper(backend compute.Backend, task tasks.Task, w *perceiver.Weights, c Config) (*Stepper, error) {
	for _, slot := range []string{firstMoment, secondMoment} {
		if err := w.AddSlot(slot); err != nil {
			return nil, err
		}
	}
	var params []perceiver.Param
	for _, p := range w.Params() {
		if p.Trainable() {
			params = append(params, p)
		}
	}
	program, err := w.Compile(backend, "donate_train_step", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		p.Train(in[1])
		loss, err := task.Loss(p, in[2:])
		if err != nil {
			return nil, err
		}
		var length *Node
		_, err = p.Catch("optimizer", func() *Node {
			values := make([]*Node, len(params))
			for i, param := range params {
				values[i] = p.Weight(param.Name)
			}
			length = c.update(p, w, params, Gradient(loss.Value, values...), in[0])
			return length
		})
		if err != nil {
			return nil, err
		}
		return []*Node{loss.Value, length}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Stepper{c, task, program}, nil
}

// Step trains on one batch and returns the loss and the norm of the gradient before clipping. Steps are counted from 0.
// The batch is used up.
func (s *Stepper) Step(step int, batch tasks.Batch) (loss, gradient float64, err error) {
	c := s.config.control(step)
	state := randomState(s.config.Seed, step)
	in := append([]*tensors.Tensor{
		tensors.FromFlatDataAndDimensions([]float32{float32(c.rate), float32(c.first), float32(c.second)}, 3),
		tensors.FromFlatDataAndDimensions(state[:], len(state)),
	}, batch...)
	out, err := s.program.Run(in...)
	if err != nil {
		return 0, 0, fmt.Errorf("step %d: %w", step, err)
	}
	defer release(append(in, out...))
	values, err := scalars(out)
	if err != nil {
		return 0, 0, fmt.Errorf("step %d: %w", step, err)
	}
	return values[0], values[1], nil
}

// Close frees the compiled program.
func (s *Stepper) Close() { s.program.Close() }

// randomState is the state of the generator of a step: a function of the seed and the step, so that it need not be saved.
func randomState(seed uint64, step int) [3]uint64 {
	var state [3]uint64
	for i := range state {
		h := fnv.New64a()
		fmt.Fprintf(h, "dropout %d %d %d", seed, step, i)
		state[i] = h.Sum64()
	}
	return state
}

// remedy is what usually helps against numbers that are none.
const remedy = "a lower train.learning_rate, a longer train.warmup_steps or train.clip_norm = 1 usually helps"

// finite finds the first quantity that is not a number, by name.
func finite(step int, names []string, values []float64) error {
	for i, x := range values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("step %d: %s is %v; the last checkpoint before it is intact; %s", step, names[i], x, remedy)
		}
	}
	return nil
}

func scalars(ts []*tensors.Tensor) ([]float64, error) {
	values := make([]float64, len(ts))
	for i, t := range ts {
		fs, err := perceiver.Float32s(t)
		if err != nil {
			return nil, err
		}
		values[i] = float64(fs[0])
	}
	return values, nil
}

// release frees the buffers of tensors at once; a failure to free is no failure of the step.
func release(ts []*tensors.Tensor) {
	for _, t := range ts {
		_ = t.FinalizeAll()
	}
}
