// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/datasets/flow/classical"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/viz"
	"gonum.org/v1/plot"
)

// FlowTask opens the experiment's pairs of pictures, of a task of optical flow.
func (x *Experiment) FlowTask(ctx context.Context) (*flow.Task, error) {
	opened, err := x.Open(ctx)
	return as[*flow.Task](opened, err, x.Name, "only flow has pairs of pictures with their movement")
}

// FlowPairs are the first most pairs with known movement of a folder, as those of Middlebury, Sintel or KITTI; 0: all.
func FlowPairs(folder string, most int) ([]*movement.Pair, error) {
	files, err := movement.Find(folder)
	if err != nil {
		return nil, err
	}
	var pairs []*movement.Pair
	for _, f := range files {
		if most > 0 && len(pairs) == most {
			break
		}
		p, err := f.Read()
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, nil
}

// FlowSamples is the folder flow of the folder of data sets, with pairs of real pictures that FlowPairs finds below it. It
// is "" where there is no folder of data sets.
func FlowSamples() string {
	root := DataFolder()
	if root == "" {
		return ""
	}
	return filepath.Join(root, "flow")
}

// Estimated is a pair with the movement that somebody found in it.
type Estimated struct {
	*movement.Pair
	By     string // who found it
	Found  *movement.Field
	Errors movement.Errors
}

func estimated(p *movement.Pair, by string, found *movement.Field) (*Estimated, error) {
	e, err := movement.Compare(p.Flow, found, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	return &Estimated{p, by, found, e}, nil
}

// EstimateFlow lets the best checkpoint of a model find the movement in pairs, whatever their size: larger ones in tiles.
func EstimateFlow(ctx context.Context, m Model, pairs ...*movement.Pair) ([]*Estimated, error) {
	opened, w, err := m.model(ctx)
	t, err := as[*flow.Task](opened, err, "the model", "only one of flow finds movement")
	if err != nil {
		return nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	e, err := t.NewEstimator(b.Compute, w, 0)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	var out []*Estimated
	for _, p := range pairs {
		found, err := e.Estimate(ctx, flow.NewFrame(p.A), flow.NewFrame(p.B))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		x, err := estimated(p, "model", found)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// ClassicalFlow finds the movement in pairs without a model, as Horn and Schunck do: the baseline.
func ClassicalFlow(pairs ...*movement.Pair) ([]*Estimated, error) {
	var out []*Estimated
	for _, p := range pairs {
		found, err := classical.HornSchunck(p.A, p.B, classical.Settings{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		x, err := estimated(p, "Horn and Schunck", found)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// DrawPairs draws pairs with their true movement. All movements have one scale.
func DrawPairs(title string, pairs ...*movement.Pair) *viz.Drawing {
	var longest float64
	for _, p := range pairs {
		longest = max(longest, p.Flow.Largest())
	}
	var all []viz.Captioned
	for _, p := range pairs {
		all = append(all, viz.Captioned{Name: "first", Image: p.A}, viz.Captioned{Name: "second", Image: p.B},
			viz.Captioned{Name: "movement", Image: viz.FlowColors(viz.Flow(*p.Flow), longest)},
			viz.Captioned{Name: "second, moved back", Image: movement.Warp(p.B, p.Flow)})
	}
	return viz.SideBySide(title, longest, all...)
}

// DrawEstimates draws what was found beside what is true: the first picture, the true movement and the found one, both in
// one scale, and how far it is off, from dark for nothing to bright for the longest movement of the pair.
func DrawEstimates(title string, all ...*Estimated) *viz.Drawing {
	var longest float64
	for _, e := range all {
		longest = max(longest, e.Flow.Largest())
	}
	var pictures []viz.Captioned
	for _, e := range all {
		pictures = append(pictures, viz.Captioned{Name: "first picture", Image: e.A},
			viz.Captioned{Name: "true movement", Image: viz.FlowColors(viz.Flow(*e.Flow), longest)},
			viz.Captioned{Name: e.By, Image: viz.FlowColors(viz.Flow(*e.Found), longest)},
			viz.Captioned{Name: fmt.Sprintf("off by %.2f px", e.Errors.EPE), Image: viz.FlowErrors(viz.Flow(*e.Flow), viz.Flow(*e.Found), longest)})
	}
	return viz.SideBySide(title, longest, pictures...)
}

// FlowTable compares estimates of the same pairs by several, and no movement at all.
func FlowTable(title string, by ...[]*Estimated) viz.Table {
	t := viz.Table{Title: title, Headers: []string{"pair", "no movement"}}
	if len(by) == 0 {
		return t
	}
	sums := make([]movement.Tally, len(by)+1)
	for _, list := range by {
		if len(list) > 0 {
			t.Headers = append(t.Headers, list[0].By)
		}
	}
	row := func(name string, errors []float64) {
		cells := []string{name}
		for _, e := range errors {
			cells = append(cells, fmt.Sprintf("%.2f px", e))
		}
		t.Rows = append(t.Rows, cells)
	}
	for i, first := range by[0] {
		still := movement.NewField(first.Flow.Width, first.Flow.Height)
		zero, err := estimated(first.Pair, "no movement", still)
		if err != nil {
			continue // was compared before, so there is none
		}
		errors := []float64{zero.Errors.EPE}
		_ = sums[0].Add(first.Pair, still)
		for k, list := range by {
			if i < len(list) {
				errors = append(errors, list[i].Errors.EPE)
				_ = sums[k+1].Add(list[i].Pair, list[i].Found)
			}
		}
		row(first.Name, errors)
	}
	var all []float64
	for k := range sums {
		all = append(all, sums[k].All().EPE)
	}
	row("all pixels", all)
	return t
}

// MovementStatistics draws how long the movements of pairs are: the part of all pixels with a movement of each length.
func MovementStatistics(title string, pairs ...*movement.Pair) *plot.Plot {
	var longest float64
	for _, p := range pairs {
		longest = max(longest, p.Flow.Largest())
	}
	const bins = 40
	width := max(longest, 1e-6) / bins
	counts, n := make([]float64, bins), 0.
	for _, p := range pairs {
		for i := range p.Flow.Width * p.Flow.Height {
			if p.Flow.Known != nil && !p.Flow.Known[i] {
				continue
			}
			length := math.Hypot(float64(p.Flow.UV[2*i]), float64(p.Flow.UV[2*i+1]))
			counts[min(bins-1, int(length/width))]++
			n++
		}
	}
	s := viz.Series{Name: "pixels"}
	for i, c := range counts {
		s.X, s.Y = append(s.X, (float64(i)+0.5)*width), append(s.Y, 100*c/max(n, 1))
	}
	return viz.Curves(title, "length of the movement, pixels", "% of the pixels", []viz.Series{s})
}
