// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Pass is one forward pass under construction: it hands out weights by name, draws dropout, remembers where it is so
// that an error can name the layer, and keeps intermediate values on request.
type Pass struct {
	// Tap, where it is not nil, is shown intermediate values by name while the graph is built: attention maps, hidden
	// states, the pieces of a layer. A layer that runs several times, because blocks share their weights, is shown
	// each time.
	Tap func(name string, value *Node)

	graph  *Graph
	weight func(name string) *Node
	update func(name string, value *Node)
	random *Node // state of the random generator; nil outside of training
	where  string
}

// Graph is the GoMLX graph that the pass is built in.
func (p *Pass) Graph() *Graph { return p.graph }

// Training reports whether dropout is on.
func (p *Pass) Training() bool { return p.random != nil }

// Train turns dropout on. State is the state of the random generator, [3]uint64 (GoMLX's RNGStateShape), usually an
// input of the graph: with a state that is a function of the step, a resumed run draws what the first one would have.
func (p *Pass) Train(state *Node) { p.random = state }

// Random returns uniform values in [0, 1) of the given shape and moves the generator on. It needs Train.
func (p *Pass) Random(shape shapes.Shape) *Node {
	if p.random == nil {
		panic(errors.New("random numbers are drawn only after Train"))
	}
	var values *Node
	p.random, values = RandomUniform(p.random, shape)
	return values
}

// Weight returns the weight or table of that name. It panics where there is none, as graph code does; see Catch.
func (p *Pass) Weight(name string) *Node { return p.weight(name) }

// Update gives a buffer the value that it will have when the program has run; Weight gives the new value from then on.
func (p *Pass) Update(name string, value *Node) {
	if now := p.weight(name); !now.Shape().Equal(value.Shape()) {
		panic(fmt.Errorf("%s has shape %s and cannot become %s", name, now.Shape(), value.Shape()))
	}
	p.update(name, value)
}

// Catch runs f, which builds a part of the graph, and turns a panic of it into an error that names the layer in which
// it happened. Whatever this package exports and builds graphs with does so under Catch, but for the small pieces that
// return a bare node, such as Linear and Fourier.Encode: these panic as graph code does, and a task calls them under Catch.
func (p *Pass) Catch(what string, f func() *Node) (out *Node, err error) {
	leave := p.at(what)
	defer func() {
		r, where := recover(), p.where
		leave()
		if cause, ok := r.(error); ok {
			err = fmt.Errorf("perceiver: %s: %w", where, cause)
		} else if r != nil {
			err = fmt.Errorf("perceiver: %s: %v", where, r)
		}
	}()
	return f(), nil
}

// at notes the layer under construction and returns a function that goes back to the one around it. Layers call that
// function at their end and do not defer it: after a panic the innermost name must still be there for Catch.
func (p *Pass) at(name string) func() {
	before := p.where
	p.where = name
	return func() { p.where = before }
}

// Show hands an intermediate value to Tap, where there is one. Tasks show theirs too.
func (p *Pass) Show(name string, value *Node) {
	if p.Tap != nil {
		p.Tap(name, value)
	}
}

// dropout zeroes elements with the given probability and scales the rest up, in training only.
func (p *Pass) dropout(x *Node, probability float64) *Node {
	if probability == 0 || !p.Training() {
		return x
	}
	keep := LessOrEqual(p.Random(x.Shape()), Scalar(p.graph, x.DType(), 1-probability))
	return Where(keep, MulScalar(x, 1/(1-probability)), ZerosLike(x))
}

// Linear applies the linear layer of that name: x [..., in] -> [..., out].
func (p *Pass) Linear(name string, x *Node) *Node {
	w, b := p.Weight(name+".weight"), p.Weight(name+".bias")
	in, out := w.Shape().Dim(0), w.Shape().Dim(1)
	dims := append([]int{}, x.Shape().Dimensions...)
	if got := dims[len(dims)-1]; got != in {
		panic(fmt.Errorf("%s takes %d channels, got an array of shape %v", name, in, dims))
	}
	// One matrix product over all rows is faster on the CPU than a batched one.
	y := DotGeneral(Reshape(x, x.Shape().Size()/in, in), []int{1}, nil, w, []int{0}, nil)
	dims[len(dims)-1] = out
	return Reshape(Add(y, Reshape(b, 1, out)), dims...)
}

// layerNormEpsilon is the published value: Haiku's and PyTorch's default. The field layer_norm_eps of the published
// configurations is never read by the published code.
const layerNormEpsilon = 1e-5

// LayerNorm normalises over the last axis with the biased variance, then scales and shifts.
func (p *Pass) LayerNorm(name string, x *Node) *Node {
	scale, shift := p.Weight(name+".weight"), p.Weight(name+".bias")
	// Without this check an array of one channel would be broadcast to the width of the weights.
	if width := scale.Shape().Dim(0); x.Shape().Dim(-1) != width {
		panic(fmt.Errorf("%s takes %d channels, got an array of shape %v", name, width, x.Shape().Dimensions))
	}
	centred := Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	variance := ReduceAndKeep(Square(centred), ReduceMean, -1)
	y := Mul(centred, Reciprocal(Sqrt(AddScalar(variance, layerNormEpsilon))))
	return Add(Mul(y, ExpandLeftToRank(scale, x.Rank())), ExpandLeftToRank(shift, x.Rank()))
}

// Embed looks rows up: ids [B, M] of an integer type and the table of that name [rows, width] give [B, M, width].
func (p *Pass) Embed(name string, ids *Node) *Node {
	return Gather(p.Weight(name), ExpandDims(ids, -1))
}

// Broadcast repeats x [rows, width] for every element of a batch: [batch, rows, width]. An x of rank 3 is returned as it is.
func Broadcast(x *Node, batch int) *Node {
	if x.Rank() == 3 {
		return x
	}
	return BroadcastPrefix(x, batch)
}
