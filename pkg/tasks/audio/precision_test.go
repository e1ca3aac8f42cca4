// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"testing"
)

func TestMeanAveragePrecision(t *testing.T) {
	column := func(values ...float32) (out [][]float32) {
		for _, v := range values {
			out = append(out, []float32{v})
		}
		return out
	}
	for name, c := range map[string]struct {
		scores, truth [][]float32
		want          float64
	}{
		"in order":          {column(3, 2, 1, 0), column(1, 1, 0, 0), 1},
		"by hand":           {column(4, 3, 2, 1), column(1, 0, 1, 0), (1 + 2./3) / 2}, // places 1 and 3
		"the wrong way":     {column(1, 2, 3, 4), column(1, 0, 0, 0), 0.25},
		"all alike":         {column(1, 1, 1, 1), column(1, 0, 0, 0), 0.25},
		"one pair is alike": {column(2, 1, 1), column(0, 1, 0), 1. / 3},
		"two classes":       {[][]float32{{1, 0}, {0, 1}}, [][]float32{{1, 1}, {0, 0}}, 0.75},
		"a class of nobody": {[][]float32{{1, 5}, {0, 4}}, [][]float32{{1, 0}, {0, 0}}, 1},
		"no class":          {column(1, 2), column(0, 0), 0},
		"no sounds":         {nil, nil, 0},
	} {
		if got := MeanAveragePrecision(c.scores, c.truth); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, got, c.want)
		}
	}
	nan := float32(math.NaN())
	if got := MeanAveragePrecision(column(nan, 1, nan), column(1, 0, 1)); got != got || got > 1 {
		t.Errorf("scores that are not numbers: %g", got)
	}
}
