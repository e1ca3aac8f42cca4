// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// Init fills a fresh tensor of the given published shape. Initial values are made on the host: XLA would compile one
// program of random operations for each weight, and GoMLX's own normal numbers can be -Inf on XLA for the CPU.
type Init func(r *rand.Rand, values []float32, shape []int)

// Fill sets every element to x.
func Fill(x float32) Init {
	return func(_ *rand.Rand, values []float32, _ []int) {
		for i := range values {
			values[i] = x
		}
	}
}

// truncatedStd is the standard deviation of a standard normal variable cut at ±2.
const truncatedStd = 0.87962566103423978

// TruncatedNormal draws from a normal distribution of standard deviation std, cut at ±2·std. The published models
// start their latents and learned positions with std 0.02.
func TruncatedNormal(std float64) Init {
	return func(r *rand.Rand, values []float32, _ []int) {
		for i := range values {
			x := r.NormFloat64()
			for math.Abs(x) > 2 {
				x = r.NormFloat64()
			}
			values[i] = float32(x * std)
		}
	}
}

// FanIn is variance scaling: a truncated normal of standard deviation 1/sqrt(fan-in), where the fan-in is the product
// of all axes of the published shape but the first. It is how the published linear layers were started.
func FanIn(r *rand.Rand, values []float32, shape []int) {
	fanIn := product(shape[1:])
	TruncatedNormal(1/math.Sqrt(float64(fanIn))/truncatedStd)(r, values, shape)
}

// newRand gives each published tensor a stream of its own, so that the initial values of one tensor do not depend on
// which others exist, on their order, or on what is fused with what.
func newRand(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}
