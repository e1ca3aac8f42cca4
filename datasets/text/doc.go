// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package text reads text as bytes: the byte tokenizer of the published language model, corpora with a held-out part,
// windows of a fixed length, masking, and the count models that a language model has to beat.
//
// Nothing here depends on the order of reading. The windows of a training step are a function of the seed and the
// step, so a run that was interrupted goes on with the text it would have had.
package text
