// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// meanPool is the encoder without attention: each unit goes through an MLP, the mean over the units stands for the set,
// and each unit, side by side with that mean, through another MLP:
//
//	h_i = GELU(dense1(u_i))        s = mean of h_i        y_i = u_i + dense3(GELU(dense2([u_i, s])))
type meanPool struct{ width, widen int }

const meanPoolName = "meanpool."

func (e meanPool) hidden() int { return e.width * e.widen }

func (e meanPool) Params() []perceiver.Param {
	ps := perceiver.NewLinear(meanPoolName+"dense1", e.width, e.hidden(), perceiver.FanIn)
	ps = append(ps, perceiver.NewLinear(meanPoolName+"dense2", e.width+e.hidden(), e.hidden(), perceiver.FanIn)...)
	return append(ps, perceiver.NewLinear(meanPoolName+"dense3", e.hidden(), e.width, perceiver.FanIn)...)
}

func (e meanPool) Cost(m int) (c perceiver.Cost) {
	c.Encode = perceiver.LinearStep(m, e.width, e.hidden())
	c.Decode = perceiver.LinearStep(m, e.width+e.hidden(), e.hidden()).Plus(perceiver.LinearStep(m, e.hidden(), e.width))
	return c
}

// Encode gives the mean [B, 1, hidden].
func (e meanPool) Encode(p *perceiver.Pass, units, there *Node) (*Node, error) {
	return p.Catch(meanPoolName+"encode", func() *Node {
		h := gelu(p.Linear(meanPoolName+"dense1", units))
		return ExpandDims(maskedMean(h, there), 1)
	})
}

func (e meanPool) Decode(p *perceiver.Pass, latents, units, _, rows *Node) (*Node, error) {
	units, err := pick(p, units, rows)
	if err != nil {
		return nil, err
	}
	return p.Catch(meanPoolName+"decode", func() *Node {
		d := units.Shape().Dimensions
		mean := BroadcastToDims(latents, d[0], d[1], e.hidden())
		h := gelu(p.Linear(meanPoolName+"dense2", Concatenate([]*Node{units, mean}, -1)))
		return Add(units, p.Linear(meanPoolName+"dense3", h))
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
