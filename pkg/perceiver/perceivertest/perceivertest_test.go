// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceivertest_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"

	. "github.com/gomlx/gomlx/core/graph"
)

type model []perceiver.Param

func (m model) Params() []perceiver.Param { return m }

func TestRun(t *testing.T) {
	w := perceivertest.Fresh(t, model(perceiver.NewLinear("head", 2, 3, perceiver.Fill(1))))
	in := []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{1, 2, 3}, 3)}
	out := perceivertest.Run(t, backendtest.Pure(t), w, in, func(_ *perceiver.Pass, in []*Node) ([]*Node, error) {
		return []*Node{Add(in[0], in[0])}, nil
	})
	if len(out) != 1 || len(out[0]) != 3 || out[0][2] != 6 {
		t.Errorf("twice 1, 2, 3 is %v", out)
	}
}
