// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package train fits the weights of a task: optimizers, schedules, the loop, evaluation, and the way into and out of a
// run folder.
//
// Everything that changes from step to step is a function of the step and the seed: the batch, the learning rate, what
// dropout drops. The state of a run is therefore its weights, the optimizer's moments and the number of the step, and
// a run that was killed goes on as if nothing had happened: N steps at once and N steps in pieces end with the same
// bytes on the same backend.
//
// GoMLX gives the graph, its gradient and its compilation. The loop and the checkpoints are ours: GoMLX's saves are
// not atomic and happen before its check for NaN, and its data sets cannot resume.
package train
