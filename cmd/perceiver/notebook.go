// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/notebook"
)

type notebookCommand struct {
	Run   notebookRunCommand   `cmd:"" help:"Run notebooks cell by cell; write each with its outputs, and a page of it."`
	New   notebookNewCommand   `cmd:"" help:"Write a small working notebook to begin with."`
	Strip notebookStripCommand `cmd:"" help:"Bring notebooks into the form in which they are committed: without outputs."`
	Check notebookCheckCommand `cmd:"" help:"Say whether notebooks are ready to be committed: stripped, running, with pictures."`
}

type notebookRunCommand struct {
	Files   []string      `arg:"" help:"Notebooks (.ipynb)."`
	Out     string        `default:"out" help:"Folder for what is written." placeholder:"DIR"`
	Timeout time.Duration `help:"Longest time for a cell, as 90s or 10m; default: none." placeholder:"TIME"`
	Jobs    int           `default:"1" help:"Notebooks that run at the same time." placeholder:"N"`
	JSON    bool          `help:"Print a line of JSON for each notebook."`
}

func (notebookRunCommand) Help() string {
	return `No browser, no Python and no installed kernel is needed. A notebook whose cell fails is written all the same, with the error, and the exit code is 1.

Examples:
  perceiver notebook run notebooks/01-first-perceiver.ipynb
  perceiver notebook run --timeout 10m --jobs 2 --out pages notebooks/*.ipynb
  PERCEIVER_SET="train.steps=20" perceiver notebook run notebooks/*.ipynb     with other settings on top`
}

// ran is the line of JSON for a notebook.
type ran struct {
	Notebook string  `json:"notebook"` // as it was written
	Page     string  `json:"page"`
	Status   string  `json:"status"` // "done", "failed" or "interrupted"
	Cells    int     `json:"cells"`
	Ran      int     `json:"ran"`
	Pictures int     `json:"pictures"`
	Seconds  float64 `json:"seconds"`
	Error    string  `json:"error,omitempty"`
}

func (c *notebookRunCommand) Run(ctx context.Context, out io.Writer) error {
	if c.Timeout < 0 {
		return &usageError{fmt.Sprintf("--timeout %s: it must not be negative", c.Timeout)}
	}
	if c.Jobs < 1 {
		return &usageError{fmt.Sprintf("--jobs %d: it must be at least 1", c.Jobs)}
	}
	names := map[string]string{}
	var books []*notebook.Notebook
	for _, file := range c.Files { // all are read before the first is run
		nb, err := notebook.Read(file)
		if err != nil {
			return err
		}
		base := filepath.Base(file)
		if other, twice := names[base]; twice {
			return &usageError{fmt.Sprintf("%s and %s would be written to one file, %s; run them one by one with different --out", other, file, filepath.Join(c.Out, base))}
		}
		names[base] = file
		books = append(books, nb)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	// The cells would choose the same; done here, it is seen, and an installation has no time limit of a cell.
	b, err := backend.Open(ctx, backend.Options{Install: true, Log: os.Stderr})
	if err != nil {
		return err
	}
	b.Close()
	problems := make([]error, len(books))
	out = &lockedWriter{w: out}
	var jobs sync.WaitGroup
	free := make(chan struct{}, c.Jobs)
	for i, nb := range books { // where one fails, the others are run all the same
		free <- struct{}{}
		jobs.Go(func() {
			defer func() { <-free }()
			if ctx.Err() == nil {
				problems[i] = c.one(ctx, nb, filepath.Base(c.Files[i]), out)
			}
		})
	}
	jobs.Wait()
	return errors.Join(append(problems, ctx.Err())...)
}

// lockedWriter lets several notebooks speak, one at a time.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// one runs a notebook and writes it and its page, whether it failed or not.
func (c *notebookRunCommand) one(ctx context.Context, nb *notebook.Notebook, base string, out io.Writer) error {
	result, err := notebook.Run(ctx, nb, notebook.Options{Timeout: c.Timeout, Log: logCells(base)})
	r := ran{Notebook: filepath.Join(c.Out, base), Page: filepath.Join(c.Out, strings.TrimSuffix(base, filepath.Ext(base))+".html"), Status: "done",
		Cells: result.Cells, Ran: result.Ran, Pictures: result.Pictures, Seconds: result.Elapsed.Seconds()}
	switch {
	case errors.Is(err, context.Canceled):
		r.Status = "interrupted"
	case err != nil:
		r.Status, r.Error = "failed", err.Error()
	}
	if saveErr := save(nb, r.Notebook, r.Page); saveErr != nil {
		return errors.Join(err, saveErr)
	}
	if c.JSON {
		if printErr := json.NewEncoder(out).Encode(r); printErr != nil {
			return errors.Join(err, printErr)
		}
		return err
	}
	fmt.Fprintf(out, "%s: %s, %d of %d cells, %d pictures, %.1f s\n%s\n", r.Notebook, r.Status, r.Ran, r.Cells, r.Pictures, r.Seconds, r.Page)
	return err
}

func save(nb *notebook.Notebook, file, page string) error {
	if err := nb.Write(file); err != nil {
		return err
	}
	html, err := notebook.HTML(nb)
	if err != nil {
		return err
	}
	return notebook.WriteFile(page, html)
}

// logCells says on stderr where a notebook is.
func logCells(name string) func(notebook.Event) {
	return func(e notebook.Event) {
		switch e.Kind {
		case "start":
			fmt.Fprintf(os.Stderr, "%s: starting the kernel; the first time, its tools are built\n", name)
		case "done", "failed":
			fmt.Fprintf(os.Stderr, "%s: cell %d: %s after %.1f s\n", name, e.Index+1, e.Kind, e.Elapsed.Seconds())
		}
	}
}
