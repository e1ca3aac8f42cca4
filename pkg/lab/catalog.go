// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"fmt"
	"math"

	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/viz"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// PublishedTable lists the six published models: what is counted here, beside what the paper says.
func PublishedTable() (viz.Table, error) {
	list, err := published.Models()
	if err != nil {
		return viz.Table{}, err
	}
	t := viz.Table{Title: "The published models: counted here, and in the paper", Headers: []string{"model", "weights", "paper", "GFLOP", "paper", "remark"}}
	for _, e := range list {
		t.Rows = append(t.Rows, []string{e.Name, grouped(e.Parameters), e.Paper.Parameters, billions(e.FLOPs), billions(e.Paper.FLOPs), e.Paper.Note})
	}
	return t, nil
}

func billions(x float64) string { return fmt.Sprintf("%.0f", x/1e9) }

// grouped writes a number with a comma after each three digits.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// PublishedBars draws the weights of the six published models, and what one example costs.
func PublishedBars() (*viz.Drawing, error) {
	list, err := published.Models()
	if err != nil {
		return nil, err
	}
	weights, flops := viz.Measure{Name: "weights"}, viz.Measure{Name: "computation", Unit: "FLOP"}
	for _, e := range list {
		weights.Bars = append(weights.Bars, viz.Bar{Name: e.Name, Value: float64(e.Parameters)})
		flops.Bars = append(flops.Bars, viz.Bar{Name: e.Name, Value: e.FLOPs})
	}
	return viz.CostBars("The published models: one example with all its outputs", weights, flops), nil
}

// PublishedCost draws where one published model spends its weights and its computation.
func PublishedCost(name string) (*viz.Drawing, error) {
	e, err := published.Describe(name)
	if err != nil {
		return nil, err
	}
	return costBars(e.Title+": cost of one example", e.Cost), nil
}

// VerifiedTable shows the first comparisons of a report, at most that many; outputs stand before everything else.
func VerifiedTable(r *published.Report, most int) viz.Table {
	t := viz.Table{Title: fmt.Sprintf("%s, %s weights: %d of %d comparisons agree", r.Model, grouped(r.Parameters), len(r.Tensors)-len(r.Bad()), len(r.Tensors)),
		Headers: []string{"tensor", "shape", "largest difference", "tolerance", ""}}
	for _, row := range r.Tensors[:min(most, len(r.Tensors))] {
		ok := "agrees"
		if !row.OK {
			ok = "is out"
		}
		found := fmt.Sprintf("%.2g", row.MaxAbs)
		if row.MaxAbs > math.MaxFloat32 {
			found = row.Note
		}
		t.Rows = append(t.Rows, []string{row.Name, fmt.Sprint(row.Shape), found, fmt.Sprintf("%.2g", row.Tolerance), ok})
	}
	return t
}

// VerifiedPlot draws the largest difference of each comparison of a report beside what is tolerated. What agrees to the
// last bit, or nearly, is drawn at the bottom.
func VerifiedPlot(r *published.Report) (*plot.Plot, error) {
	var got, bound plotter.XYs
	lowest := math.Inf(1)
	for _, row := range r.Tensors {
		for _, x := range []float64{row.MaxAbs, row.Tolerance} {
			if x > 0 {
				lowest = min(lowest, x)
			}
		}
	}
	lowest = max(lowest, 1e-10)
	for i, row := range r.Tensors {
		if row.Tolerance > 0 {
			bound = append(bound, plotter.XY{X: float64(i + 1), Y: row.Tolerance})
		}
		if row.MaxAbs < math.MaxFloat32 {
			got = append(got, plotter.XY{X: float64(i + 1), Y: max(row.MaxAbs, lowest)})
		}
	}
	p := viz.New(r.Model+": differences from the port", "comparison", "largest difference")
	for i, series := range []struct {
		name string
		xys  plotter.XYs
	}{{"tolerated", bound}, {"found", got}} {
		if len(series.xys) == 0 {
			continue
		}
		s, err := plotter.NewScatter(series.xys)
		if err != nil {
			return nil, err
		}
		s.GlyphStyle = draw.GlyphStyle{Color: viz.Color(i), Radius: vg.Points(2), Shape: draw.CircleGlyph{}}
		p.Add(s)
		p.Legend.Add(series.name, s)
	}
	viz.LogY(p)
	return p, nil
}
