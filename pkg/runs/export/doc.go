// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package export writes the metrics of runs in the formats of other tools: CSV for spreadsheets, Parquet for data
// frames, event files for TensorBoard.
//
// CSV and Parquet are long tables: a row for each value of each metric, with its run and step. Tables of several runs
// can be put one below the other.
package export
