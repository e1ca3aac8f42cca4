// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"math"
	"testing"
)

func TestCosine(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 0}, []float64{5, 0}, 1},
		{[]float64{1, 0}, []float64{0, 2}, 0},
		{[]float64{1, 2}, []float64{-2, -4}, -1},
		{[]float64{3, 4}, []float64{3}, 0.6},
		{[]float64{0, 0}, []float64{1, 1}, math.NaN()},
	} {
		if got := cosine(c.a, c.b); math.Abs(got-c.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("cosine(%v, %v) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestSimilarityOfNothing(t *testing.T) {
	for _, v := range [][][]float64{nil, {{}}, {{1}}, {{0}, {1, 2}}} {
		if _, err := PNG(Similarity("", v, nil), 0, 0); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	}
}
