// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"math"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// The formula gives every named tensor pseudo-random values that any program can compute alike: a 64-bit hash of the
// name and the index (splitmix64 from an FNV-1a seed), of which the upper 24 bits make a number in [-a, a).

const (
	fnvOffset = 0xcbf29ce484222325
	fnvPrime  = 0x100000001b3
)

// seed is the FNV-1a hash of a name.
func seed(name string) uint64 {
	h := uint64(fnvOffset)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * fnvPrime
	}
	return h
}

// mix is one step of splitmix64.
func mix(state uint64) uint64 {
	z := state + 0x9E3779B97F4A7C15
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

// formula fills values of the tensor called name: uniform in [-a, a), plus offset.
func formula(values []float32, name string, a, offset float64) {
	start, scale, shift := seed(name), float32(a/(1<<23)), float32(offset)
	for i := range values {
		u := int32(mix(start+uint64(i))>>40) - 1<<23
		x := float32(float32(u) * scale) // rounded before the offset is added
		if offset != 0 {
			x += shift
		}
		values[i] = x
	}
}

// weight returns the values of a published weight by the formula.
func weight(piece perceiver.Piece) ([]float32, error) {
	n := 1
	for _, d := range piece.Shape {
		n *= d
	}
	values := make([]float32, n)
	if piece.DType == "I64" {
		return values, nil // the counter of a batch norm
	}
	a, offset := spread(piece.Name, piece.Shape)
	formula(values, piece.Name, a, offset)
	return values, nil
}

// spread is how far a weight's values reach, so that attention is neither uniform nor on one place only.
func spread(name string, shape []int) (a, offset float64) {
	parts := strings.Split(name, ".")
	last, before := parts[len(parts)-1], ""
	if len(parts) > 1 {
		before = parts[len(parts)-2]
	}
	ends := func(suffixes ...string) bool {
		for _, s := range suffixes {
			if name == s || strings.HasSuffix(name, "."+s) {
				return true
			}
		}
		return false
	}
	switch {
	case ends("layernorm.weight", "layernorm1.weight", "layernorm2.weight", "batchnorm.weight", "batchnorm.running_var"):
		return 0.1, 1
	case last == "latents":
		return 2, 0
	case last == "position_embeddings", ends("embeddings.weight", "position_embeddings.weight"), before == "padding", before == "mask":
		return 1, 0
	case len(shape) <= 1:
		return 0.05, 0
	}
	fanIn, m := 1, 1.
	for _, d := range shape[1:] {
		fanIn *= d
	}
	switch {
	case ends("query.weight", "key.weight"):
		m = 2.5
	case ends("output.dense.weight", "mlp.dense2.weight"):
		m = 0.25
	}
	return m * math.Sqrt(3/float64(fanIn)), 0
}

// probe is a weighted sum of all values, in float64, that notices any change of their order.
func probe(name string, values []float32) float64 {
	start, sum := seed("probe:"+name), 0.
	const scale = float32(1. / (1 << 23))
	for i, x := range values {
		u := int32(mix(start+uint64(i))>>40) - 1<<23
		sum += float64(x) * float64(float32(u)*scale)
	}
	return sum / math.Sqrt(float64(len(values)))
}
