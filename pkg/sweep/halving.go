// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/perceiver-go/perceiver/pkg/experiment"
)

// Halve finds the best of many variants at less cost than training all of them (successive halving): all are trained
// for a small part of the steps, the best 1/eta of them for eta times as many, and so on to the full number. The first
// variant, with which the others are compared, is always kept. Train trains a plan and returns its table; the last
// table is the result, and its notes say what was dropped when.
//
// The runs of a round start anew, with a schedule of their own length: what a variant reaches in a tenth of the steps
// is what it reaches when it is meant to, not a tenth of the way down a longer schedule.
func Halve(ctx context.Context, load Load, o Options, eta int, train func(*Plan) (*Table, error)) (*Table, error) {
	if eta < 2 {
		return nil, fmt.Errorf("halving by %d: the part that is kept must be 1/2 or less", eta)
	}
	if varied(o.Variants, "train.steps") {
		return nil, fmt.Errorf("train.steps is varied, so the rounds of a halving cannot choose it")
	}
	base, err := load()
	if err != nil {
		return nil, err
	}
	var dropped []string
	for part := roundsOf(len(o.Variants), eta); ; part-- {
		steps := max(1, int(math.Round(float64(base.Train.Steps)/math.Pow(float64(eta), float64(part)))))
		plan, err := NewPlan(ctx, func(set ...string) (*experiment.Experiment, error) {
			return load(append(slices.Clone(set), fmt.Sprintf("train.steps=%d", steps))...)
		}, o)
		if err != nil {
			return nil, err
		}
		table, err := train(plan)
		if err != nil {
			return nil, err
		}
		if part == 0 {
			table.Notes = append(table.Notes, dropped...)
			return table, nil
		}
		keep := best(table, (len(o.Variants)+eta-1)/eta)
		var next []Settings
		for i, v := range o.Variants {
			if slices.Contains(keep, i) {
				next = append(next, v)
				continue
			}
			dropped = append(dropped, fmt.Sprintf("%s was dropped after %d steps, at %s.", table.Rows[i].Name(), steps, spread(table.Rows[i].Mean, table.Rows[i].CI95, "%.4f")))
		}
		o.Variants = next
	}
}

// roundsOf is how often n variants can be cut to 1/eta before one is left.
func roundsOf(n, eta int) (rounds int) {
	for n > 1 {
		n = (n + eta - 1) / eta
		rounds++
	}
	return rounds
}

// best are the indices of the n best rows, and the first one's.
func best(t *Table, n int) []int {
	var order []int
	for i, r := range t.Rows {
		if r.Mean != nil {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := *t.Rows[a].Mean, *t.Rows[b].Mean
		if !t.LowerIsBetter {
			x, y = y, x
		}
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	keep := order[:min(n, len(order))]
	if !slices.Contains(keep, 0) {
		keep = append(keep[:len(keep):len(keep)], 0)
	}
	return keep
}
