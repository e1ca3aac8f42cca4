// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"
	"maps"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Evaluator measures weights on a task's held-out batches.
type Evaluator struct {
	task    tasks.Task
	backend compute.Backend
	weights *perceiver.Weights
	names   []string
	program *perceiver.Program
}

// NewEvaluator makes the program that measures one batch.
func NewEvaluator(backend compute.Backend, task tasks.Task, w *perceiver.Weights) (*Evaluator, error) {
	e := &Evaluator{task: task, backend: backend, weights: w}
	var err error
	e.program, err = w.Compile(backend, "evaluate", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		loss, err := task.Loss(p, in)
		if err != nil {
			return nil, err
		}
		e.names = e.names[:0]
		var out []*Node
		for _, s := range loss.Sums {
			e.names = append(e.names, s.Name)
			out = append(out, s.Total, s.Count)
		}
		return out, nil
	})
	return e, err
}

// Evaluate measures all held-out batches, and what a tasks.Measurer measures besides. Progress, where it is not nil, hears how many of them are done.
func (e *Evaluator) Evaluate(ctx context.Context, progress func(done, of int)) (map[string]float64, error) {
	sums := map[string]tasks.Sum{}
	n := e.task.EvalBatches()
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := e.task.EvalBatch(i)
		if err != nil {
			return nil, fmt.Errorf("held-out batch %d: %w", i, err)
		}
		out, err := e.program.Run(batch...)
		if err != nil {
			return nil, fmt.Errorf("held-out batch %d: %w", i, err)
		}
		values, err := scalars(out)
		release(append(out, batch...))
		if err != nil {
			return nil, err
		}
		for k, name := range e.names {
			s := sums[name]
			sums[name] = tasks.Sum{Total: s.Total + values[2*k], Count: s.Count + values[2*k+1]}
		}
		if progress != nil {
			progress(i+1, n)
		}
	}
	metrics := e.task.Score(sums)
	if m, ok := e.task.(tasks.Measurer); ok {
		more, err := m.Measure(ctx, e.backend, e.weights)
		if err != nil {
			return nil, err
		}
		maps.Copy(metrics, more)
	}
	return metrics, nil
}

// Close frees the compiled program.
func (e *Evaluator) Close() { e.program.Close() }
