// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/runs/index"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

type runsCommand struct {
	List    runsListCommand    `cmd:"" default:"withargs" help:"List runs, the latest first."`
	Show    runsShowCommand    `cmd:"" help:"Show a run: its state, scores, times, machine."`
	Compare runsCompareCommand `cmd:"" help:"Show the settings in which runs differ, and their metrics."`
	Plot    runsPlotCommand    `cmd:"" help:"Draw the learning curves of runs into one picture."`
	Report  runsReportCommand  `cmd:"" help:"Write a page about a run, in one HTML file."`
	Export  runsExportCommand  `cmd:"" help:"Write metrics as CSV, Parquet or for TensorBoard."`
}

// runFolder finds a run by the path of its folder, or by its name below the folder of runs.
func runFolder(name string) string {
	name = filepath.Clean(name)
	if _, err := os.Stat(name); err != nil {
		if below := filepath.Join(lab.Runs(), name); !filepath.IsAbs(name) {
			if _, err := os.Stat(below); err == nil {
				return below
			}
		}
	}
	return name
}

type runsListCommand struct {
	Experiment string `help:"Only runs of this experiment; with a / at the end, of all below it." placeholder:"NAME"`
	Profile    string `help:"Only runs of this size: quick, small or paper." placeholder:"NAME"`
	Status     string `help:"Only runs that are running, done, interrupted, failed or killed." placeholder:"STATUS"`
	Sort       string `default:"updated" help:"updated, created, experiment, step, or the name of a metric." placeholder:"KEY"`
	Reverse    bool   `help:"Turn the order around."`
	Limit      int    `help:"Show as many at most; default: all." placeholder:"N"`
	In         string `help:"Folder of run folders; default: runs, or PERCEIVER_RUNS." placeholder:"DIR"`
	JSON       bool   `help:"Print a line of JSON for each run."`
}

func (runsListCommand) Help() string {
	return `An index, .index.sqlite in the folder of runs, makes this fast for thousands of runs. It may be deleted at any time.

Examples:
  perceiver runs
  perceiver runs list --experiment language/ --status done --sort bits_per_masked_byte --limit 10
  perceiver runs list --json`
}

// listed is the line of JSON for a run.
type listed struct {
	Run string `json:"run"`
	runs.Info
}

var statuses = []string{runs.Running, runs.Done, runs.Interrupted, runs.Failed, runs.Killed}

func (c *runsListCommand) Run(ctx context.Context, out io.Writer) error {
	if c.Status != "" && !slices.Contains(statuses, c.Status) {
		return &usageError{fmt.Sprintf("--status %s: it must be one of %v", c.Status, statuses)}
	}
	root := c.In
	if root == "" {
		root = lab.Runs()
	}
	x, err := index.Open(ctx, root)
	if err != nil {
		return err
	}
	defer x.Close()
	entries, err := x.List(ctx, index.Filter{Experiment: c.Experiment, Profile: c.Profile, Status: c.Status, Sort: c.Sort, Reverse: c.Reverse, Limit: c.Limit})
	if err != nil {
		return err
	}
	if c.JSON {
		lines := json.NewEncoder(out)
		for _, e := range entries {
			if err := lines.Encode(listed{e.Dir, e.Info}); err != nil {
				return err
			}
		}
		return nil
	}
	if len(entries) == 0 {
		fmt.Fprintf(os.Stderr, "There are no such runs in %s.\n", root)
		return nil
	}
	t := viz.Table{Headers: []string{"run", "experiment", "profile", "status", "step", "last change", "metric", ""}}
	for _, e := range entries {
		name, err := filepath.Rel(root, e.Dir)
		if err != nil {
			name = e.Dir
		}
		metric, value := goal(e.Info, c.Sort)
		t.Rows = append(t.Rows, []string{name, e.Info.Experiment, e.Info.Profile, e.Info.Status, fmt.Sprintf("%d/%d", e.Info.Step, e.Info.Steps),
			e.Info.Updated.Format(time.DateTime), metric, value})
	}
	_, err = fmt.Fprint(out, t.Text())
	return err
}

// goal is the metric of a run that a list shows: the one that it is sorted by, or the one that its best checkpoint is
// chosen by.
func goal(i runs.Info, sort string) (name, value string) {
	for _, name := range []string{sort, i.Goal} {
		if v, ok := i.Metrics[name]; ok {
			return name, fmt.Sprintf("%.4f", v)
		}
	}
	return "", ""
}

type runsShowCommand struct {
	Folder string `arg:"" name:"run" help:"Run folder, or its name below the folder of runs."`
	JSON   bool   `help:"Print what run.json has, in one line."`
}

func (runsShowCommand) Help() string {
	return "Examples:\n  perceiver runs show RUN\n  perceiver runs show RUN --json"
}

func (c *runsShowCommand) Run(out io.Writer) error {
	if c.JSON {
		r, err := runs.Open(runFolder(c.Folder))
		if err != nil {
			return err
		}
		r.Info.Status = r.State()
		return json.NewEncoder(out).Encode(listed{r.Dir, r.Info})
	}
	r, err := lab.OpenRun(runFolder(c.Folder))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n%s", r.Summary().Text(), r.Facts().Text())
	return err
}
