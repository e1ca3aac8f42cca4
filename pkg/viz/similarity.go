// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import "math"

// Similarity draws how alike vectors are, such as the latents of one example [N, D]: the cosine of the angle between
// each two. Read off how many different things a latent array holds: blocks of one colour are latents that have become
// nearly the same, and could be fewer; a map that is white beside its diagonal uses every latent for something else.
func Similarity(title string, vectors [][]float64, names []string) *Drawing {
	values := make([][]float64, len(vectors))
	for i, a := range vectors {
		values[i] = make([]float64, len(vectors))
		for j, b := range vectors {
			values[i][j] = cosine(a, b)
		}
	}
	return Heatmap(Map{Title: title, Values: values, Rows: names, Columns: names, Unit: "cosine", Min: -1, Max: 1, Signed: true})
}

// cosine is NaN where one of the vectors is zero; what the longer one has more counts as 0 in the other.
func cosine(a, b []float64) float64 {
	var ab, aa, bb float64
	for i, x := range a {
		aa += x * x
		if i < len(b) {
			ab += x * b[i]
		}
	}
	for _, x := range b {
		bb += x * x
	}
	return ab / math.Sqrt(aa*bb)
}
