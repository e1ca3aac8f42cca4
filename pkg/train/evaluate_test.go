// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// player is a task that is also measured without batches.
type player struct{ *toy }

func (player) Measure(_ context.Context, _ compute.Backend, w *perceiver.Weights) (map[string]float64, error) {
	return map[string]float64{"win_rate": float64(len(w.Params()))}, nil
}

func TestEvaluationsHaveWhatTasksMeasure(t *testing.T) {
	task := player{newToy(0)}
	w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	e, err := NewEvaluator(backendtest.Any(t), task, w)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	metrics, err := e.Evaluate(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := metrics["mse"]; !ok || metrics["win_rate"] != float64(len(task.Params())) {
		t.Errorf("the metrics are %v; they should have those of the batches and those that the task measures", metrics)
	}
}
