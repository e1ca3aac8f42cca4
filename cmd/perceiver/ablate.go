// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/lab"
)

type ablateCommand struct {
	Experiment string   `arg:"" help:"Name of an experiment, as language/mlm, or path of a TOML file."`
	Vary       []string `help:"Compare values of a key; with several keys, all combinations." placeholder:"KEY=A,B,C" sep:"none"`
	Variant    []string `help:"Compare one more variant, as \"model.latents=32 model.blocks=2\"." placeholder:"SETTINGS" sep:"none"`
	Random     int      `help:"Draw as many variants at random from --vary, where ranges KEY=LOW..HIGH are allowed." placeholder:"N"`
	Seeds      int      `default:"1" help:"Runs of each variant; 3 or more tell a difference from chance." placeholder:"N"`
	Match      string   `help:"Make all variants cost as much as the first: flops or params." placeholder:"WHAT"`
	Adjust     string   `help:"Key that --match changes; default: model.layers_per_block, or model.latent_dim where the depth is varied." placeholder:"KEY"`
	Halving    int      `help:"Train in rounds, and keep the best 1/N of the variants in each." placeholder:"N"`

	Profile string   `help:"Size: quick, small or paper." placeholder:"NAME"`
	Data    string   `help:"Data to use: a path, or a name that the task knows." placeholder:"PATH"`
	Set     []string `help:"Change a key in all variants; may be given several times." placeholder:"KEY=VALUE" sep:"none"`

	Out string `help:"Folder; default: named by the experiment and the keys, below runs." placeholder:"DIR"`
	trainers
	DryRun bool `help:"Only show what would be trained."`
	JSON   bool `help:"Print the table as a line of JSON."`
}

func (ablateCommand) Help() string {
	return `Each variant is trained with several seeds, each run in a folder of its own. A sweep that was stopped does only what is missing
when the same command is given again; more values or seeds take over what is there. The table is written to table.md, table.csv,
table.json and table.png in the sweep's folder.

Examples:
  perceiver ablate language/mlm --vary model.latents=16,32,64 --seeds 3
  perceiver ablate language/mlm --vary model.latents=64,32,16 --match flops --seeds 3 --dry-run
  perceiver ablate language/mlm --vary train.learning_rate=1e-4..1e-2 --random 8 --halving 2
  perceiver ablate language/mlm --vary model.blocks=1,2 --executor slurm --sbatch=--partition=gpu --sbatch=--gpus=1`
}

func (c *ablateCommand) Run(ctx context.Context, out io.Writer) error {
	if err := c.check(); err != nil {
		return err
	}
	executor, err := c.executor()
	if err != nil {
		return err
	}
	p, err := lab.PlanAblation(ctx, c.Experiment, lab.Ablation{Vary: c.Vary, Variant: c.Variant, Random: c.Random, Seeds: c.Seeds, Match: c.Match, Adjust: c.Adjust,
		Halving: c.Halving, Out: c.Out, Executor: executor, RetryFailed: c.RetryFailed}, lab.Profile(c.Profile), lab.Data(c.Data), lab.Set(c.Set...))
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.print(out, p)
	}
	fmt.Fprintf(os.Stderr, "Sweep: %s\n", p.Dir)
	if err := ready(ctx, executor, p.Dir, p.Table.Missing); err != nil {
		return err
	}
	err = p.Run(ctx)
	if err := errors.Join(err, c.print(out, p)); err != nil {
		return err
	}
	if p.Table.Failed+p.Table.Missing > 0 {
		return &quietError{failed}
	}
	return nil
}

func (c *ablateCommand) check() error {
	switch {
	case c.Seeds < 1:
		return &usageError{fmt.Sprintf("--seeds %d: it must be at least 1", c.Seeds)}
	case c.Halving == 1 || c.Halving < 0:
		return &usageError{fmt.Sprintf("--halving %d: it must be at least 2", c.Halving)}
	case c.Random != 0 && len(c.Vary) == 0:
		return &usageError{"--random: there is no --vary to draw from"}
	case c.Random < 0:
		return &usageError{fmt.Sprintf("--random %d: it must be at least 1", c.Random)}
	}
	return nil
}

// print shows the table, or what there is of it.
func (c *ablateCommand) print(out io.Writer, p *lab.Ablated) error {
	if c.JSON {
		content, err := p.Table.JSON()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", content)
		return err
	}
	fmt.Fprint(out, p.View().Text())
	for _, r := range p.Table.Remarks() {
		fmt.Fprintln(out, r)
	}
	if c.DryRun {
		fmt.Fprintf(out, "%d runs: %d to do, %d failed before, in %s\n", len(p.Plan.Cells), p.Table.Missing, p.Table.Failed, p.Dir)
		return nil
	}
	if picture := filepath.Join(p.Dir, "table.png"); exists(picture) {
		fmt.Fprintln(out, picture)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
