// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

type runsCompareCommand struct {
	Folders []string `arg:"" name:"runs" help:"Run folders."`
	JSON    bool     `help:"Print the comparison as a line of JSON."`
}

func (runsCompareCommand) Help() string {
	return `Runs that differ in their seed alone share a row, with means and 95 % intervals.

Examples:
  perceiver runs compare RUN RUN
  perceiver runs compare runs/sweep/*/`
}

func (c *runsCompareCommand) Run(ctx context.Context, out io.Writer) error {
	opened, err := openRuns(c.Folders)
	if err != nil {
		return err
	}
	comparison, err := lab.Compare(ctx, opened...)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(comparison)
	}
	_, err = fmt.Fprint(out, comparison.Table.Text())
	return err
}

func openRuns(folders []string) (opened []*lab.Run, err error) {
	for _, folder := range folders {
		r, err := lab.OpenRun(runFolder(folder))
		if err != nil {
			return nil, err
		}
		opened = append(opened, r)
	}
	return opened, nil
}

type runsPlotCommand struct {
	Folders []string `arg:"" name:"runs" help:"Run folders."`
	Out     string   `default:"curves.png" help:"Picture to write." placeholder:"FILE"`
}

func (runsPlotCommand) Help() string {
	return `Of several runs their evaluations are drawn, or their training losses where there are too few of those.

Examples:
  perceiver runs plot RUN --out loss.png
  perceiver runs plot RUN RUN RUN`
}

func (c *runsPlotCommand) Run(ctx context.Context, out io.Writer) error {
	opened, err := openRuns(c.Folders)
	if err != nil {
		return err
	}
	plot, err := curves(ctx, opened)
	if err != nil {
		return err
	}
	png, err := viz.PNG(plot, 0, 0)
	if err != nil {
		return err
	}
	return writeResult(out, c.Out, png)
}

// curves draws one run with its training and evaluations, and several with one of these each.
func curves(ctx context.Context, opened []*lab.Run) (viz.Figure, error) {
	if len(opened) == 1 {
		return opened[0].Curve(ctx)
	}
	comparison, err := lab.Compare(ctx, opened...)
	if err != nil {
		return nil, err
	}
	return comparison.Curves, nil
}

// writeResult writes a file and says where it is.
func writeResult(out io.Writer, path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, path)
	return err
}

type runsReportCommand struct {
	Folder string `arg:"" name:"run" help:"Run folder."`
	Out    string `help:"Page to write; default: report.html in the run folder." placeholder:"FILE"`
}

func (runsReportCommand) Help() string {
	return "Examples:\n  perceiver runs report RUN --out page.html"
}

func (c *runsReportCommand) Run(ctx context.Context, out io.Writer) error {
	r, err := lab.OpenRun(runFolder(c.Folder))
	if err != nil {
		return err
	}
	page, err := r.Report(ctx)
	if err != nil {
		return err
	}
	path := c.Out
	if path == "" {
		path = filepath.Join(r.Dir, "report.html")
	}
	return writeResult(out, path, page)
}
