// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package paritytest_test

import (
	"math"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"
)

// The worked values of the fixtures' README.
func TestFormulaWeight(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape []int
		i     int
		bits  uint32
	}{
		{"perceiver.embeddings.latents", []int{2, 3}, 0, 0x3fd74b40},
		{"perceiver.encoder.cross_attention.attention.self.query.weight", []int{256, 1280}, 1000, 0x3cc254fd},
		{"perceiver.encoder.cross_attention.attention.self.layernorm1.weight", []int{4}, 1, 0x3f85f270},
		{"perceiver.encoder.self_attends.3.mlp.dense2.bias", []int{8}, 7, 0xbb8519e7},
	} {
		if got := math.Float32bits(paritytest.FormulaWeight(c.name, c.shape)[c.i]); got != c.bits {
			t.Errorf("%s, element %d: bits %#x, want %#x", c.name, c.i, got, c.bits)
		}
	}
}
