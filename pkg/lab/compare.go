// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/sweep"
	"github.com/perceiver-go/perceiver/pkg/viz"
	"gonum.org/v1/plot"
)

// Comparison is several runs side by side.
type Comparison struct {
	Table  viz.Table  `json:"-"` // what was set differently, and what came out: a row for each group
	Curves *plot.Plot `json:"-"` // one curve for each group

	Groups   []Group           `json:"groups"`
	Settings []runs.Difference `json:"settings"` // that differ, with values by group
}

// Group is a run, or several of the same experiment with different seeds.
type Group struct {
	Runs    []string           `json:"runs"` // folders
	Metrics map[string]Measure `json:"metrics"`
}

// Measure is a metric over the runs of a group that have it.
type Measure struct {
	N    int      `json:"n"`
	Mean float64  `json:"mean"`
	CI95 *float64 `json:"ci95"` // half the width of its 95 % interval, by Student's t; nil for fewer than 2 runs
}

// Compare sets runs side by side: the settings in which they differ, their metrics, and their learning curves. Runs
// that differ in their seed alone are one group, with the mean of each metric and its interval. Ablate says besides
// which differences are clear.
func Compare(ctx context.Context, all ...*Run) (*Comparison, error) {
	if len(all) == 0 {
		return nil, errors.New("there are no runs to compare")
	}
	c := &Comparison{}
	var settings []map[string]string
	var members [][]*Run
	for _, r := range all {
		s, err := r.Settings()
		if err != nil {
			return nil, err
		}
		delete(s, "train.seed")
		i := slices.IndexFunc(settings, func(t map[string]string) bool { return maps.Equal(s, t) })
		if i < 0 {
			i = len(settings)
			settings, members, c.Groups = append(settings, s), append(members, nil), append(c.Groups, Group{})
		}
		members[i], c.Groups[i].Runs = append(members[i], r), append(c.Groups[i].Runs, r.Dir)
	}
	c.Settings = runs.Differences(settings...)
	for i := range members {
		c.Groups[i].Metrics = measures(members[i])
	}
	c.tabulate(members)
	return c, c.draw(ctx, members)
}

func measures(group []*Run) map[string]Measure {
	values := map[string][]float64{}
	for _, r := range group {
		for name, v := range r.Info.Metrics {
			values[name] = append(values[name], v)
		}
	}
	out := map[string]Measure{}
	for name, v := range values {
		m := Measure{N: len(v)}
		var half float64
		if m.Mean, half = sweep.Interval(v); m.N > 1 {
			m.CI95 = &half
		}
		out[name] = m
	}
	return out
}

// String writes a measure for people.
func (m Measure) String() string {
	switch {
	case m.N == 0:
		return "–"
	case m.CI95 == nil:
		return number(m.Mean)
	}
	return number(m.Mean) + " ± " + number(*m.CI95)
}

// tabulate makes the table.
func (c *Comparison) tabulate(members [][]*Run) {
	names := map[string]bool{}
	for _, g := range c.Groups {
		for name := range g.Metrics {
			names[name] = true
		}
	}
	metrics := sorted(names)
	c.Table.Headers = []string{"run"}
	for _, d := range c.Settings {
		c.Table.Headers = append(c.Table.Headers, d.Key)
	}
	c.Table.Headers = append(c.Table.Headers, "status", "step", "weights")
	for _, name := range metrics {
		c.Table.Headers = append(c.Table.Headers, words(name))
	}
	n := 0
	for i, group := range members {
		n += len(group)
		row := []string{filepath.Base(group[0].Dir)}
		if more := len(group) - 1; more > 0 {
			row[0] += fmt.Sprintf(" and %d more seeds", more)
		}
		for _, d := range c.Settings {
			row = append(row, or(d.Values[i], "–"))
		}
		var states, steps []string
		for _, r := range group {
			states, steps = append(states, r.State()), append(steps, fmt.Sprint(r.Info.Step))
		}
		row = append(row, distinct(states), distinct(steps), fmt.Sprint(group[0].Info.Parameters))
		for _, name := range metrics {
			row = append(row, c.Groups[i].Metrics[name].String())
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	c.Table.Title = fmt.Sprintf("%d runs", n)
}

// distinct names each word once.
func distinct(words []string) string {
	slices.Sort(words)
	return strings.Join(slices.Compact(words), ", ")
}

// draw makes the curves: the evaluations, where each run has two or more, else the training losses. Runs of a group are
// one curve, their mean, in a band from the lowest to the highest.
func (c *Comparison) draw(ctx context.Context, members [][]*Run) error {
	var curves [][]*curve // by group
	var first *Run
	unit, evaluated := "", true
	for _, group := range members {
		var all []*curve
		for _, r := range group {
			k, err := r.history(ctx)
			if err != nil {
				return err
			}
			if first == nil {
				first, unit = r, k.unit
			}
			if k.unit != unit {
				return fmt.Errorf("%s is measured in %s, and %s in %s; compare runs of one kind", first.Dir, unit, r.Dir, k.unit)
			}
			all = append(all, k)
			evaluated = evaluated && len(k.held.X) >= 2
		}
		curves = append(curves, all)
	}
	title := "Training"
	if evaluated {
		title = "Held-out data"
	}
	var series []viz.Series
	for i, group := range members {
		var seeds []viz.Series
		for _, k := range curves[i] {
			if evaluated {
				seeds = append(seeds, k.held)
			} else {
				seeds = append(seeds, k.training)
			}
		}
		series = append(series, viz.Seeds(c.name(i, group), seeds...))
	}
	c.Curves = viz.Curves(title, "step", unit, series, curves[0][0].references...)
	return nil
}

// name is what tells a group from the others.
func (c *Comparison) name(i int, group []*Run) string {
	var label []string
	for _, d := range c.Settings[:min(3, len(c.Settings))] {
		label = append(label, d.Key[strings.LastIndex(d.Key, ".")+1:]+"="+d.Values[i])
	}
	name := or(strings.Join(label, ", "), filepath.Base(group[0].Dir))
	if len(group) > 1 {
		name += fmt.Sprintf(", %d seeds", len(group))
	}
	return name
}
