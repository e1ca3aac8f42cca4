// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package paritytest compares the model of a task with numbers that the published port has made, in tests.
//
// The numbers lie in the folder shared/parity beside the repository; its README says what each name means. Where the
// folder is not there, the tests are skipped.
package paritytest
