// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/notebook"
)

type notebookStripCommand struct {
	Files []string `arg:"" help:"Notebooks (.ipynb); they are changed in place."`
}

func (c *notebookStripCommand) Run(out io.Writer) error {
	for _, file := range c.Files {
		before, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("notebook: %w", err)
		}
		nb, err := notebook.Parse(before)
		if err != nil {
			return fmt.Errorf("notebook %s: %w", file, err)
		}
		nb.Tidy()
		after, err := nb.Marshal()
		if err != nil {
			return err
		}
		if bytes.Equal(before, after) {
			continue
		}
		if err := notebook.WriteFile(file, after); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %d bytes, now %d\n", file, len(before), len(after))
	}
	return nil
}

type notebookCheckCommand struct {
	Files   []string      `arg:"" help:"Notebooks (.ipynb)."`
	Set     []string      `help:"Change a key of every experiment that the cells load, as train.steps=20." placeholder:"KEY=VALUE" sep:"none"`
	Timeout time.Duration `default:"10m" help:"Longest time for a cell." placeholder:"TIME"`
	NoRun   bool          `help:"Look at the files only."`
	JSON    bool          `help:"Print a line of JSON for each notebook."`
}

func (notebookCheckCommand) Help() string {
	return `A notebook is ready when it is stripped, begins with a title, is for the kernel of this module, runs to its end, and shows a picture. It runs with a folder of runs of its own, and is not changed.

Examples:
  perceiver notebook check --no-run notebooks/*.ipynb
  perceiver notebook check --set train.steps=20 notebooks/*.ipynb`
}

// checked is the line of JSON for a notebook.
type checked struct {
	Notebook string   `json:"notebook"`
	OK       bool     `json:"ok"`
	Pictures int      `json:"pictures"`
	Problems []string `json:"problems"`
}

func (c *notebookCheckCommand) Run(ctx context.Context, out io.Writer) error {
	if !c.NoRun {
		b, err := backend.Open(ctx, backend.Options{Install: true, Log: os.Stderr})
		if err != nil {
			return err
		}
		b.Close()
	}
	bad := 0
	for _, file := range c.Files {
		r, err := c.one(ctx, file)
		if err != nil {
			return err
		}
		if !r.OK {
			bad++
		}
		if c.JSON {
			if err := json.NewEncoder(out).Encode(r); err != nil {
				return err
			}
			continue
		}
		for _, p := range r.Problems {
			fmt.Fprintf(out, "%s: %s\n", file, p)
		}
		if r.OK {
			fmt.Fprintf(out, "%s: ready\n", file)
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d notebooks are not ready", bad, len(c.Files))
	}
	return nil
}

// one checks a notebook; the error is for what has nothing to do with it.
func (c *notebookCheckCommand) one(ctx context.Context, file string) (checked, error) {
	r := checked{Notebook: file, Problems: []string{}}
	b, err := os.ReadFile(file)
	if err != nil {
		return r, fmt.Errorf("notebook: %w", err)
	}
	r.Problems = append(r.Problems, notebook.Problems(b)...)
	if nb, err := notebook.Parse(b); err == nil && !c.NoRun {
		nb.Path = file
		runs, err := os.MkdirTemp("", "perceiver-check-")
		if err != nil {
			return r, err
		}
		defer os.RemoveAll(runs)
		set := strings.Join(append(strings.Fields(os.Getenv("PERCEIVER_SET")), c.Set...), " ")
		result, err := notebook.Run(ctx, nb, notebook.Options{Timeout: c.Timeout, Log: logCells(filepath.Base(file)),
			Env: []string{"PERCEIVER_RUNS=" + runs, "PERCEIVER_SET=" + set}})
		switch r.Pictures = result.Pictures; {
		case ctx.Err() != nil:
			return r, ctx.Err()
		case err != nil:
			r.Problems = append(r.Problems, err.Error())
		case r.Pictures == 0:
			r.Problems = append(r.Problems, "it shows no picture")
		}
	}
	r.OK = len(r.Problems) == 0
	return r, nil
}
