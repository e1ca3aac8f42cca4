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
	"github.com/perceiver-go/perceiver/pkg/reproduce"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

type reproduceCommand struct {
	Tables     []string `arg:"" optional:"" help:"Tables to reproduce, as language; default: all."`
	Experiment []string `help:"Gather the rows of this experiment, by name or path, not of all; may be given several times." placeholder:"NAME" sep:"none"`
	Profile    string   `help:"Size: quick, small or paper." placeholder:"NAME"`
	Seeds      int      `default:"3" help:"Runs of each experiment." placeholder:"N"`
	Data       string   `help:"Data to use, where one table is named: a path, or a name that the task knows." placeholder:"PATH"`
	Set        []string `help:"Change a key in all experiments; needs --out." placeholder:"KEY=VALUE" sep:"none"`

	Out string `help:"Folder for the pages; default: docs/results of this module." placeholder:"DIR"`
	trainers
	DryRun bool `help:"Only show what would be run."`
	JSON   bool `help:"Print the tables as a line of JSON."`
}

func (reproduceCommand) Help() string {
	return `Experiment files say what the paper reached. This command runs what is missing of these experiments, each with several seeds, and
writes the paper's numbers beside ours: docs/results/TABLE.md for people, TABLE.json with every value and its run. What is not
attempted is said, with the reason. Results of different profiles stand beside each other and are never blended. A reproduction
that was stopped does only what is missing when the same command is given again.

Examples:
  perceiver reproduce --dry-run
  perceiver reproduce --profile quick
  perceiver reproduce language --profile small --seeds 5
  perceiver reproduce language --set train.steps=100 --out out/try`
}

// reproduced is what --json prints.
type reproduced struct {
	Profile string            `json:"profile"`
	Out     string            `json:"out"`
	Missing int               `json:"missing"` // runs that have not ended
	Failed  int               `json:"failed"`
	Tables  []*reproduce.Page `json:"tables"`
}

func (c *reproduceCommand) Run(ctx context.Context, out io.Writer) error {
	if c.Seeds < 1 {
		return &usageError{fmt.Sprintf("--seeds %d: it must be at least 1", c.Seeds)}
	}
	executor, err := c.executor()
	if err != nil {
		return err
	}
	p, err := lab.PlanReproduction(ctx, lab.Reproduction{Tables: c.Tables, Experiments: c.Experiment, Seeds: c.Seeds, Profile: c.Profile, Data: c.Data, Set: c.Set,
		Out: c.Out, Executor: executor, RetryFailed: c.RetryFailed})
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.show(out, p)
	}
	if err := ready(ctx, executor, filepath.Join(lab.Runs(), "reproduce"), p.Missing()); err != nil {
		return err
	}
	if err := p.Run(ctx); err != nil {
		return err
	}
	if err := c.print(out, p); err != nil {
		return err
	}
	if p.Failed()+p.Missing() > 0 {
		return &quietError{failed}
	}
	return nil
}

// show says what there is and what would be run.
func (c *reproduceCommand) show(out io.Writer, p *lab.Reproduced) error {
	if c.JSON {
		return c.print(out, p)
	}
	t := viz.Table{Headers: []string{"experiment", "profile", "runs", "to do", "FLOP", "steps", "remark"}}
	for _, x := range p.Trials {
		t.Rows = append(t.Rows, []string{x.X.Name, x.X.Profile, fmt.Sprint(len(x.Plan.Cells)), fmt.Sprint(x.Table.Missing), fmt.Sprintf("%.1e", x.FLOPs()), fmt.Sprint(x.X.Train.Steps), x.Problem})
	}
	fmt.Fprint(out, t.Text())
	for _, page := range p.Pages {
		fmt.Fprintln(out, filepath.Join(p.Out, page.Table+".md"))
	}
	return nil
}

func (c *reproduceCommand) print(out io.Writer, p *lab.Reproduced) error {
	if c.JSON {
		r := reproduced{Out: p.Out, Missing: p.Missing(), Failed: p.Failed(), Tables: p.Pages}
		for _, t := range p.Trials {
			r.Profile = t.X.Profile
		}
		return json.NewEncoder(out).Encode(r)
	}
	for _, table := range p.Views() {
		fmt.Fprintln(out, table.Text())
	}
	for _, page := range p.Pages {
		fmt.Fprintln(out, filepath.Join(p.Out, page.Table+".md"))
	}
	for _, t := range p.Trials {
		if t.Problem != "" {
			fmt.Fprintf(os.Stderr, "%s, %s was not run: %s\n", t.X.Name, t.X.Profile, t.Problem)
		}
	}
	return nil
}
