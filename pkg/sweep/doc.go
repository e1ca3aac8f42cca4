// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package sweep compares variants of an experiment: each is trained with several seeds, and the differences are stated
// with their uncertainty.
//
//	variants, err := sweep.Grid([]string{"model.latents=16,32,64"})
//	plan, err := sweep.NewPlan(load, sweep.Options{Variants: variants, Seeds: 3})
//	s := &sweep.Sweep{Dir: "runs/latents", Plan: plan, Executor: &sweep.Local{Command: []string{"perceiver", "train"}}}
//	err = s.Run(ctx)
//	table, err := s.Table()
//
// Every cell of the table, a variant with a seed, is a run folder below Dir, named by what is trained in it. A sweep
// that was stopped, by an interrupt or a kill, therefore does only what is missing when it is started again, and one
// with more variants or seeds takes over what is there.
//
// Who trains the cells is an Executor: Local starts child processes, Slurm hands them to a cluster as one job array.
package sweep
