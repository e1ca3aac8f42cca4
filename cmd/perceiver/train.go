// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/perceiver-go/perceiver/pkg/lab"
)

type trainCommand struct {
	Experiment string   `arg:"" help:"Name of an experiment, as language/mlm, or path of a TOML file."`
	Profile    string   `help:"Size: quick, small or paper." placeholder:"NAME"`
	Data       string   `help:"Data to use: a path, or a name that the task knows, as goroot:go." placeholder:"PATH"`
	Folder     string   `name:"run" help:"Run folder; default: named by the experiment and its settings, below runs." placeholder:"DIR"`
	Set        []string `help:"Change a key; may be given several times." placeholder:"KEY=VALUE" sep:"none"`
	TraceNaN   bool     `name:"trace-nan" help:"Where numbers that are none end a run, find the layer in which they arose."`
	JSON       bool     `help:"Print the result as a line of JSON."`
}

func (trainCommand) Help() string {
	return `A run that was interrupted, by Ctrl-C or otherwise, goes on where it stopped when the same command is given again. Ctrl-C and the
signal TERM save and stop, a second one stops at once, and USR1 saves and goes on.

Examples:
  perceiver train language/mlm
  perceiver train language/mlm --profile small --data ~/books --run runs/books
  perceiver train language/mlm --set model.latents=64 --set train.steps=2000 --json`
}

// trained is the last line of stdout with --json.
type trained struct {
	Run       string             `json:"run"`
	Status    string             `json:"status"`
	Step      int                `json:"step"`
	Metrics   map[string]float64 `json:"metrics"`
	Baselines map[string]float64 `json:"baselines,omitempty"`
}

func (c *trainCommand) Run(ctx context.Context, out io.Writer) error {
	options := []lab.Option{lab.Profile(c.Profile), lab.Data(c.Data), lab.In(c.Folder), lab.Set(c.Set...)}
	if c.TraceNaN {
		options = append(options, lab.TraceNaN())
	}
	x, err := lab.Load(c.Experiment, options...)
	if err != nil {
		return err
	}
	table, err := x.CostTable(ctx)
	if err != nil {
		return err
	}
	fmt.Fprint(os.Stderr, table.Text())
	run, err := x.Train(ctx)
	dir, folderErr := x.Folder()
	if folderErr != nil {
		return folderErr
	}
	if err != nil {
		if c.JSON {
			err = errors.Join(err, c.print(out, dir, err))
		}
		return err
	}
	if c.JSON {
		return c.print(out, run.Dir, nil)
	}
	fmt.Fprint(out, run.Summary().Text())
	return nil
}

// print writes the JSON of a run that ended, well or not.
func (c *trainCommand) print(out io.Writer, dir string, cause error) error {
	t := trained{Run: dir, Status: "failed", Metrics: map[string]float64{}}
	var stopped *lab.InterruptedError
	if run, err := lab.OpenRun(dir); err == nil {
		t.Step, t.Baselines = run.Info.Step, run.Info.Baselines
		if run.Info.Metrics != nil {
			t.Metrics = run.Info.Metrics
		}
	}
	switch {
	case cause == nil:
		t.Status = "done"
	case errors.As(cause, &stopped), errors.Is(cause, context.Canceled):
		t.Status = "interrupted"
	}
	return json.NewEncoder(out).Encode(t)
}
