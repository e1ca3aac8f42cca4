// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Forward is the way from a batch to all outputs, without loss or gradient: what is timed as inference.
type Forward struct{ program *perceiver.Program }

// NewForward makes the program.
func NewForward(backend compute.Backend, task tasks.Task, w *perceiver.Weights) (*Forward, error) {
	program, err := w.Compile(backend, "forward", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		y, err := task.Outputs(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		return []*Node{ReduceAllSum(y)}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Forward{program}, nil
}

// Run computes the outputs of a batch, which is used up, and returns their sum: a number that depends on all of them.
func (f *Forward) Run(batch tasks.Batch) (float64, error) {
	out, err := f.program.Run(batch...)
	if err != nil {
		return 0, err
	}
	defer release(append(out, batch...))
	values, err := scalars(out)
	if err != nil {
		return 0, err
	}
	return values[0], nil
}

// Close frees the compiled program.
func (f *Forward) Close() { f.program.Close() }
