// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"strings"

	"gonum.org/v1/plot"

	"github.com/perceiver-go/perceiver/pkg/sweep"
	"github.com/perceiver-go/perceiver/pkg/tasks/units"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// EncoderCost is what the encoder of units computes for one set of units: the part of a model that model.encoder swaps.
type EncoderCost struct {
	Encoder string  `json:"encoder"`
	FLOPs   float64 `json:"flops"` // forward
	Params  int     `json:"params"`
}

// EncoderCosts counts what each of the encoders costs in an experiment of units, by formula.
func EncoderCosts(ctx context.Context, name string, opts ...Option) ([]EncoderCost, error) {
	var all []EncoderCost
	for _, encoder := range units.Encoders {
		x, err := Load(name, append(opts[:len(opts):len(opts)], Set("model.encoder="+encoder))...)
		if err != nil {
			return nil, err
		}
		opened, err := x.open(ctx, "", true)
		task, err := as[*units.Task](opened, err, name, "only units have encoders to compare")
		if err != nil {
			return nil, err
		}
		cost := task.EncoderCost().Total()
		all = append(all, EncoderCost{encoder, cost.FLOPs, cost.Params})
	}
	return all, nil
}

// Encoders is a comparison of the encoders of units: an ablation of model.encoder, beside what each encoder computes.
type Encoders struct {
	*Ablated
	Costs []EncoderCost
}

// CompareEncoders trains an experiment of units with each encoder and as many seeds.
func CompareEncoders(ctx context.Context, name string, seeds int, opts ...Option) (*Encoders, error) {
	costs, err := EncoderCosts(ctx, name, opts...)
	if err != nil {
		return nil, err
	}
	a, err := Ablate(ctx, name, Ablation{Vary: []string{"model.encoder=" + strings.Join(units.Encoders, ",")}, Seeds: seeds}, opts...)
	if err != nil {
		return nil, err
	}
	return &Encoders{a, costs}, nil
}

// row is that of an encoder.
func (e *Encoders) row(i int) *sweep.Row { return &e.Ablated.Table.Rows[i] }

// View is the comparison as a table.
func (e *Encoders) View() viz.Table {
	t := viz.Table{Title: e.Plan.Goal.Metric, Headers: []string{"encoder", "runs", e.Plan.Goal.Metric, "± 95 %", "encoder FLOP", "of the Transformer"}}
	full := 0.0
	for _, c := range e.Costs {
		if c.Encoder == "transformer" {
			full = c.FLOPs
		}
	}
	for i, c := range e.Costs {
		r := e.row(i)
		t.Rows = append(t.Rows, []string{c.Encoder, fmt.Sprint(r.N), known(r.Mean), known(r.CI95), viz.Human(c.FLOPs, ""), fmt.Sprintf("%.0f %%", 100*c.FLOPs/full)})
	}
	return t
}

func known(v *float64) string {
	if v == nil {
		return ""
	}
	return number(*v)
}

// Pareto draws the score of each encoder beside its FLOPs.
func (e *Encoders) Pareto() *plot.Plot {
	var trials []viz.Trial
	for i, c := range e.Costs {
		r := e.row(i)
		if r.Mean == nil {
			continue
		}
		t := viz.Trial{Name: c.Encoder, X: c.FLOPs, Y: *r.Mean}
		if r.CI95 != nil {
			t.Half = *r.CI95
		}
		trials = append(trials, t)
	}
	p := viz.Pareto("Three encoders of units", "FLOP of the encoder, one set of units", e.Plan.Goal.Metric, e.Plan.Goal.LowerIsBetter, trials...)
	p.Y.Max += (p.Y.Max - p.Y.Min) / 10 // room for the name of the best
	return p
}
