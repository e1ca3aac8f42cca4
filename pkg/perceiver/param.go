// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import "fmt"

// Layout says how a published tensor lies inside the Param that holds it.
type Layout int

const (
	// AsIs: the same axes in the same order.
	AsIs Layout = iota
	// Linear: published [out, in], held [in, out], so that x·W needs no transpose.
	Linear
)

// Piece is one published tensor inside a Param.
type Piece struct {
	Name   string // the published name, for example "perceiver.encoder.cross_attention.attention.self.query.weight"
	Shape  []int  // the published shape
	Layout Layout
	Init   Init   // how a fresh model fills it; the values depend on the seed and on Name only
	DType  string // of the published tensor, as safetensors names it; "": "F32". Counters are "I64"
}

// Param is one array of weights as the graph holds it. It holds one published tensor, or several that are used in one
// matrix product and therefore lie side by side along the last axis: the projections to queries, keys and values are
// one product here and three tensors in a file. Files know published names only, so what is fused here can change
// without touching a saved model.
type Param struct {
	Name   string // the name inside the graph; equal to the piece's name where there is one piece only
	Shape  []int  // as the graph uses it
	Pieces []Piece

	// Table, where it is not nil, makes the values on the host. Such a Param is not a weight: it is neither trained,
	// counted nor saved. Position features are tables, because a constant of that size would be written out as text
	// in the program that XLA compiles.
	Table func() []float32

	// Buffer marks state that is saved with the weights but is neither trained nor counted: the running statistics of a
	// batch norm. A pass in training gives it new values with Pass.Update.
	Buffer bool
}

// Trainable reports whether the Param is a weight, and neither a table nor a buffer.
func (p Param) Trainable() bool { return p.Saved() && !p.Buffer }

// Saved reports whether the Param is in a file of the model: everything but tables, which are made again.
func (p Param) Saved() bool { return p.Table == nil }

// Decays reports whether weight decay applies: to everything but biases and norms, which are the vectors (perceiver/train of the published code).
func (p Param) Decays() bool { return p.Trainable() && len(p.Shape) > 1 }

// Size is the number of elements.
func (p Param) Size() int { return product(p.Shape) }

// Count is the number of trainable elements of params.
func Count(params []Param) int {
	n := 0
	for _, p := range params {
		if p.Trainable() {
			n += p.Size()
		}
	}
	return n
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// Tensor is a weight that is held as it is published: latents, tables of embeddings or positions, vectors.
func Tensor(name string, init Init, shape ...int) Param {
	return Param{Name: name, Shape: shape, Pieces: []Piece{{Name: name, Shape: shape, Init: init}}}
}

// BufferTensor is a buffer that is held as it is published.
func BufferTensor(name string, init Init, shape ...int) Param {
	p := Tensor(name, init, shape...)
	p.Buffer = true
	return p
}

// Counter is a buffer of one whole number, published as a 64-bit integer without axes. It counts up to 2^24.
func Counter(name string) Param {
	return Param{Name: name, Shape: []int{1}, Buffer: true, Pieces: []Piece{{Name: name, Shape: []int{}, Init: Fill(0), DType: "I64"}}}
}

// norm is the pair of weights of a layer norm over width channels.
func norm(name string, width int) []Param {
	return []Param{Tensor(name+".weight", Fill(1), width), Tensor(name+".bias", Fill(0), width)}
}

// NewLinear lists the weights of a linear layer y = x·Wᵀ + b from in to out channels: "name.weight" [out, in] and "name.bias" [out].
func NewLinear(name string, in, out int, init Init) []Param {
	return fused(name, in, []string{name}, []int{out}, init)
}

// fused lists the weights of several linear layers over the same input, held side by side as name.weight [in, sum of outs].
func fused(name string, in int, names []string, outs []int, init Init) []Param {
	total := 0
	w, b := Param{Name: name + ".weight"}, Param{Name: name + ".bias"}
	for i, n := range names {
		w.Pieces = append(w.Pieces, Piece{Name: n + ".weight", Shape: []int{outs[i], in}, Layout: Linear, Init: init})
		b.Pieces = append(b.Pieces, Piece{Name: n + ".bias", Shape: []int{outs[i]}, Init: Fill(0)})
		total += outs[i]
	}
	w.Shape, b.Shape = []int{in, total}, []int{total}
	return []Param{w, b}
}

// width is the number of positions a piece takes along the last axis of its Param.
func (p Piece) width() int {
	switch {
	case p.Layout == Linear:
		return p.Shape[0]
	case len(p.Shape) == 0:
		return 1 // one number without axes, in a Param of shape [1]
	}
	return p.Shape[len(p.Shape)-1]
}

// Span is the part of a Param's last axis that a piece takes: [From, To).
type Span struct{ From, To int }

// Spans returns the parts of the last axis that the pieces take, in order.
func (p Param) Spans() []Span {
	spans, from := make([]Span, len(p.Pieces)), 0
	for i, piece := range p.Pieces {
		spans[i] = Span{from, from + piece.width()}
		from = spans[i].To
	}
	return spans
}

// Split copies the values of piece i, in published order, out of the values of the whole Param.
func (p Param) Split(i int, values []float32) []float32 {
	out := make([]float32, product(p.Pieces[i].Shape))
	p.each(i, func(held, published int) { out[published] = values[held] })
	return out
}

// join writes the published values of piece i into the values of the whole Param.
func (p Param) join(i int, published, values []float32) {
	p.each(i, func(held, pub int) { values[held] = published[pub] })
}

// each visits the elements of piece i: their index in the Param and in the published tensor.
func (p Param) each(i int, visit func(held, published int)) {
	span, last := p.Spans()[i], p.Shape[len(p.Shape)-1]
	rows, cols := p.Size()/max(last, 1), span.To-span.From
	for r := range rows {
		for c := range cols {
			published := r*cols + c
			if p.Pieces[i].Layout == Linear {
				published = c*rows + r
			}
			visit(r*last+span.From+c, published)
		}
	}
}

// checkParams finds mistakes in a list of weights: a name used twice, a shape that does not hold its pieces.
func checkParams(params []Param) error {
	seen := map[string]bool{}
	for _, p := range params {
		if seen[p.Name] {
			return fmt.Errorf("perceiver: weight %q is listed twice", p.Name)
		}
		seen[p.Name] = true
		if err := p.checkShape(); err != nil {
			return err
		}
		if !p.Saved() {
			continue
		}
		width := 0
		for _, piece := range p.Pieces {
			if seen[piece.Name] && piece.Name != p.Name {
				return fmt.Errorf("perceiver: published tensor %q is listed twice", piece.Name)
			}
			seen[piece.Name] = true
			if piece.Layout == Linear && len(piece.Shape) != 2 || product(piece.Shape)*p.Shape[len(p.Shape)-1] != p.Size()*piece.width() {
				return fmt.Errorf("perceiver: published tensor %q of shape %v does not fit into weight %q of shape %v", piece.Name, piece.Shape, p.Name, p.Shape)
			}
			width += piece.width()
		}
		if last := p.Shape[len(p.Shape)-1]; width != last {
			return fmt.Errorf("perceiver: weight %q of shape %v has %d places along its last axis, its published tensors take %d", p.Name, p.Shape, last, width)
		}
	}
	return nil
}

// maxElements is far more than any one weight has, and keeps every count of elements inside an int.
const maxElements = 1 << 30

func (p Param) checkShape() error {
	n := 1
	for _, d := range p.Shape {
		if d < 1 {
			return fmt.Errorf("perceiver: weight %q has shape %v; every axis must be at least 1", p.Name, p.Shape)
		}
		if d > maxElements/n {
			return fmt.Errorf("perceiver: weight %q has shape %v; a weight may have %d elements at most", p.Name, p.Shape, maxElements)
		}
		n *= d
	}
	if len(p.Shape) == 0 {
		return fmt.Errorf("perceiver: weight %q has no axes; give it at least one", p.Name)
	}
	return nil
}
