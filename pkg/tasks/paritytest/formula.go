// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package paritytest

import (
	"hash/fnv"
	"math"
	"strings"
)

// Bits are the 64 bits that the formula of the full-size fixtures has for element i of the array of that name.
func Bits(name string) func(i int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	start := h.Sum64()
	return func(i int) uint64 {
		z := start + uint64(i) + 0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		return z ^ z>>31
	}
}

// Formula makes n numbers from offset-a to offset+a.
func Formula(name string, n int, a float64, offset float32) []float32 {
	bits, scale, out := Bits(name), float32(a/8388608), make([]float32, n)
	for i := range out {
		u := int32(bits(i)>>40) - 8388608
		out[i] = float32(float32(u)*scale) + offset
	}
	return out
}

// FormulaWeight makes the values of a published weight.
func FormulaWeight(name string, shape []int) []float32 {
	n, fanIn := 1, 1
	for i, d := range shape {
		n *= d
		if i > 0 {
			fanIn *= d
		}
	}
	a, offset := weightScale(name, len(shape), float64(fanIn))
	return Formula(name, n, a, offset)
}

func weightScale(name string, rank int, fanIn float64) (a float64, offset float32) {
	ends := func(suffixes ...string) bool {
		for _, s := range suffixes {
			if name == s || strings.HasSuffix(name, "."+s) {
				return true
			}
		}
		return false
	}
	parts := strings.Split(name, ".")
	before := ""
	if len(parts) > 1 {
		before = parts[len(parts)-2]
	}
	m := 1.0
	switch {
	case ends("layernorm.weight", "layernorm1.weight", "layernorm2.weight", "batchnorm.weight", "batchnorm.running_var"):
		return 0.1, 1
	case ends("latents"):
		return 2, 0
	case ends("position_embeddings", "embeddings.weight", "position_embeddings.weight"), before == "padding", before == "mask":
		return 1, 0
	case rank <= 1:
		return 0.05, 0
	case ends("query.weight", "key.weight"):
		m = 2.5
	case ends("output.dense.weight", "mlp.dense2.weight"):
		m = 0.25
	}
	return m * math.Sqrt(3.0/fanIn), 0
}

// probe is a weighted sum of all values of an array, whose weights depend on the name and on the place.
func probe(name string, values []float32) float64 {
	bits, sum := Bits("probe:"+name), 0.0
	for i, x := range values {
		w := float32(int32(bits(i)>>40)-8388608) * (1.0 / 8388608)
		sum += float64(x) * float64(w)
	}
	return sum / math.Sqrt(float64(len(values)))
}
