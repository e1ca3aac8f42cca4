// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package paritytest reads numbers that the published port has made, for tests of single parts of a task: patches,
// positions, tiles, a reconstruction in pieces. Whole models are compared by package published.
//
// The numbers lie in the folder shared/parity beside the repository; its README says what each name means. Where the
// folder is not there, the tests are skipped.
package paritytest
