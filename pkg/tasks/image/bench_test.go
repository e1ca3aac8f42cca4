// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"math"
	"slices"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

func TestBenchmarks(t *testing.T) {
	b := Benchmarks()["I"]
	if n := perceiver.Count(b.Params()); math.Abs(float64(n)-3.3e6) > 0.05e6 { // docs/performance.md
		t.Errorf("I has %d parameters, want 3.3 million", n)
	}
	if s := b.Shapes(); s.M != 4096 || s.C != 3+258 || s.N != 256 || s.D != 256 {
		t.Errorf("I has the arrays %+v", s)
	}
	batch, err := b.TrainBatch(5)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := b.TrainBatch(5)
	other, _ := b.TrainBatch(6)
	first, err := perceiver.Float32s(batch[0])
	if err != nil {
		t.Fatal(err)
	}
	same, _ := perceiver.Float32s(again[0])
	next, _ := perceiver.Float32s(other[0])
	if !slices.Equal(first, same) || slices.Equal(first, next) {
		t.Error("a batch is not a function of its step")
	}
	if dims := batch[0].Shape().Dimensions; !slices.Equal(dims, []int{b.Batch, 64, 64, 3}) {
		t.Errorf("a batch has the shape %v", dims)
	}
}
