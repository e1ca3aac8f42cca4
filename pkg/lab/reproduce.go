// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/experiments"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/reproduce"
	"github.com/perceiver-go/perceiver/pkg/sweep"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Reproduction says which tables of the paper to put beside ours, and how.
type Reproduction struct {
	Tables      []string // by name, as "language"; none: all
	Experiments []string // whose rows to gather, by name or path; none: all of the module
	Seeds       int      // runs of each experiment; 0: 1
	Profile     string   // "" is quick
	Data        string   // other data than the experiments' own; for a single table
	Set         []string // settings on top of the profile; those of PERCEIVER_SET come before

	Out         string         // folder of the pages; "": docs/results beside the nearest go.mod. With settings it must be given
	Executor    sweep.Executor // who trains; nil: this process, run after run
	RetryFailed bool
}

// Reproduced is a reproduction that has been planned, and perhaps run.
type Reproduced struct {
	Out    string
	Pages  []*reproduce.Page // by table; before Run as they are on disk
	Trials []*Trial          // what there is to train, by experiment

	r      Reproduction
	tables []reproduce.Table
	names  map[string]string // by which the experiments are loaded: their own, or paths
}

// Trial is an experiment of a reproduction with its runs.
type Trial struct {
	X       *experiment.Experiment
	Plan    *sweep.Plan
	Dir     string       // of its run folders
	Table   *sweep.Table // how the runs stand
	Problem string       // why it cannot be run here, as data that is absent; "" where it can
}

// PlanReproduction works out which runs there should be and which there are. Nothing is trained or written.
func PlanReproduction(ctx context.Context, r Reproduction) (*Reproduced, error) {
	r.Set = append(strings.Fields(os.Getenv("PERCEIVER_SET")), r.Set...)
	p := &Reproduced{Out: r.Out, r: r, names: map[string]string{}}
	list, err := p.collect(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Data != "" && len(p.tables) != 1:
		return nil, &experiment.Error{Where: "--data " + r.Data, Err: fmt.Errorf("it is for the experiments of one table; name the table")}
	case r.Out == "" && len(r.Set) > 0:
		return nil, &experiment.Error{Where: strings.Join(r.Set, " "), Err: fmt.Errorf("with settings changed, the runs are not those of the profile, so their pages need a folder of their own; give one with --out")}
	case r.Out == "":
		p.Out = Results()
	}
	for _, t := range p.tables {
		for _, row := range t.Rows {
			if row.Official != "" {
				if _, err := published.Canonical(row.Official); err != nil {
					return nil, &experiment.Error{Where: row.Experiment, Err: fmt.Errorf("paper.official = %q: %w", row.Official, err)}
				}
			}
		}
		page, err := reproduce.Read(p.Out, t.Name)
		if err != nil {
			return nil, err
		}
		p.Pages = append(p.Pages, page)
	}
	for _, x := range list {
		if !slices.ContainsFunc(p.tables, func(t reproduce.Table) bool { return slices.Contains(t.Experiments(), x.Name) }) {
			continue
		}
		t, err := p.trial(ctx, x)
		if err != nil {
			return nil, err
		}
		p.Trials = append(p.Trials, t)
	}
	return p, nil
}

// Results is the folder of the pages: docs/results beside the nearest go.mod, or the folder results here.
func Results() string {
	if module, ok := moduleFolder(); ok {
		return filepath.Join(module, "docs", "results")
	}
	return "results"
}

// collect reads the experiments and chooses the tables.
func (p *Reproduced) collect(ctx context.Context) ([]*experiment.Experiment, error) {
	names := p.r.Experiments
	if len(names) == 0 {
		names = experiments.Names()
	}
	var list []*experiment.Experiment
	for _, name := range names {
		x, err := loadWith(name, p.options(), false)
		var wrong *experiment.Error
		if errors.As(err, &wrong) && strings.HasPrefix(wrong.Where, "--set") && len(p.r.Tables) > 0 {
			// Another task need not have the key that is set; where it is of a table that was asked for, this is said.
			if x, other := loadWith(name, []Option{Profile(p.r.Profile)}, false); other == nil && !of(x.Paper, p.r.Tables) {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		list = append(list, x.Experiment)
		p.names[x.Name] = name
	}
	tables, err := reproduce.Collect(list, func(x *experiment.Experiment) (map[string]float64, error) {
		return paperCounts(ctx, p.names[x.Name])
	})
	if err != nil {
		return nil, err
	}
	if p.tables, err = choose(tables, p.r.Tables); err != nil {
		return nil, &experiment.Error{Where: "reproduce", Err: err}
	}
	return list, nil
}

// PaperTables are the names of the tables that the module's experiments have rows of.
func PaperTables() []string {
	var rows []experiment.PaperRow
	for _, name := range experiments.Names() {
		if x, err := loadWith(name, nil, false); err == nil { // the tests read every experiment
			rows = append(rows, x.Paper...)
		}
	}
	return experiment.Tables(rows)
}

func of(rows []experiment.PaperRow, tables []string) bool {
	return slices.ContainsFunc(rows, func(r experiment.PaperRow) bool { return slices.Contains(tables, r.Table) })
}

func choose(all []reproduce.Table, names []string) ([]reproduce.Table, error) {
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, t := range all {
		known = append(known, t.Name)
	}
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		if near := experiment.Nearest(name, known); near != "" {
			return nil, fmt.Errorf("there is no table %q; did you mean %q?", name, near)
		}
		return nil, fmt.Errorf("there is no table %q; there are %s", name, strings.Join(known, ", "))
	}
	return slices.DeleteFunc(all, func(t reproduce.Table) bool { return !slices.Contains(names, t.Name) }), nil
}

func (p *Reproduced) options(set ...string) []Option {
	return []Option{Profile(p.r.Profile), Data(p.r.Data), Set(p.r.Set...), Set(set...)}
}

// paperCounts counts the model of an experiment in the paper's size.
func paperCounts(ctx context.Context, name string) (map[string]float64, error) {
	x, err := loadWith(name, []Option{Profile("paper")}, false)
	if err != nil {
		return nil, err
	}
	cost, err := x.Cost(ctx)
	if err != nil {
		return nil, err
	}
	total := cost.Total()
	return map[string]float64{"params": float64(total.Params), "flops": total.FLOPs}, nil
}

// trial plans the runs of an experiment.
func (p *Reproduced) trial(ctx context.Context, x *experiment.Experiment) (*Trial, error) {
	load := func(set ...string) (*experiment.Experiment, error) {
		x, err := loadWith(p.names[x.Name], p.options(set...), false)
		if err != nil {
			return nil, err
		}
		return x.Experiment, nil
	}
	plan, err := sweep.NewPlan(ctx, load, sweep.Options{Variants: []sweep.Settings{nil}, Seeds: p.r.Seeds})
	if err != nil {
		return nil, err
	}
	name := strings.NewReplacer("/", "-", "\\", "-", ".", "-").Replace(strings.TrimLeft(x.Name, "./\\"))
	t := &Trial{X: x, Plan: plan, Dir: filepath.Join(Runs(), "reproduce", name+"-"+x.Profile)}
	t.Table = t.sweep().Table()
	if t.Table.Missing == 0 {
		return t, nil
	}
	if _, err := (&Experiment{Experiment: x}).Open(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t.Problem = err.Error()
	}
	return t, nil
}

func (t *Trial) sweep() *sweep.Sweep { return &sweep.Sweep{Dir: t.Dir, Plan: t.Plan} }

// FLOPs is about what the runs that are missing compute: three times the forward pass for each example of each step.
func (t *Trial) FLOPs() float64 {
	return 3 * t.Plan.Variants[0].FLOPs * float64(t.X.Train.Batch) * float64(t.X.Train.Steps) * float64(t.Table.Missing)
}

// Run trains what is missing, experiment after experiment, and writes the pages after each. Experiments that cannot be
// run are said so on their page, and the others go on. It returns ctx's error where it was interrupted, and can be
// called again, by any process.
func (p *Reproduced) Run(ctx context.Context) error {
	if p.r.Executor == nil {
		p.r.Executor = here{}
	}
	if err := p.verify(ctx); err != nil {
		return err
	}
	for _, t := range p.Trials {
		if t.Problem == "" {
			say("%s, %s: %s\n", t.X.Name, t.X.Profile, t.Dir)
			s := t.sweep()
			s.Executor, s.RetryFailed, s.Log = p.r.Executor, p.r.RetryFailed, func(line string) { say("%s\n", line) }
			if err := s.Run(ctx); err != nil {
				return err
			}
			t.Table = s.Table()
		} else {
			say("%s, %s: not run: %s\n", t.X.Name, t.X.Profile, t.Problem)
		}
		if err := p.put(t); err != nil {
			return err
		}
	}
	return nil
}

// put takes the result of an experiment into the pages that have rows of it, and writes them.
func (p *Reproduced) put(t *Trial) error {
	size := reproduce.NewSize(t.X.Profile, p.r.Set, p.r.Data)
	result, err := reproduce.MeasureRuns(t.X, size, t.Dir, t.Plan)
	if err != nil {
		return err
	}
	problems := map[string]string{}
	for _, other := range p.Trials {
		if other.Problem != "" {
			problems[other.X.Name] = size.String() + ": " + other.Problem
		}
	}
	for i, table := range p.tables {
		if !slices.Contains(table.Experiments(), t.X.Name) {
			continue
		}
		page := p.Pages[i]
		if len(result.Runs) > 0 && page.Put(*result) {
			say("%s: the page has more runs of %s, %s than these %d; it keeps them\n", table.Name, t.X.Name, size, result.N)
		}
		page.Judge(table, problems)
		if err := page.Write(p.Out); err != nil {
			return err
		}
		say("%s\n", filepath.Join(p.Out, table.Name+".md"))
	}
	return reproduce.WriteIndex(p.Out)
}

// Failed counts the runs that failed, and Missing those that have not ended.
func (p *Reproduced) Failed() (n int) {
	for _, t := range p.Trials {
		n += t.Table.Failed
	}
	return n
}

// Missing counts the runs that have not ended, of the experiments that can be run.
func (p *Reproduced) Missing() (n int) {
	for _, t := range p.Trials {
		if t.Problem == "" {
			n += t.Table.Missing
		}
	}
	return n
}

// Views are the pages as text and HTML: for each, the paper's numbers beside ours, then what the experiments reached.
func (p *Reproduced) Views() (tables []viz.Table) {
	for _, page := range p.Pages {
		headers, rows := page.Grid()
		tables = append(tables, viz.Table{Title: page.Table + ": the paper beside ours", Headers: headers, Rows: rows})
		if headers, rows = page.Reached(); len(rows) > 0 {
			tables = append(tables, viz.Table{Title: page.Table + ": what the runs reached", Headers: headers, Rows: rows})
		}
	}
	return tables
}

// Reproduce puts the paper's tables beside ours and trains what is missing in this process: what a notebook wants.
func Reproduce(ctx context.Context, r Reproduction) (*Reproduced, error) {
	p, err := PlanReproduction(ctx, r)
	if err != nil {
		return nil, err
	}
	return p, p.Run(ctx)
}
