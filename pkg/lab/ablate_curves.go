// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"path/filepath"

	"gonum.org/v1/plot"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Curves draws how the variants learned: for each the evaluations on held-out data, the mean over its seeds in a band
// from the lowest to the highest. It may be called while the ablation runs; runs that have not begun are left out.
func (p *Ablated) Curves() (*plot.Plot, error) {
	goal := p.Plan.Goal
	var series []viz.Series
	var lines []viz.Reference
	for i, v := range p.Plan.Variants {
		var seeds []viz.Series
		for _, c := range p.Plan.Cells {
			if c.Variant != i {
				continue
			}
			r, err := runs.Open(filepath.Join(p.Dir, c.Folder))
			if err != nil {
				continue
			}
			records, err := r.Records()
			if err != nil {
				return nil, err
			}
			if goal.LossScale != 0 && lines == nil { // otherwise the baselines may measure something else
				lines = references(r.Info.Baselines, goal.Metric)
			}
			var s viz.Series
			for _, record := range records {
				if y, ok := record.Eval[goal.Metric]; ok {
					s.X, s.Y = append(s.X, float64(record.Step)), append(s.Y, y)
				}
			}
			if len(s.Y) > 0 {
				seeds = append(seeds, s)
			}
		}
		if len(seeds) > 0 {
			series = append(series, viz.Seeds(v.Name(), seeds...))
		}
	}
	return viz.Curves(p.Plan.Experiment+" ("+p.Plan.Profile+"), held out", "step", words(goal.Metric), series, lines...), nil
}
