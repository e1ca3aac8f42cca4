// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package runs keeps what was run and what came out of it, in folders that people and scripts can read:
//
//	experiment.toml      the experiment with everything that was set, as it ran
//	run.json             when, where, by which command and commit, how it stands or ended
//	metrics.jsonl        one JSON object a line: losses of training and results of evaluations, by step
//	source.diff          how the source differed from the commit
//	checkpoints/         step-NNNNNN/ folders; the files latest and best name one each
//	pictures/            what was drawn of it
//
// A checkpoint is written under another name, hashed, forced to the disk and then renamed, so that a run that is
// killed at any moment leaves whole checkpoints only. One that was damaged later is noticed by its hashes, and the one
// before it is used. A folder is held by one process at a time.
package runs
