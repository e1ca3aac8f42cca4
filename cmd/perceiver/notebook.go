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
	"time"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/notebook"
)

type notebookCommand struct {
	Run notebookRunCommand `cmd:"" help:"Run notebooks cell by cell; write each with its outputs, and a page of it."`
}

type notebookRunCommand struct {
	Files   []string      `arg:"" help:"Notebooks (.ipynb)."`
	Out     string        `default:"out" help:"Folder for what is written." placeholder:"DIR"`
	Timeout time.Duration `help:"Longest time for a cell, as 90s or 10m; default: none." placeholder:"TIME"`
	JSON    bool          `help:"Print a line of JSON for each notebook."`
}

func (notebookRunCommand) Help() string {
	return `No browser, no Python and no installed kernel is needed. A notebook whose cell fails is written all the same, with the error, and the exit code is 1.

Examples:
  perceiver notebook run notebooks/01-first-perceiver.ipynb
  perceiver notebook run --timeout 10m --out pages notebooks/*.ipynb`
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
	var problems []error
	for i, nb := range books {
		err := c.one(ctx, nb, filepath.Base(c.Files[i]), out)
		problems = append(problems, err)
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(problems...)
}

// one runs a notebook and writes it and its page, whether it failed or not.
func (c *notebookRunCommand) one(ctx context.Context, nb *notebook.Notebook, base string, out io.Writer) error {
	fmt.Fprintf(os.Stderr, "%s\n", base)
	result, err := notebook.Run(ctx, nb, notebook.Options{Timeout: c.Timeout, Log: logCell})
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

// logCell says on stderr where a notebook is.
func logCell(e notebook.Event) {
	switch e.Kind {
	case "start":
		fmt.Fprintln(os.Stderr, "  starting the kernel; the first time, its tools are built")
	case "done", "failed":
		fmt.Fprintf(os.Stderr, "  cell %d: %s after %.1f s\n", e.Index+1, e.Kind, e.Elapsed.Seconds())
	}
}
