// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package notebook reads and writes Jupyter notebooks, executes them without Jupyter, and turns them into web pages.
//
//	notebook.go  what a notebook is: cells and their outputs
//	read.go      the file format, nbformat 4.5, from JSON
//	write.go     and back to it, in the form that makes small diffs
//	run.go       Run executes the code cells one after another in a kernel
//	kernel.go    starting a kernel, talking to it over its sockets, ending it
//	spec.go      which kernel a notebook wants, and how it is started
//	outputs.go   the messages of a running cell, gathered into its outputs
//	html.go      HTML makes one self-contained page of a notebook
//
// The whole way from a notebook in a clone to a page, with nothing installed but Go:
//
//	nb, err := notebook.Read("notebooks/01-first-perceiver.ipynb")
//	_, err = notebook.Run(ctx, nb, notebook.Options{Timeout: 10 * time.Minute})
//	err = nb.Write("out/01-first-perceiver.ipynb")
//	page, err := notebook.HTML(nb)
//
// A notebook whose cell fails is saved like any other, with the error in it.
package notebook
