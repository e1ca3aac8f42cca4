// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// meanPool is the encoder without attention: what a unit knows of the others is their mean, and each unit goes through an
// MLP side by side with it:
//
//	s = mean of u_i        y_i = u_i + dense2(GELU(dense1([u_i, s])))
type meanPool struct{ width, widen int }

const meanPoolName = "meanpool."

func (e meanPool) hidden() int { return e.width * e.widen }

func (e meanPool) Params() []perceiver.Param {
	ps := perceiver.NewLinear(meanPoolName+"dense1", 2*e.width, e.hidden(), perceiver.FanIn)
	return append(ps, perceiver.NewLinear(meanPoolName+"dense2", e.hidden(), e.width, perceiver.FanIn)...)
}

func (e meanPool) Cost(m int) (c perceiver.Cost) {
	c.Decode = perceiver.LinearStep(m, 2*e.width, e.hidden()).Plus(perceiver.LinearStep(m, e.hidden(), e.width))
	return c
}

// Encode gives the mean [B, 1, W].
func (e meanPool) Encode(p *perceiver.Pass, units, there *Node) (*Node, error) {
	return p.Catch(meanPoolName+"encode", func() *Node { return ExpandDims(maskedMean(units, there), 1) })
}

func (e meanPool) Decode(p *perceiver.Pass, latents, units, _, rows *Node) (*Node, error) {
	units, err := pick(p, units, rows)
	if err != nil {
		return nil, err
	}
	return p.Catch(meanPoolName+"decode", func() *Node {
		mean := BroadcastToDims(latents, units.Shape().Dimensions...)
		h := gelu(p.Linear(meanPoolName+"dense1", Concatenate([]*Node{units, mean}, -1)))
		return Add(units, p.Linear(meanPoolName+"dense2", h))
	})
}

// maskedMean is the mean [B, w] of x [B, M, w] over the places that there [B, M] marks with 1, and 0 where there is none.
func maskedMean(x, there *Node) *Node {
	there = ConvertDType(there, x.DType())
	sum := ReduceSum(Mul(x, ExpandDims(there, -1)), 1)
	return Div(sum, MaxScalar(ReduceAndKeep(there, ReduceSum, -1), 1))
}

func gelu(x *Node) *Node {
	return Mul(MulScalar(x, 0.5), AddScalar(Erf(MulScalar(x, 0.7071067811865476)), 1))
}

func relu(x *Node) *Node { return MaxScalar(x, 0) }
