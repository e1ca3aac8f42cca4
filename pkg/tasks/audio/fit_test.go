// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// clouds are points around the corners of a triangle, a class each, with channels that say nothing beside them.
func clouds(n int, seed uint64) (x [][]float64, truth [][]float32) {
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		k := i % 3
		angle := 2 * math.Pi * float64(k) / 3
		x = append(x, []float64{100 + 3*math.Cos(angle) + r.NormFloat64(), 3*math.Sin(angle) + r.NormFloat64(), r.NormFloat64(), 7})
		row := make([]float32, 3)
		row[k] = 1
		truth = append(truth, row)
	}
	return x, truth
}

func TestFitLinear(t *testing.T) {
	x, truth := clouds(300, 1)
	held, heldTruth := clouds(300, 2)
	for _, several := range []bool{false, true} {
		scores, err := fitLinear(t.Context(), x, truth, held, several)
		if err != nil {
			t.Fatal(err)
		}
		if got := top1(scores, heldTruth); got < 0.97 { // the best possible is 0.99
			t.Errorf("several %t: %g of the points are told apart", several, got)
		}
	}
	// Labels of chance: nothing can be learned, and decay keeps the model from trying.
	r := rand.New(rand.NewPCG(3, 3))
	r.Shuffle(len(truth), func(i, j int) { truth[i], truth[j] = truth[j], truth[i] })
	scores, err := fitLinear(t.Context(), x, truth, held, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := top1(scores, heldTruth); got > 0.5 {
		t.Errorf("with labels of chance %g of the points are told apart", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fitLinear(ctx, x, truth, held, false); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The gradient is that of the loss, and where minimise ends it is small.
func TestRegression(t *testing.T) {
	x, truth := clouds(30, 1)
	standardise(x, nil)
	for _, several := range []bool{false, true} {
		r := newRegression(x, truth, several)
		const decay = 0.01
		w, err := r.minimise(t.Context(), decay, nil)
		if err != nil {
			t.Fatal(err)
		}
		loss := func(w []float64) float64 {
			sum := r.nats(w)
			for i, v := range w {
				if (i+1)%5 != 0 {
					sum += decay / 2 * v * v
				}
			}
			return sum
		}
		for i := range w {
			const h = 1e-4
			before := w[i]
			w[i] = before + h
			up := loss(w)
			w[i] = before - h
			down := loss(w)
			w[i] = before
			if slope := (up - down) / (2 * h); math.Abs(slope) > 2e-3 {
				t.Errorf("several %t: at the end the slope of weight %d is %g", several, i, slope)
			}
		}
	}
}

func BenchmarkFitLinear(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	n, d := 1000, 3200
	for b.Loop() {
		var x, held [][]float64
		var truth [][]float32
		for i := range n {
			row := make([]float64, d)
			for k := range row {
				row[k] = r.NormFloat64() + float64(k%10)*float64(i%10)*0.01
			}
			t := make([]float32, 10)
			t[i%10] = 1
			x, truth = append(x, row), append(truth, t)
		}
		held = x[:1]
		if _, err := fitLinear(b.Context(), x, truth, held, false); err != nil {
			b.Fatal(err)
		}
	}
}
