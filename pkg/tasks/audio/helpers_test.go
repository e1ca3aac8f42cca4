// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
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

func floats(t *testing.T, x *tensors.Tensor) []float32 {
	t.Helper()
	v, err := perceiver.Float32s(x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
