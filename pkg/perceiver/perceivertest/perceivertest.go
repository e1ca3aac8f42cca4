// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package perceivertest has what tests of models need: weights at their start, and one run of a graph.
package perceivertest

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Fresh are the weights with which a model begins, in float32 and with seed 1.
func Fresh(t testing.TB, model interface{ Params() []perceiver.Param }) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(model.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	return w
}

// Run builds a graph, executes it once and gives the values of its outputs. The inputs are used up.
func Run(t testing.TB, b compute.Backend, w *perceiver.Weights, inputs []*tensors.Tensor, build func(p *perceiver.Pass, in []*Node) ([]*Node, error)) [][]float32 {
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
