// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// fusedParams are a fused matrix of two published tensors and a bias.
func fusedParams() []perceiver.Param {
	fill := func(x float32) perceiver.Init { return perceiver.Fill(x) }
	return []perceiver.Param{
		{Name: "qk.weight", Shape: []int{2, 3}, Pieces: []perceiver.Piece{
			{Name: "q.weight", Shape: []int{1, 2}, Layout: perceiver.Linear, Init: fill(0.5)},
			{Name: "k.weight", Shape: []int{2, 2}, Layout: perceiver.Linear, Init: fill(-2)}}},
		perceiver.Tensor("bias", fill(0), 3),
	}
}

// reference is one published tensor with its moments, updated by the formulas of the papers in float64.
type reference struct {
	p, m, v []float64
	decays  bool
}

func (r *reference) step(c Config, t int, grad []float64) {
	u := make([]float64, len(r.p))
	var pp, uu float64
	for i, g := range grad {
		r.m[i] = c.Beta1*r.m[i] + (1-c.Beta1)*g
		r.v[i] = c.Beta2*r.v[i] + (1-c.Beta2)*g*g
		mean, square := r.m[i]/(1-math.Pow(c.Beta1, float64(t))), r.v[i]/(1-math.Pow(c.Beta2, float64(t)))
		u[i] = mean / (math.Sqrt(square) + c.Epsilon)
		if r.decays {
			u[i] += c.WeightDecay * r.p[i]
		}
		pp, uu = pp+r.p[i]*r.p[i], uu+u[i]*u[i]
	}
	trust := 1.0
	if c.Optimizer == "lamb" && pp > 0 && uu > 0 {
		trust = math.Sqrt(pp) / math.Sqrt(uu)
	}
	for i := range u {
		r.p[i] -= c.Rate(t-1) * trust * u[i]
	}
}

// TestOptimizersFollowTheirFormulas trains x on the loss sum((x-target)²·weight) and compares with the formulas, tensor
// by published tensor, through clipping, decay and a schedule.
func TestOptimizersFollowTheirFormulas(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, optimizer := range []string{"adamw", "lamb"} {
			t.Run(optimizer, func(t *testing.T) {
				c := Defaults()
				c.Optimizer, c.Steps, c.LearningRate, c.WeightDecay, c.ClipNorm, c.WarmupSteps, c.Epsilon = optimizer, 6, 0.05, 0.1, 0.5, 2, 1e-6
				w, err := perceiver.NewWeights(fusedParams(), dtypes.Float64)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Init(1); err != nil {
					t.Fatal(err)
				}
				for _, slot := range []string{firstMoment, secondMoment} {
					if err := w.AddSlot(slot); err != nil {
						t.Fatal(err)
					}
				}
				program, err := w.Compile(b, "donate_test", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
					x, bias := p.Weight("qk.weight"), p.Weight("bias")
					g := p.Graph()
					loss := Add(ReduceAllSum(Mul(Square(AddScalar(x, -1)), Const(g, [][]float64{{1, 2, 3}, {4, 5, 6}}))), ReduceAllSum(Square(AddScalar(bias, 1))))
					return []*Node{c.update(p, w, w.Params(), Gradient(loss, x, bias), in[0])}, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				defer program.Close()

				// Element [row, column] of the fused matrix: column 0 is q, columns 1 and 2 are k.
				q := &reference{p: []float64{.5, .5}, m: make([]float64, 2), v: make([]float64, 2), decays: true}
				k := &reference{p: []float64{-2, -2, -2, -2}, m: make([]float64, 4), v: make([]float64, 4), decays: true}
				bias := &reference{p: make([]float64, 3), m: make([]float64, 3), v: make([]float64, 3)}
				for step := range c.Steps {
					gq := []float64{2 * 1 * (q.p[0] - 1), 2 * 4 * (q.p[1] - 1)} // published [1, 2]: rows are columns of the matrix
					gk := []float64{2 * 2 * (k.p[0] - 1), 2 * 5 * (k.p[1] - 1), 2 * 3 * (k.p[2] - 1), 2 * 6 * (k.p[3] - 1)}
					gb := []float64{2 * (bias.p[0] + 1), 2 * (bias.p[1] + 1), 2 * (bias.p[2] + 1)}
					norm := 0.0
					for _, g := range [][]float64{gq, gk, gb} {
						for _, x := range g {
							norm += x * x
						}
					}
					norm = math.Sqrt(norm)
					for _, g := range [][]float64{gq, gk, gb} {
						for i := range g {
							g[i] *= c.ClipNorm / math.Max(norm, c.ClipNorm)
						}
					}
					q.step(c, step+1, gq)
					k.step(c, step+1, gk)
					bias.step(c, step+1, gb)

					ctl := c.control(step)
					out, err := program.Run(tensors.FromFlatDataAndDimensions([]float64{ctl.rate, ctl.first, ctl.second}, 3))
					if err != nil {
						t.Fatal(err)
					}
					got, err := scalars(out)
					if err != nil {
						t.Fatal(err)
					}
					if math.Abs(got[0]-norm) > 1e-4*norm {
						t.Errorf("step %d: the norm of the gradient is %g, want %g", step, got[0], norm)
					}
				}
				want := map[string][]float64{"q.weight": q.p, "k.weight": k.p, "bias": bias.p}
				err = w.Published("", func(piece perceiver.Piece, values []float32) error {
					for i, x := range values {
						if math.Abs(float64(x)-want[piece.Name][i]) > 1e-6 {
							t.Errorf("%s[%d] = %g, want %g", piece.Name, i, x, want[piece.Name][i])
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}
