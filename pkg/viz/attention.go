// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

// AttentionMap draws attention weights: each row is a query, each column what it looks at, and brighter is more. Read
// off what each latent gathers from (encoder), or which latents an output asks (decoder). The labels may be the
// characters of a text, from Glyphs.
func AttentionMap(title string, weights [][]float64, rows, columns []string) *Drawing {
	return Heatmap(Map{Title: title, Values: weights, Rows: rows, Columns: columns, Unit: "attention", fromZero: true})
}

// AttentionScores draws what the softmax makes attention weights of: products of queries and keys, which have a sign and
// no sum. Read off how sharply a row is decided: a step of 1 makes a weight 2.7 times larger, and one cell that stands
// out by 5 or more takes nearly all of it.
func AttentionScores(title string, scores [][]float64, rows, columns []string) *Drawing {
	return Heatmap(Map{Title: title, Values: scores, Rows: rows, Columns: columns, Unit: "score", Signed: true})
}
