// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// The slots in which the moments of the gradient are kept.
const (
	firstMoment  = "first_moment"
	secondMoment = "second_moment"
)

// control are the numbers that change from step to step. They are inputs of the compiled step, so that schedules are
// plain Go functions.
type control struct {
	rate          float64
	first, second float64 // 1/(1-beta^t), the corrections of the moments
}

func (c Config) control(step int) control {
	t := float64(step + 1)
	return control{c.Rate(step), 1 / (1 - math.Pow(c.Beta1, t)), 1 / (1 - math.Pow(c.Beta2, t))}
}

// update builds one step of the optimizer and returns the norm of the gradient before clipping. Control is [3]: rate
// and the two corrections.
//
// Both optimizers clip the gradient g to a global norm, keep its moments m and v, and form
//
//	u = m/(1-beta1^t) / (sqrt(v/(1-beta2^t)) + epsilon) + decay·p      no decay for biases and norms
//
// AdamW (Loshchilov and Hutter 2019) subtracts rate·u. LAMB (You et al. 2020) subtracts rate·u·|p|/|u|, the ratio being
// taken for each published tensor and 1 where one of the norms is 0.
func (c Config) update(p *perceiver.Pass, w *perceiver.Weights, params []perceiver.Param, grads []*Node, control *Node) *Node {
	g := p.Graph()
	dtype := w.DType()
	at := func(i int) *Node { return ConvertDType(Reshape(Slice(control, AxisRange(i, i+1))), dtype) }
	rate, first, second := at(0), at(1), at(2)

	total := ScalarZero(g, dtype)
	for _, grad := range grads {
		total = Add(total, ReduceAllSum(Square(grad)))
	}
	length := Sqrt(total)
	clip := func(x *Node) *Node { return x }
	if c.ClipNorm > 0 {
		scale := Div(Scalar(g, dtype, c.ClipNorm), Max(length, Scalar(g, dtype, c.ClipNorm)))
		clip = func(x *Node) *Node { return Mul(x, scale) }
	}
	for i, param := range params {
		grad := clip(grads[i])
		value, mean, square := w.Variable("", param.Name), w.Variable(firstMoment, param.Name), w.Variable(secondMoment, param.Name)
		m := Add(MulScalar(mean.NodeValue(g), c.Beta1), MulScalar(grad, 1-c.Beta1))
		v := Add(MulScalar(square.NodeValue(g), c.Beta2), MulScalar(Square(grad), 1-c.Beta2))
		mean.SetNodeValue(m)
		square.SetNodeValue(v)
		old := value.NodeValue(g)
		u := Div(Mul(m, first), AddScalar(Sqrt(Mul(v, second)), c.Epsilon))
		if c.WeightDecay > 0 && param.Decays() {
			u = Add(u, MulScalar(old, c.WeightDecay))
		}
		if c.Optimizer == "lamb" {
			u = Mul(u, trust(param, old, u))
		}
		value.SetNodeValue(Sub(old, Mul(u, rate)))
	}
	return length
}

// trust is |p|/|u| for each published tensor that the Param holds, in a shape that u can be multiplied by.
func trust(param perceiver.Param, old, u *Node) *Node {
	g, dtype := u.Graph(), u.DType()
	norm := func(x *Node) *Node { return Sqrt(ReduceAllSum(Square(x))) }
	var ratios []*Node
	for _, span := range param.Spans() {
		part := func(x *Node) *Node { return SliceAxis(x, -1, AxisRange(span.From, span.To)) }
		a, b := norm(part(old)), norm(part(u))
		zero, one := ScalarZero(g, dtype), ScalarOne(g, dtype)
		ok := LogicalAnd(GreaterThan(a, zero), GreaterThan(b, zero))
		ratio := Where(ok, Div(a, Where(ok, b, one)), one)
		ratios = append(ratios, BroadcastToShape(ratio, shapes.Make(dtype, span.To-span.From)))
	}
	all := ratios[0]
	if len(ratios) > 1 {
		all = Concatenate(ratios, 0)
	}
	return ExpandLeftToRank(all, u.Rank())
}
