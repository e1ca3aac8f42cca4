// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"slices"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Lines in a chart are of what the chart shows.
func TestReferences(t *testing.T) {
	for _, c := range []struct {
		metric    string
		baselines map[string]float64
		want      []viz.Reference
	}{
		{"bits_per_masked_byte", map[string]float64{"unigram_bits": 4, "order2_bits": 3}, []viz.Reference{{Name: "order2", Y: 3}, {Name: "unigram", Y: 4}}},
		{"epe", map[string]float64{"zero_epe": 2, "zero_fl_all": 59, "classical_epe": 1, "classical_fl_all": 15}, []viz.Reference{{Name: "classical", Y: 1}, {Name: "zero", Y: 2}}},
	} {
		if got := references(c.baselines, c.metric); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.metric, got, c.want)
		}
	}
}
