// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// pureGo is the backend of tests that would spend their time compiling on another.
var pureGo = sync.OnceValues(func() (compute.Backend, error) { return compute.NewWithConfig("go:parallelism=-1") })

func goBackend(t *testing.T) compute.Backend {
	t.Helper()
	b, err := pureGo()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// smallSpec is a model that runs in no time, on battles of at most 12 units.
func smallSpec(encoder, question string) *Spec {
	s := NewSpec().(*Spec)
	s.Model.Encoder, s.Model.Latents, s.Model.LatentDim, s.Model.Width, s.Model.LayersPerBlock = encoder, 3, 8, 8, 1
	s.Model.DecoderHeads, s.Model.SelfHeads, s.Model.CrossHeads, s.Model.TransformerLayers = 2, 2, 2, 2
	s.Data = Data{Question: question, Slots: 16, Bands: 3, EvalExamples: 5, Fronts: 2, PerFront: 3, Field: 32, Seconds: 8, Opponent: "nearest", Battles: 7, HideRate: 0.3}
	return s
}

func openTask(t *testing.T, s *Spec, o tasks.Options) *Task {
	t.Helper()
	task, err := s.open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// fresh are the initial weights of a task.
func fresh(t *testing.T, task *Task) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	return w
}

// run builds and executes a graph once.
func run(t *testing.T, b compute.Backend, w *perceiver.Weights, inputs []*tensors.Tensor, build func(p *perceiver.Pass, in []*Node) ([]*Node, error)) [][]float32 {
	t.Helper()
	program, err := w.Compile(b, "test", build)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	out, err := program.Run(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	values := make([][]float32, len(out))
	for i := range out {
		if values[i], err = perceiver.Float32s(out[i]); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func noWeights(t *testing.T) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(nil, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// answers are the vectors of all units [B·M·W] and the mean's embedding, of one batch.
func answers(t *testing.T, task *Task, w *perceiver.Weights, batch tasks.Batch) (units, whole []float32) {
	t.Helper()
	out := run(t, goBackend(t), w, batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		y, err := task.vectors(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		all, err := task.wholeAnswers(p, y, in[inThere])
		return []*Node{y, all}, err
	})
	return out[0], out[1]
}
