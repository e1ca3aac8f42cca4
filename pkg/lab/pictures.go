// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/viz"
	"gonum.org/v1/plot"
)

// stage is a part of the cost, by name.
type stage struct {
	name string
	perceiver.Step
}

func stages(c perceiver.Cost) []stage {
	var out []stage
	for _, s := range []stage{{"input", c.Input}, {"encode", c.Encode}, {"process", c.Process}, {"decode", c.Decode}, {"output", c.Output}} {
		if s.Params > 0 || s.FLOPs > 0 {
			out = append(out, s)
		}
	}
	return out
}

// CostTable says what one example costs in the forward pass, counted by formula.
func (x *Experiment) CostTable(ctx context.Context) (viz.Table, error) {
	cost, err := x.Cost(ctx)
	if err != nil {
		return viz.Table{}, err
	}
	t := viz.Table{Title: fmt.Sprintf("%s, %s: cost of one example, forward", x.Name, x.Profile), Headers: []string{"", "weights", "FLOP", "bytes moved"}}
	for _, s := range append(stages(cost), stage{"all", cost.Total()}) {
		t.Rows = append(t.Rows, []string{s.name, fmt.Sprint(s.Params), viz.Human(s.FLOPs, ""), viz.Human(s.Bytes, "B")})
	}
	return t, nil
}

// CostBars draws what CostTable says.
func (x *Experiment) CostBars(ctx context.Context) (*viz.Drawing, error) {
	cost, err := x.Cost(ctx)
	if err != nil {
		return nil, err
	}
	return costBars("Cost of one example", cost), nil
}

// CostBars draws what one example of a task costs in the forward pass, by step of the model.
func CostBars(title string, task tasks.Task) *viz.Drawing { return costBars(title, task.Cost()) }

func costBars(title string, cost perceiver.Cost) *viz.Drawing {
	weights, flops, bytes := viz.Measure{Name: "weights"}, viz.Measure{Name: "computation", Unit: "FLOP"}, viz.Measure{Name: "memory traffic", Unit: "B"}
	for _, s := range stages(cost) {
		weights.Bars = append(weights.Bars, viz.Bar{Name: s.name, Value: float64(s.Params)})
		flops.Bars = append(flops.Bars, viz.Bar{Name: s.name, Value: s.FLOPs})
		bytes.Bars = append(bytes.Bars, viz.Bar{Name: s.name, Value: s.Bytes})
	}
	return viz.CostBars(title, weights, flops, bytes)
}

// Diagram draws the arrays and layers of the experiment's model.
func (x *Experiment) Diagram(ctx context.Context) (*viz.Drawing, error) {
	task, err := x.open(ctx, "", true)
	if err != nil {
		return nil, err
	}
	return Diagram(x.Title, task), nil
}

// Diagram draws the arrays and layers of a task's model.
func Diagram(title string, task tasks.Task) *viz.Drawing {
	s, c := task.Shapes(), task.Architecture()
	return viz.Diagram(viz.Architecture{Title: title, M: s.M, C: s.C, N: s.N, D: s.D, O: s.O, Q: s.Q, E: s.E,
		CrossAttends: c.CrossAttends, Blocks: c.Blocks, Layers: c.LayersPerBlock, Unshared: c.UnsharedBlocks,
		CrossHeads: c.CrossHeads, SelfHeads: c.SelfHeads})
}

// Curve draws the run so far: the training loss, what evaluations found, and what simple methods reach. The plot can be
// changed before it is shown.
func (r *Run) Curve(ctx context.Context) (*plot.Plot, error) {
	task, err := r.X.open(ctx, "", true)
	if err != nil {
		return nil, err
	}
	return drawCurve(r.X.Title+" ("+r.X.Profile+")", task, r.Run)
}

func drawCurve(title string, task tasks.Task, r *runs.Run) (*plot.Plot, error) {
	records, err := r.Records()
	if err != nil {
		return nil, err
	}
	c := curveOf(task.Goal(), records, r.Info.Baselines)
	return viz.Curves(title, "step", c.unit, []viz.Series{c.training, c.held}, c.references...), nil
}

// history reads what the run has behind it.
func (r *Run) history(ctx context.Context) (*curve, error) {
	task, err := r.X.open(ctx, "", true)
	if err != nil {
		return nil, err
	}
	records, err := r.Records()
	if err != nil {
		return nil, err
	}
	return curveOf(task.Goal(), records, r.Info.Baselines), nil
}

// curve is a run's history in the unit of its goal, where the loss can be written in it.
type curve struct {
	unit           string
	scale          float64
	metric         string
	training, held viz.Series
	references     []viz.Reference
}

func curveOf(goal tasks.Goal, records []runs.Record, baselines map[string]float64) *curve {
	c := &curve{unit: strings.ReplaceAll(goal.Metric, "_", " "), scale: goal.LossScale, metric: goal.Metric,
		training: viz.Series{Name: "training"}, held: viz.Series{Name: "held out"}}
	if c.scale == 0 {
		c.unit, c.scale = "loss", 1
	} else {
		c.references = references(baselines, goal.Metric)
	}
	for _, record := range records {
		c.add(record)
	}
	return c
}

func (c *curve) add(r runs.Record) {
	if r.Loss != nil {
		c.training.X, c.training.Y = append(c.training.X, float64(r.Step)), append(c.training.Y, *r.Loss*c.scale)
	}
	if v, ok := r.Eval[c.metric]; ok && len(c.references) > 0 {
		c.held.X, c.held.Y = append(c.held.X, float64(r.Step)), append(c.held.Y, v)
	}
}

// references are the baselines by short names: "unigram" for unigram_bits. Where some end with the name of the metric, as
// zero_epe, the others measure something else and are left out.
func references(baselines map[string]float64, metric string) []viz.Reference {
	named := slices.ContainsFunc(sorted(baselines), func(name string) bool { return strings.HasSuffix(name, "_"+metric) })
	var out []viz.Reference
	for _, name := range sorted(baselines) {
		if named && !strings.HasSuffix(name, "_"+metric) {
			continue
		}
		short, _, _ := strings.Cut(name, "_")
		out = append(out, viz.Reference{Name: short, Y: baselines[name]})
	}
	return out
}
