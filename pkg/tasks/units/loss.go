// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Loss implements tasks.Task: the mean loss of the answers for units plus that of the answers for the whole.
func (t *Task) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	z, err := t.Latents(p, batch)
	if err != nil {
		return tasks.Loss{}, err
	}
	y, err := t.vectors(p, z, batch, nil)
	if err != nil {
		return tasks.Loss{}, err
	}
	var units, whole *Node
	if t.unit > 0 {
		if units, err = t.unitAnswers(p, y); err != nil {
			return tasks.Loss{}, err
		}
	}
	if t.whole > 0 {
		if whole, err = t.wholeAnswers(p, y, batch[inThere]); err != nil {
			return tasks.Loss{}, err
		}
	}
	var l tasks.Loss
	_, err = p.Catch("loss", func() *Node {
		l.Sums = append(t.unitSums(units, batch), t.wholeSums(whole, batch)...)
		for i := 0; i < len(l.Sums); i += 2 { // a loss, then a score of the same answers
			if part := mean(l.Sums[i]); l.Value == nil {
				l.Value = part
			} else {
				l.Value = Add(l.Value, part)
			}
		}
		return l.Value
	})
	return l, err
}

// unitSums are the loss of the answers for units, and how many are right.
func (t *Task) unitSums(answers *Node, batch []*Node) []tasks.NamedSum {
	if answers == nil {
		return nil
	}
	var nats, right *Node
	switch truth := batch[inUnitTruth]; t.question.unit {
	case yesNo:
		nats, right = yesNoLoss(Squeeze(answers, -1), truth)
	case class:
		nats, right = classLoss(answers, truth)
	}
	return []tasks.NamedSum{sum("unit_nats", nats, batch[inUnitWeight]), sum("unit_right", right, batch[inUnitWeight])}
}

// wholeSums are the loss of the answers for the whole, and how many are right, or how far off they are.
func (t *Task) wholeSums(answers *Node, batch []*Node) []tasks.NamedSum {
	if answers == nil {
		return nil
	}
	weight, truth := batch[inWholeWeight], batch[inWholeTruth]
	if t.question.whole == amount {
		loss, off := amountLoss(answers, truth)
		weight = BroadcastToShape(ExpandDims(weight, -1), loss.Shape())
		return []tasks.NamedSum{sum("whole_loss", loss, weight), sum("whole_off", off, weight)}
	}
	nats, right := yesNoLoss(Squeeze(answers, -1), Squeeze(Slice(truth, AxisRange(), AxisRange(0, 1)), -1))
	return []tasks.NamedSum{sum("whole_nats", nats, weight), sum("whole_right", right, weight)}
}

// Score implements tasks.Task.
func (t *Task) Score(sums map[string]tasks.Sum) map[string]float64 {
	out := map[string]float64{}
	if t.unit > 0 {
		out["unit_accuracy"], out["unit_nats"] = sums["unit_right"].Mean(), sums["unit_nats"].Mean()
	}
	switch t.question.whole {
	case yesNo:
		out["winner_accuracy"], out["winner_nats"] = sums["whole_right"].Mean(), sums["whole_nats"].Mean()
	case amount:
		out["army_error"] = sums["whole_off"].Mean() * valueScale
	}
	return out
}

// Goal implements tasks.Task: the answers for units where there are some.
func (t *Task) Goal() tasks.Goal {
	if t.unit > 0 {
		return tasks.Goal{Metric: "unit_accuracy"}
	}
	return tasks.Goal{Metric: "winner_accuracy"}
}
