// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package reproduce puts the numbers of the paper beside ours, with the runs behind them.
//
// Experiment files say what the paper reached, in rows [[paper]] (package experiment). Collect gathers these rows into
// tables; Measure reads what the runs of an experiment reached; Put takes that into the page of a table, of which Write
// makes docs/results/TABLE.json, and TABLE.md for people.
//
// No number is on a page without runs, and profiles are never blended: a result stands under its experiment, its
// profile, its data and the settings that were changed, and one of another profile stands beside it, not in its place.
package reproduce
