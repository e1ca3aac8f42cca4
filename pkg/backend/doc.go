// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package backend finds or installs XLA, keeps compiled programs on disk, falls back to pure Go, and says which of the
// two runs and why. It knows no other package of this module.
//
//	b, err := backend.Open(ctx, backend.Options{Install: true, Log: os.Stderr})
//	if err != nil {
//		return err
//	}
//	defer b.Close()
//	... b.Compute is the compute.Backend that graphs are built for ...
//
// # Which one runs
//
//  1. What GOMLX_BACKEND says: "go", "xla", "xla:cpu", "xla:/abs/plugin.so", "xla:cuda". If that does not work, it is an
//     error: what was asked for by name is never replaced in silence.
//  2. Else an XLA plugin that is installed: the one that Setup put into the user's cache, then those in the folders that
//     go-xla searches.
//  3. Else, if Options.Install is set and PERCEIVER_NO_INSTALL is not, Setup installs one.
//  4. Else pure Go, with a line that says so and how to get XLA.
//
// A plugin is a shared library of a few hundred megabytes, and a broken one takes the process down with it. So it is
// tried once in a child process before it is used; see trial.go.
//
// # Environment
//
//	GOMLX_BACKEND               the backend, as above
//	PERCEIVER_NO_INSTALL        set: never install anything
//	PERCEIVER_CACHE_DIR         where the plugin and the compiled programs are kept; default: perceiver-go in the user's cache
//	PERCEIVER_COMPILE_CACHE     off: compile every program anew
//	PERCEIVER_COMPILE_CACHE_MB  how much compiled programs may take on disk; default 512
//	PJRT_PLUGIN_LIBRARY_PATH    folders to search for plugins instead of the usual ones
//	XLA_FLAGS                   handed to XLA as it is
//
// # Files
//
//	backend.go   Options, Open, Backend
//	choice.go    which backend, and why
//	search.go    where plugins are looked for
//	setup.go     installing XLA
//	trial.go     trying a plugin in a child process; try.go is what the child does
//	flags.go     XLA_FLAGS: the faster kernels of long runs, and what they cost
//	golang.go    the pure Go backend
//	folder.go    the cache folder, which must be private
//	hash.go      hashes of large files, remembered
//	store.go     compiled programs on disk
//	program.go   what is done to the text of a program before it is compiled
//	hook.go      XLA, with its function to compile replaced by one that asks the disk first
//	malloc.go    the allocator of the C library, set for the way XLA uses it
//	facts.go     what `perceiver doctor` shows
package backend
