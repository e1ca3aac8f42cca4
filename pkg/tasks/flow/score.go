// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"math"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/datasets/flow/classical"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Loss implements tasks.Task: the mean over queried pixels whose movement is known of
//
//	(d + loss_epsilon)^loss_power
//
// where d is the end-point error |estimate - truth| in units of FlowUnit. With a power of 1 it is the end-point error
// itself; with less, as the 0.4 of PWC-Net's fine-tuning, pixels that are far off pull less. The paper does not say which
// it uses.
func (t *Task) Loss(p *perceiver.Pass, batch []*Node) (tasks.Loss, error) {
	x, err := t.inputs(p, map[string]*Node{"in.bytes": batch[0]})
	if err != nil {
		return tasks.Loss{}, err
	}
	z, err := t.encoder.Forward(p, x, nil)
	if err != nil {
		return tasks.Loss{}, err
	}
	y, err := t.asked(p, z, x, batch[3], decodedAtOnce)
	if err != nil {
		return tasks.Loss{}, err
	}
	var l tasks.Loss
	_, err = p.Catch("loss", func() *Node {
		truth, known := batch[1], Slice(batch[2], AxisRange(), AxisRange(), AxisElem(0))
		known = Squeeze(known, -1)
		off := Sub(y, MulScalar(truth, 1/t.FlowUnit))
		distance := length(off)
		robust := PowScalar(AddScalar(distance, t.data.LossEpsilon), t.data.LossPower)
		l.Value = Div(ReduceAllSum(Mul(robust, known)), MaxScalar(ReduceAllSum(known), 1))
		if !p.Training() {
			l.Sums = t.sums(t.Pixels(y), truth, known, Squeeze(Slice(batch[2], AxisRange(), AxisRange(), AxisElem(1)), -1))
		}
		return l.Value
	})
	return l, err
}

// asked gives the outputs at the queried pixels. Outside of training, where these are all of them, it decodes at most some
// of the batch's at once, so that the attention of a large picture's pixels need not fit into memory as a whole.
func (t *Task) asked(p *perceiver.Pass, z, x, rows *Node, most int) (*Node, error) {
	count := rows.Shape().Dim(1)
	if count < t.pixels() {
		return t.outputs(p, z, x, rows)
	}
	at := t.rowsAtOnce(most / rows.Shape().Dim(0))
	if count <= at || p.Training() {
		return t.outputs(p, z, x, nil)
	}
	var parts []*Node
	for from := 0; from < count; from += at {
		y, err := t.outputs(p, z, x, Slice(rows, AxisRange(), AxisRange(from, min(from+at, count))))
		if err != nil {
			return nil, err
		}
		parts = append(parts, y)
	}
	var whole *Node
	_, err := p.Catch("outputs", func() *Node { whole = Concatenate(parts, 1); return whole })
	return whole, err
}

// length is the length of vectors [..., 2] -> [...], with a slope also at 0.
func length(v *Node) *Node { return Sqrt(AddScalar(ReduceSum(Square(v), -1), 1e-12)) }

// sums are those of the errors of movement.Errors, for an estimate and a truth [B, O, 2] in pixels.
func (t *Task) sums(estimate, truth, known, matched *Node) []tasks.NamedSum {
	distance := length(Sub(estimate, truth))
	far := LogicalAnd(GreaterThan(distance, ConstAs(distance, 3.0)), GreaterThan(distance, MulScalar(length(truth), 0.05)))
	cosine := Div(AddScalar(ReduceSum(Mul(estimate, truth), -1), 1),
		Sqrt(Mul(AddScalar(ReduceSum(Square(estimate), -1), 1), AddScalar(ReduceSum(Square(truth), -1), 1))))
	unmatched := Sub(known, matched)
	sum := func(name string, value, weight *Node) tasks.NamedSum {
		return tasks.NamedSum{Name: name, Total: ReduceAllSum(Mul(value, weight)), Count: ReduceAllSum(weight)}
	}
	return []tasks.NamedSum{
		sum("epe", distance, known), sum("matched", distance, matched), sum("unmatched", distance, unmatched),
		sum("fl", ConvertDType(far, distance.DType()), known), sum("angle", arccos(cosine), known),
	}
}

// arccos is the angle, in degrees, of a cosine [...], after Abramowitz and Stegun 4.4.46: off by at most 2e-8 radians.
func arccos(cosine *Node) *Node {
	x := MinScalar(Abs(cosine), 1)
	sum := ScalarZero(x.Graph(), x.DType())
	for _, c := range []float64{-0.0012624911, 0.0066700901, -0.0170881256, 0.0308918810, -0.0501743046, 0.0889789874, -0.2145988016, 1.5707963050} {
		sum = AddScalar(Mul(sum, x), c)
	}
	angle := Mul(Sqrt(MaxScalar(OneMinus(x), 0)), sum)
	angle = Where(LessThan(cosine, ScalarZero(x.Graph(), x.DType())), Neg(AddScalar(angle, -math.Pi)), angle)
	return MulScalar(angle, 180/math.Pi)
}

// Score implements tasks.Task. Errors are means over the pixels whose movement is known: epe, epe_matched (of pixels
// that can be seen in both pictures) and epe_unmatched in pixels, fl_all in percent, angular in degrees. Where no pixel
// is hidden, or nobody knows, the two parts are left out.
func (t *Task) Score(sums map[string]tasks.Sum) map[string]float64 {
	scores := map[string]float64{"epe": sums["epe"].Mean(), "fl_all": 100 * sums["fl"].Mean(), "angular": sums["angle"].Mean()}
	if sums["unmatched"].Count > 0 {
		scores["epe_unmatched"] = sums["unmatched"].Mean()
		if sums["matched"].Count > 0 {
			scores["epe_matched"] = sums["matched"].Mean()
		}
	}
	return scores
}

// Goal implements tasks.Task.
func (t *Task) Goal() tasks.Goal {
	g := tasks.Goal{Metric: "epe", LowerIsBetter: true}
	if t.data.LossPower == 1 {
		g.LossScale = t.FlowUnit
	}
	return g
}

// Baselines implements tasks.Task: end-point error and part of wrong pixels of no movement at all, and of what the
// method of Horn and Schunck finds.
func (t *Task) Baselines(ctx context.Context) (map[string]float64, error) {
	if t.source == nil {
		return nil, errNoData
	}
	var zero, found movement.Tally
	for i := range t.EvalExamples() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		pair, err := t.HeldOut(i)
		if err != nil {
			return nil, err
		}
		estimate, err := classical.HornSchunck(pair.A, pair.B, classical.Settings{})
		if err != nil {
			return nil, err
		}
		if err := zero.Add(pair, movement.NewField(pair.Flow.Width, pair.Flow.Height)); err != nil {
			return nil, err
		}
		if err := found.Add(pair, estimate); err != nil {
			return nil, err
		}
	}
	a, b := zero.All(), found.All()
	return map[string]float64{"zero_epe": a.EPE, "zero_fl_all": a.FlAll, "classical_epe": b.EPE, "classical_fl_all": b.FlAll}, nil
}
