// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package experiment reads experiment files. One file describes one experiment in up to three sizes:
//
//	task = "language"            what is trained; names a package below pkg/tasks
//	title = "..."                a line for lists and pictures
//	source = "goroot:book"       the data; the task's default where it is left out
//
//	[model]                      the sections of the task (its Spec) and of package train; a key that is left out
//	[data]                       keeps the task's default
//	[train]
//
//	[quick.train]                what a profile changes: under 2 minutes on 2 cores,
//	[small.train]                under an hour on 2 cores,
//	[paper.model]                and the published size
//
// A file may also say what the paper reached, a [[paper]] for each number, above the sections of the paper profile:
//
//	[[paper]]
//	table = "flow"               our page, docs/results/flow.md
//	source = "Table 4"           where in the paper; page = 8 may follow
//	row = "Perceiver IO"
//	metric = "Sintel clean EPE"
//	value = 1.81                 and unit = "px"
//	ours = "epe"                 the metric of ours that stands beside it; left out where none is comparable
//	note = "..."                 why it is not attempted, or how far the two can be compared
//	official = "optical_flow"    the released model whose weights gave the number
//
// On top of a profile come settings, "key=value" as on the command line: "model.latents=64". Everything is strict: a key
// that nobody reads is an error that names the nearest one that somebody does. The effective experiment, with every
// value that applies, is a file of the same form without profiles; reading it back gives the same experiment.
package experiment
