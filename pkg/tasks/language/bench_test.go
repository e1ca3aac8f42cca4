// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"math"
	"slices"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Numbers of the paper, and of docs/performance.md for the configurations that are timed.
func TestPublishedSizes(t *testing.T) {
	build := func(m Model, length int) *network {
		n, err := m.network(length)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	pieces, large := Paper(), Paper()
	pieces.vocabulary = 32_000 // SentencePiece
	large.LatentDim, large.VWidth, large.LayersPerBlock = 1536, 1536, 40
	for name, test := range map[string]struct {
		n      *network
		params int
	}{
		"bytes":           {build(Paper(), 2048), 201_108_230},
		"sentence pieces": {build(pieces, 512), 223_155_456},
		"IO++":            {build(large, 2048), 425_607_430},
		"S":               {Benchmarks()["S"].network, 721_795},
	} {
		if got := perceiver.Count(test.n.params()); got != test.params {
			t.Errorf("%s: %d parameters, want %d", name, got, test.params)
		}
	}

	n := build(Paper(), 2048)
	for name, test := range map[string]struct {
		params []perceiver.Param
		want   int
	}{
		"self-attention":  {n.encoder.SelfLayer(0, 7).Params(), 7_219_712},
		"cross-attention": {n.encoder.EncoderLayer(0).Params(), 6_434_816},
		"decoder":         {n.decoder.Params(), 3_286_016},
	} {
		if got := perceiver.Count(test.params); got != test.want {
			t.Errorf("%s: %d parameters, want %d", name, got, test.want)
		}
	}
	if l := perceiver.Count(Benchmarks()["L"].params()); math.Abs(float64(l)-4.3e6) > 0.05e6 {
		t.Errorf("L has %d parameters, want 4.3 million", l)
	}
}

func TestPublishedFLOPs(t *testing.T) {
	for name, test := range map[string]struct{ times, want float64 }{
		"F": {1, 120.9e9}, "S": {3 * 8, 5.3e9}, "L": {3 * 8, 39.5e9}, // S and L: a training step of 8 examples
	} {
		if got := test.times * Benchmarks()[name].Cost().Total().FLOPs; math.Abs(got/test.want-1) > 0.01 {
			t.Errorf("%s: %.4g FLOP, want %.4g", name, got, test.want)
		}
	}
}

func TestBenchmarkBatches(t *testing.T) {
	for name, b := range Benchmarks() {
		if b.Config != name {
			t.Errorf("%s is named %s", name, b.Config)
		}
		batch, err := b.TrainBatch(5)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := b.TrainBatch(5)
		other, _ := b.TrainBatch(6)
		ids := ints(t, batch[0])
		if !slices.Equal(ids, ints(t, again[0])) || slices.Equal(ids, ints(t, other[0])) {
			t.Errorf("%s: a batch is not a function of its step", name)
		}
		if dims := batch[0].Shape().Dimensions; !slices.Equal(dims, []int{b.Batch, b.Shapes().M}) {
			t.Errorf("%s: a batch has the shape %v", name, dims)
		}
		hidden := 0
		for i, h := range floats(t, batch[2]) {
			if (h == 1) != (ids[i] == 3) || ids[i] < 0 || int(ids[i]) >= b.ids() {
				t.Fatalf("%s: id %d is %d, hidden: %g", name, i, ids[i], h)
			}
			hidden += int(h)
		}
		if share := float64(hidden) / float64(len(ids)); share < 0.1 || share > 0.2 {
			t.Errorf("%s: %.2f is hidden", name, share)
		}
	}
}
