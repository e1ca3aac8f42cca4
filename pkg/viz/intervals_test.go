// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"math"
	"testing"
)

func TestIntervals(t *testing.T) {
	golden(t, "testdata", exhibit{file: "intervals", figure: Intervals("Masked bytes: number of latents", "bits per masked byte (lower is better)",
		Spread{"latents=16", 3.31, 0.06, []float64{3.29, 3.33, 3.31}, false},
		Spread{"latents=32", 3.22, 0.045, []float64{3.2, 3.24, 3.22}, true},
		Spread{"latents=64 (layers_per_block=2)", 3.27, math.NaN(), []float64{3.27}, false},
		Spread{"latents=128", math.NaN(), math.NaN(), nil, false})}, goldenDPI)
}

func TestIntervalsTakeAnything(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, variants := range [][]Spread{
		nil, {{}}, {{Mean: nan, Half: nan}}, {{Mean: inf, Half: inf}}, {{Mean: 1, Half: nan}, {Mean: 1, Values: []float64{nan, inf}}},
		{{Mean: -1e299, Half: 1e299}}, make([]Spread, 10_000),
	} {
		if _, err := PNG(Intervals("t", "a", variants...), 0, 0); err != nil {
			t.Errorf("%d variants: %v", len(variants), err)
		}
	}
}
