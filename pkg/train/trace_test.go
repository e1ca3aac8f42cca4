// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// broken is the toy with a loss that goes wrong in a way of its own.
type broken struct {
	*toy
	wrong func(z *Node) *Node // of the latents
}

func (t broken) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	z, err := t.Latents(p, batch)
	if err != nil {
		return tasks.Loss{}, err
	}
	bad := t.wrong(z)
	p.Show("own.layer", bad)
	y, err := t.Outputs(p, bad, batch, nil)
	if err != nil {
		return tasks.Loss{}, err
	}
	return tasks.Loss{Value: ReduceAllMean(Square(y))}, nil
}

func TestTrace(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		find := func(task tasks.Task, step int, spoil func(*perceiver.Weights)) string {
			w, err := NewWeights(task)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Init(1); err != nil {
				t.Fatal(err)
			}
			if spoil != nil {
				spoil(w)
			}
			batch, err := task.TrainBatch(step)
			if err != nil {
				t.Fatal(err)
			}
			where, err := Trace(b, task, w, batch, 1, step)
			if err != nil {
				t.Fatal(err)
			}
			return where
		}
		if got := find(newToy(0.1), 0, nil); got != "" {
			t.Errorf("a sound step: %q", got)
		}
		spoil := func(w *perceiver.Weights) {
			err := w.Load("", func(piece perceiver.Piece) ([]float32, error) {
				size := 1
				for _, d := range piece.Shape {
					size *= d
				}
				values := make([]float32, size)
				if piece.Name == "queries.table" {
					values[3] = float32(math.NaN())
				}
				return values, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if got := find(newToy(0), 0, spoil); !strings.Contains(got, "weight queries.table was NaN before the step") {
			t.Errorf("a spoilt weight: %q", got)
		}
		poisoned := newToy(0.1) // the program of the sound step
		poisoned.poison = 4
		if got := find(poisoned, 4, nil); !strings.Contains(got, "is the first that is not finite") || !strings.Contains(got, "layernorm") {
			t.Errorf("a poisoned batch: %q", got)
		}
		forward := broken{newToy(0), func(z *Node) *Node { return Log(Sub(z, AddScalar(StopGradient(z), 1))) }}
		if got := find(forward, 0, nil); !strings.HasPrefix(got, "own.layer is the first") || !strings.Contains(got, "in 1024 of its numbers") {
			t.Errorf("a logarithm of -1: %q", got)
		}
		// The square root of 0 is 0, and its slope infinite.
		backward := broken{newToy(0), func(z *Node) *Node { return Sqrt(Abs(Sub(z, z))) }}
		if got := find(backward, 0, nil); !strings.HasPrefix(got, "the gradient at ") || strings.Contains(got, "the gradient at own.layer") || strings.Contains(got, "decoder") {
			t.Errorf("a square root of 0: %q", got)
		}
	})
}

// TestTraceFromACheckpoint is a run that fails some steps after a checkpoint.
func TestTraceFromACheckpoint(t *testing.T) {
	b := backendtest.Any(t)
	task := newToy(0.1)
	task.poison = 8
	var said []string
	_, err := Run(t.Context(), Job{Backend: b, Task: task, Config: toyConfig(), Run: toyRun(t, t.TempDir()), Trace: true, Warn: func(s string) { said = append(said, s) }})
	if err == nil || !strings.Contains(err.Error(), "step 9: the loss is") || !strings.Contains(err.Error(), "cross_attention.layernorm2 is the first") {
		t.Errorf("got %v", err)
	}
	if len(said) != 1 || !strings.Contains(said[0], "steps 8 to 9 are trained once more") {
		t.Errorf("it said %q", said)
	}
}
