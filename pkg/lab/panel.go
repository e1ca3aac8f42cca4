// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"maps"
	"math"
	"time"

	"github.com/perceiver-go/perceiver/pkg/display"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/train"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// panel shows a run while it goes: a picture that changes in a notebook, a line that changes on a terminal, and a line
// now and then elsewhere.
type panel struct {
	live  *display.Live
	state viz.Panel
	curve *curve
	begin time.Time

	sum   float64 // of the losses since the last point of the curve
	count int
	every int
}

// newPanel opens a panel with what the run has behind it.
func newPanel(title string, config train.Config, task tasks.Task, folder *runs.Run) *panel {
	records, _ := folder.Records() // a curve that cannot be read is drawn from here on
	p := &panel{live: display.NewLive(Talk), begin: time.Now(), curve: curveOf(task.Goal(), records, folder.Info.Baselines), every: max(1, config.LogEvery)}
	p.state = viz.Panel{Title: title, Step: folder.Info.Step, Steps: config.Steps, Loss: math.NaN(), LossName: p.curve.unit,
		References: p.curve.references, Note: folder.Info.Machine.Backend}
	return p
}

// step hears of every step of the training.
func (p *panel) step(s train.Progress) {
	p.sum, p.count = p.sum+s.Loss, p.count+1
	if s.Step%p.every == 0 || s.Step == s.Steps {
		mean := p.sum / float64(p.count)
		p.sum, p.count = 0, 0
		p.curve.add(runs.Record{Step: s.Step, Loss: &mean})
		p.state.Loss = mean * p.curve.scale
	}
	if s.Evaluated != nil {
		p.curve.add(runs.Record{Step: s.Step, Eval: maps.Clone(s.Evaluated)})
	}
	p.state.Step, p.state.StepsPerSecond, p.state.Remaining, p.state.Elapsed = s.Step, s.StepsPerSecond, s.Remaining, time.Since(p.begin)
	p.show()
}

func (p *panel) show() {
	p.state.Curve, p.state.Held = p.curve.training, p.curve.held
	publish(p.state)
	p.live.Show(p.state)
}

// end shows how the run ended.
func (p *panel) end(result *train.Result, err error) {
	p.state.Done, p.state.Status = true, runs.Failed
	if err == nil {
		p.state.Status = result.Status
		p.state.Step = result.Step
	}
	p.state.Curve, p.state.Held = p.curve.training, p.curve.held
	publish(p.state)
	p.live.End(p.state)
}
