// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package index finds runs among thousands of run folders in no time. It keeps what run.json files say in an SQLite
// file, .index.sqlite, in the folder of the run folders, and reads again only those files that have changed.
//
// The run folders are the truth. The index may be deleted at any time, and one that is damaged, of another version or
// cannot be written is made anew, in memory if need be.
package index
