// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

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
	out := perceivertest.Run(t, backendtest.Pure(t), w, batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
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
