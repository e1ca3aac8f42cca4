// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/core/graph"
)

// Fourier encodes the place of an element in a grid of one or more axes. For axis i with positions p in [-1, 1] and
// bands f_k spaced linearly from 1 to MaxResolution_i/2, both ends included, the channels are, in this order,
//
//	p_1 … p_d,  sin(π·f_k·p_1) … sin(π·f_k·p_d),  cos(π·f_k·p_1) … cos(π·f_k·p_d)
//
// Elements are in row-major order. Each feature depends on one axis only, so the graph holds one small table for each
// axis and lays them out, instead of one large table. The tables are made on the host in float32, rounded step by step as the
// published code does: another order of rounding moves the published audio features by up to 0.0075.
type Fourier struct {
	Name          string
	Grid          []int // elements along each axis: (y, x) for pictures, (t, y, x) for video, (t) for sound and text
	Bands         int
	MaxResolution []int // nil: Grid
	NoPositions   bool  // leaves out p_1 … p_d
	SineOnly      bool  // leaves out the cosines

	// ExclusiveRows is the published rule for a subset of rows: element i of n is at -1+2i/n, the upper end excluded,
	// while the full grid includes it. It is needed to get the numbers of published models that are asked at some rows
	// only. Without it a row has one and the same encoding, asked for alone or among all.
	ExclusiveRows bool
}

// Validate finds a grid, bands or resolutions that cannot be encoded.
func (f Fourier) Validate() error {
	switch {
	case len(f.Grid) == 0 || slices.Min(f.Grid) < 1:
		return fmt.Errorf("positions %s: the grid must have at least one axis and one element along each, got %v", f.Name, f.Grid)
	case f.Bands < 0 || f.axisWidth() < 1:
		return fmt.Errorf("positions %s: there must be at least one band, or the positions themselves, got %d bands", f.Name, f.Bands)
	case f.MaxResolution != nil && (len(f.MaxResolution) != len(f.Grid) || slices.Min(f.MaxResolution) < 1):
		return fmt.Errorf("positions %s: there must be one resolution of at least 1 for each of the %d axes, got %v", f.Name, len(f.Grid), f.MaxResolution)
	}
	return nil
}

// Count is M, the number of elements of the grid.
func (f Fourier) Count() int { return product(f.Grid) }

// Width is the number of channels.
func (f Fourier) Width() int { return len(f.Grid) * f.axisWidth() }

func (f Fourier) axisWidth() int {
	w := f.Bands
	if !f.SineOnly {
		w *= 2
	}
	if !f.NoPositions {
		w++
	}
	return w
}

// Params are the tables, one for each axis: [n_i, 1+2·Bands].
func (f Fourier) Params() []Param {
	var ps []Param
	for axis, n := range f.Grid {
		ps = append(ps, f.table(f.axisName(axis, false), axis, func() []float32 { return Linspace(-1, 1, n) }))
		if f.ExclusiveRows {
			ps = append(ps, f.table(f.axisName(axis, true), axis, func() []float32 { return exclusivePositions(n) }))
		}
	}
	return ps
}

func (f Fourier) axisName(axis int, exclusive bool) string {
	if exclusive {
		return fmt.Sprintf("%s.exclusive_axis_%d", f.Name, axis)
	}
	return fmt.Sprintf("%s.axis_%d", f.Name, axis)
}

func (f Fourier) table(name string, axis int, positions func() []float32) Param {
	resolution := f.Grid[axis]
	if axis < len(f.MaxResolution) {
		resolution = f.MaxResolution[axis]
	}
	return Param{Name: name, Shape: []int{f.Grid[axis], f.axisWidth()}, Table: func() []float32 {
		return f.axisFeatures(positions(), Linspace(1, float32(resolution)/2, f.Bands))
	}}
}

// axisFeatures is [p, sines, cosines] for each position of one axis.
func (f Fourier) axisFeatures(positions, bands []float32) []float32 {
	out := make([]float32, 0, len(positions)*f.axisWidth())
	for _, p := range positions {
		if !f.NoPositions {
			out = append(out, p)
		}
		for _, fn := range []func(float64) float64{math.Sin, math.Cos}[:2-bit(f.SineOnly)] {
			for _, band := range bands {
				angle := float32(p*band) * float32(math.Pi)
				out = append(out, float32(fn(float64(angle))))
			}
		}
	}
	return out
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Linspace is n evenly spaced numbers from a to b, both included, in float32 with one rounding each: bit for bit the
// numbers of torch.linspace. For n = 1 it is a.
func Linspace(a, b float32, n int) []float32 {
	out := make([]float32, max(n, 0))
	if n == 1 {
		out[0] = a
		return out
	}
	step := (b - a) / float32(n-1)
	for i := range out {
		if i < n/2 {
			out[i] = float32(float64(a) + float64(step)*float64(i))
		} else {
			out[i] = float32(float64(b) - float64(step)*float64(n-1-i))
		}
	}
	return out
}

// exclusivePositions are the published positions of single rows, -1+2i/n.
func exclusivePositions(n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = float32(-1 + float32(float32(i*2)/float32(n)))
	}
	return out
}

// Encode returns the features of every element, [M, Width].
func (f Fourier) Encode(p *Pass) *Node { return f.array(p, QueryInput{}) }

func (f Fourier) rows() int { return f.Count() }

func (f Fourier) array(p *Pass, in QueryInput) *Node {
	perAxis, lead := make([]*Node, len(f.Grid)), []int(nil)
	if in.Rows == nil {
		lead = []int{f.Count()}
		for axis := range f.Grid {
			table := p.Weight(f.axisName(axis, false))
			dims := make([]int, len(f.Grid)+1)
			for i := range dims {
				dims[i] = 1
			}
			dims[axis], dims[len(f.Grid)] = f.Grid[axis], f.axisWidth()
			whole := append(append([]int{}, f.Grid...), f.axisWidth())
			perAxis[axis] = Reshape(BroadcastToDims(Reshape(table, dims...), whole...), f.Count(), f.axisWidth())
		}
	} else {
		lead = in.Rows.Shape().Dimensions
		rest := in.Rows
		for axis := len(f.Grid) - 1; axis >= 0; axis-- { // unravel the row-major index, last axis first
			next := Div(rest, Scalar(p.graph, rest.DType(), f.Grid[axis]))
			index := Sub(rest, MulScalar(next, f.Grid[axis]))
			perAxis[axis], rest = takeRows(p.Weight(f.axisName(axis, f.ExclusiveRows)), index), next
		}
	}
	if len(perAxis) == 1 {
		return perAxis[0] // one axis has its channels in order already
	}
	var parts []*Node
	take := func(from, to int) {
		for _, x := range perAxis {
			parts = append(parts, SliceAxis(x, -1, AxisRange(from, to)))
		}
	}
	from := 0
	if !f.NoPositions {
		take(0, 1)
		from = 1
	}
	take(from, from+f.Bands)
	if !f.SineOnly {
		take(from+f.Bands, from+2*f.Bands)
	}
	x := Concatenate(parts, -1)
	x.Shape().AssertDims(append(append([]int{}, lead...), f.Width())...)
	return x
}
