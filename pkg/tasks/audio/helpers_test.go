// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// smallSpec is a model that runs in no time, over half a second of generated sound: 10 frames of 8 bands.
func smallSpec() *Spec {
	return &Spec{
		Model: Model{Config: perceiver.Config{Latents: 3, LatentDim: 8, Blocks: 1, LayersPerBlock: 1, SelfHeads: 2, CrossHeads: 2, QKWidth: 8, VWidth: 8, LatentStd: 0.5},
			Patch: []int{2, 0}, Bands: 2, QueryDim: 8, QueryStd: 0.5, DecoderHeads: 2},
		Data: Data{Source: "tones", HeldOut: 7, Fold: 1, Rate: 4000, Seconds: 0.5, Features: "mel", Window: 256, Hop: 200, Mels: 8},
	}
}

func openTask(t *testing.T, s *Spec, o tasks.Options) *Task {
	t.Helper()
	task, err := s.open(context.Background(), o)
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
		values[i] = floats(t, out[i])
	}
	return values
}

func floats(t *testing.T, x *tensors.Tensor) []float32 {
	t.Helper()
	v, err := perceiver.Float32s(x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
