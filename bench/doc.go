// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package bench measures how fast the models are and how much memory they take.
//
// Every number comes from a process of its own, because a process that has compiled once is no longer cold, and
// because the kernels for long runs and the cache of compiled programs exclude each other:
//
//	steady   the time of a training step and of a forward pass, with the kernels of long runs
//	cold     from the start of the process to the end of the first step, every program compiled
//	cached   the same with the programs on disk; also the peak of memory
//
// Of the task multimodal it measures how memory and time depend on the number of outputs that are decoded.
//
// Times of different machines, or of one machine under other load, say nothing; compare what one run measured side by side.
package bench
