// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/optimize"
)

// decays are the strengths of weight decay among which a linear model's is chosen.
var decays = []float64{1e-1, 1e-2, 1e-3, 1e-4}

// L-BFGS ends after this many steps, or where the gradient is as small as this.
const (
	iterations = 60
	flat       = 1e-4
)

// fitLinear fits a linear model to x [n][D] and truth [n][K], and gives its scores for held [m][D].
func fitLinear(ctx context.Context, x [][]float64, truth [][]float32, held [][]float64, several bool) ([][]float64, error) {
	standardise(x, held)
	best, least := decays[0], math.Inf(1)
	var start []float64
	// Every fifth sound chooses the decay. A class may lie in one stretch of the list, so neighbours are no choice.
	var fitX, testX [][]float64
	var fitTruth, testTruth [][]float32
	for i := range x {
		if i%5 == 4 {
			testX, testTruth = append(testX, x[i]), append(testTruth, truth[i])
		} else {
			fitX, fitTruth = append(fitX, x[i]), append(fitTruth, truth[i])
		}
	}
	if len(testX) > 0 {
		fit, test := newRegression(fitX, fitTruth, several), newRegression(testX, testTruth, several)
		var w []float64
		for _, decay := range decays { // from strong to weak, each beginning where the last one ended
			var err error
			if w, err = fit.minimise(ctx, decay, w); err != nil {
				return nil, err
			}
			nats := test.nats(w)
			if nats > least {
				break // with less decay it gets worse still
			}
			best, least, start = decay, nats, w
		}
	}
	w, err := newRegression(x, truth, several).minimise(ctx, best, start)
	if err != nil {
		return nil, err
	}
	return newRegression(held, nil, several).scores(w, len(truth[0])), nil
}

// standardise gives each number mean 0 and spread 1 in x, over the root of how many there are, so that a sound has length 1
// or so; held is changed alike.
func standardise(x, held [][]float64) {
	d := len(x[0])
	for k := range d {
		mean, square := 0., 0.
		for _, row := range x {
			mean += row[k]
		}
		mean /= float64(len(x))
		for _, row := range x {
			square += (row[k] - mean) * (row[k] - mean)
		}
		scale := 1 / math.Sqrt((square/float64(len(x))+1e-8)*float64(d))
		for _, row := range slices.Concat(x, held) {
			row[k] = (row[k] - mean) * scale
		}
	}
}

// regression is the loss of a linear model as a function of its weights [K, D+1], the last column of which are the biases.
type regression struct {
	x       blas64.General // [n, D+1]
	truth   [][]float32
	several bool
}

func newRegression(x [][]float64, truth [][]float32, several bool) *regression {
	d := len(x[0]) + 1
	r := &regression{blas64.General{Rows: len(x), Cols: d, Stride: d, Data: make([]float64, len(x)*d)}, truth, several}
	for i, row := range x {
		copy(r.x.Data[i*d:], row)
		r.x.Data[(i+1)*d-1] = 1
	}
	return r
}

func (r *regression) scores(w []float64, classes int) [][]float64 {
	s := r.multiply(w, classes)
	out := make([][]float64, r.x.Rows)
	for i := range out {
		out[i] = s.Data[i*classes : (i+1)*classes]
	}
	return out
}

func (r *regression) multiply(w []float64, classes int) blas64.General {
	s := blas64.General{Rows: r.x.Rows, Cols: classes, Stride: classes, Data: make([]float64, r.x.Rows*classes)}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, r.x, r.matrix(w, classes), 0, s)
	return s
}

// matrix are weights, or their gradient, as a matrix.
func (r *regression) matrix(w []float64, classes int) blas64.General {
	return blas64.General{Rows: classes, Cols: r.x.Cols, Stride: r.x.Cols, Data: w}
}

// nats is the mean cross-entropy.
func (r *regression) nats(w []float64) float64 {
	loss, _ := r.errors(w)
	return loss
}

// errors are the mean cross-entropy and its gradient for each score, [n, K].
func (r *regression) errors(w []float64) (float64, blas64.General) {
	classes := len(r.truth[0])
	s := r.multiply(w, classes)
	n, loss := float64(r.x.Rows), 0.
	for i, truth := range r.truth {
		row := s.Data[i*classes : (i+1)*classes]
		if r.several {
			for k, x := range row {
				y := float64(truth[k])
				loss += (max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x)))) / n
				row[k] = (1/(1+math.Exp(-x)) - y) / n
			}
			continue
		}
		top, sum := slices.Max(row), 0.
		for _, x := range row {
			sum += math.Exp(x - top)
		}
		for k, x := range row {
			y := float64(truth[k])
			loss -= y * (x - top - math.Log(sum)) / n
			row[k] = (math.Exp(x-top)/sum - y) / n
		}
	}
	return loss, s
}

// minimise finds the weights of the least loss with a decay, from weights that may be nil, by L-BFGS.
func (r *regression) minimise(ctx context.Context, decay float64, from []float64) ([]float64, error) {
	classes := len(r.truth[0])
	if from == nil {
		from = make([]float64, r.x.Cols*classes)
	}
	gradient := make([]float64, len(from))
	var at []float64 // where the gradient was computed; it comes with the loss
	var loss float64
	compute := func(w []float64) {
		if slices.Equal(at, w) {
			return
		}
		at = append(at[:0], w...)
		var errors blas64.General
		loss, errors = r.errors(w)
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, errors, r.x, 0, r.matrix(gradient, classes))
		for i, x := range w {
			if (i+1)%r.x.Cols == 0 {
				continue // biases do not decay
			}
			loss += decay / 2 * x * x
			gradient[i] += decay * x
		}
	}
	problem := optimize.Problem{
		Func:   func(w []float64) float64 { compute(w); return loss },
		Grad:   func(g, w []float64) { compute(w); copy(g, gradient) },
		Status: func() (optimize.Status, error) { return optimize.NotTerminated, ctx.Err() },
	}
	result, err := optimize.Minimize(problem, from, &optimize.Settings{MajorIterations: iterations, GradientThreshold: flat}, &optimize.LBFGS{Store: 8})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if result == nil {
		return nil, err
	}
	return result.X, nil // a line search that finds no better place is the end, not a failure
}
