// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/sweep"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Ablation says which variants of an experiment to compare, and how.
type Ablation struct {
	Vary    []string // "model.latents=16,32,64": every combination of the values of all keys is a variant
	Variant []string // "model.latents=32 model.blocks=2": single variants, before those of Vary
	Random  int      // draw as many variants at random from Vary, where ranges "train.learning_rate=1e-4..1e-2" are allowed
	Seeds   int      // runs of each variant; 0: 1
	Match   string   // "flops" or "params": adjust a key so that all variants cost as much as the first
	Adjust  string   // that key; "": model.layers_per_block, or model.latent_dim where the depth is varied
	Halving int      // keep the best 1/Halving of the variants in each round; 0: train all

	Out         string         // folder; "": one below Runs, named by the experiment and the keys
	Executor    sweep.Executor // who trains; nil: this process, run after run
	RetryFailed bool
}

// Ablated is an ablation that has been planned, and perhaps trained.
type Ablated struct {
	Dir   string
	Plan  *sweep.Plan  // of the only round, or of the last one
	Table *sweep.Table // as the runs stand
	a     Ablation
	load  sweep.Load
	o     sweep.Options
}

// PlanAblation works out what an ablation of an experiment would train. The options choose its profile, data and
// settings, as for Load.
func PlanAblation(ctx context.Context, name string, a Ablation, opts ...Option) (*Ablated, error) {
	variants, err := a.variants()
	if err != nil {
		return nil, &experiment.Error{Where: name, Err: err}
	}
	// Load's settings from the environment come first, so that they do not undo what is varied.
	base := append([]string(nil), strings.Fields(os.Getenv("PERCEIVER_SET"))...)
	p := &Ablated{Dir: a.Out, a: a, o: sweep.Options{Variants: variants, Seeds: a.Seeds, Match: a.Match, Adjust: a.Adjust}}
	p.load = func(set ...string) (*experiment.Experiment, error) {
		x, err := loadWith(name, append(slices.Clone(opts), Set(base...), Set(set...)), false)
		if err != nil {
			return nil, err
		}
		return x.Experiment, nil
	}
	if p.Plan, err = sweep.NewPlan(ctx, p.load, p.o); err != nil {
		var wrong *experiment.Error
		if ctx.Err() != nil || errors.As(err, &wrong) {
			return nil, err
		}
		return nil, &experiment.Error{Where: name, Err: err}
	}
	if p.Dir == "" {
		if p.Dir, err = p.folder(name); err != nil {
			return nil, err
		}
	}
	p.Table = (&sweep.Sweep{Dir: p.Dir, Plan: p.Plan}).Table()
	return p, nil
}

// Variant is the i-th variant as an experiment with the first seed: its Run is the one of the ablation, once that is
// trained.
func (p *Ablated) Variant(i int) (*Experiment, error) {
	if i < 0 || i >= len(p.Plan.Variants) {
		return nil, fmt.Errorf("there is no variant %d; there are %d, counted from 0", i, len(p.Plan.Variants))
	}
	c := p.Plan.Cells[slices.IndexFunc(p.Plan.Cells, func(c sweep.Cell) bool { return c.Variant == i })]
	e, err := experiment.Parse(p.Plan.Variants[i].Name(), p.Plan.Experiment, c.TOML, experiment.Options{})
	if err != nil {
		return nil, err
	}
	return &Experiment{Experiment: e, folder: filepath.Join(p.Dir, c.Folder)}, nil
}

func (a Ablation) variants() ([]sweep.Settings, error) {
	variants, err := sweep.List(a.Variant)
	if err != nil || len(a.Vary) == 0 {
		return variants, err
	}
	var more []sweep.Settings
	if a.Random > 0 {
		more, err = sweep.Random(a.Vary, a.Random, 1)
	} else {
		more, err = sweep.Grid(a.Vary)
	}
	return append(variants, more...), err
}

// folder is the same for the same experiment and keys, so that an ablation with more values or seeds takes over what
// is there.
func (p *Ablated) folder(name string) (string, error) {
	x, err := p.load()
	if err != nil {
		return "", err
	}
	content, err := x.TOML()
	if err != nil {
		return "", err
	}
	var keys []string
	for _, v := range p.o.Variants {
		for _, s := range v {
			if !slices.Contains(keys, s.Key) {
				keys = append(keys, s.Key)
			}
		}
	}
	slices.Sort(keys)
	sum := sha256.Sum256(fmt.Append(content, keys, p.o.Match, p.o.Adjust))
	base := strings.NewReplacer("/", "-", "\\", "-", ".", "-").Replace(strings.TrimLeft(x.Name, "./\\"))
	return filepath.Join(Runs(), fmt.Sprintf("ablate-%s-%s-%s", base, x.Profile, hex.EncodeToString(sum[:4]))), nil
}

// Run trains what is missing, writes the table and a picture of it into the folder, and returns ctx's error where it
// was interrupted. It can be called again, by any process.
func (p *Ablated) Run(ctx context.Context) error {
	if p.a.Executor == nil {
		p.a.Executor = here{}
	}
	p.Table = nil
	train := func(plan *sweep.Plan) (*sweep.Table, error) {
		s := &sweep.Sweep{Dir: p.Dir, Plan: plan, Executor: p.a.Executor, RetryFailed: p.a.RetryFailed, Log: func(line string) { say("%s\n", line) }}
		err := s.Run(ctx)
		p.Plan, p.Table = plan, s.Table()
		return p.Table, err
	}
	var err error
	if p.a.Halving > 0 {
		var table *sweep.Table
		if table, err = sweep.Halve(ctx, p.load, p.o, p.a.Halving, train); err == nil {
			p.Table = table
		}
	} else {
		_, err = train(p.Plan)
	}
	if p.Table == nil {
		return err
	}
	if writing := p.write(); err == nil { // where the sweep failed, its table cannot be written for the same reason, as a rule
		err = writing
	}
	return err
}

// write keeps the table beside the runs.
func (p *Ablated) write() error {
	if err := p.Table.Write(p.Dir); err != nil {
		return err
	}
	png, err := viz.PNG(p.Picture(), 0, 0)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.Dir, "table.png"), png, 0o644)
}

// View is the table as text and HTML.
func (p *Ablated) View() viz.Table {
	return viz.Table{Title: p.Table.Title(), Headers: p.Table.Headers(), Rows: p.Table.Cells()}
}

// Picture draws the variants with their intervals. Those that differ clearly from the first have another colour.
func (p *Ablated) Picture() *viz.Drawing {
	axis := words(p.Table.Metric) + " (higher is better)"
	if p.Table.LowerIsBetter {
		axis = words(p.Table.Metric) + " (lower is better)"
	}
	var spreads []viz.Spread
	for _, r := range p.Table.Rows {
		s := viz.Spread{Name: r.Name(), Mean: orNaN(r.Mean), Half: orNaN(r.CI95), Marked: r.Clear}
		for _, v := range r.Values {
			s.Values = append(s.Values, orNaN(v))
		}
		spreads = append(spreads, s)
	}
	return viz.Intervals(p.Table.Title(), axis, spreads...)
}

func orNaN(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

// Ablate plans an ablation and trains it in this process: what a notebook wants.
func Ablate(ctx context.Context, name string, a Ablation, opts ...Option) (*Ablated, error) {
	p, err := PlanAblation(ctx, name, a, opts...)
	if err != nil {
		return nil, err
	}
	return p, p.Run(ctx)
}

// here trains in this process.
type here struct{}

// Execute implements sweep.Executor.
func (here) Execute(ctx context.Context, dirs []string, ended func(string, error)) error {
	for _, dir := range dirs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		x, err := loadWith(filepath.Join(dir, runs.ExperimentFile), []Option{In(dir)}, false)
		if err == nil {
			x.silent = true
			_, err = x.Train(ctx)
		}
		var stopped *InterruptedError
		if errors.As(err, &stopped) || ctx.Err() != nil {
			err = fmt.Errorf("%w: %w", sweep.ErrStopped, err)
		}
		ended(dir, err)
	}
	return ctx.Err()
}
