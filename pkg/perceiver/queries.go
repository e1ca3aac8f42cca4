// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
)

// Queries is how a query array [O, Q] is composed: parts side by side (or added), then a linear projection where
// Project asks for one. A query says what is wanted of its output: where it is, which modality or task it belongs to,
// what the input looks like there.
type Queries struct {
	Name    string // prefix of the weights of the projection
	Count   int    // O
	Parts   []QueryPart
	Add     bool // adds the parts, which must have one width, instead of laying them side by side
	Project int  // width of the linear projection; 0: none
}

// QueryPart is one ingredient of a query array: Learned, Fourier, Token or Features.
type QueryPart interface {
	Width() int      // channels that the part brings
	Params() []Param // its weights and tables
	rows() int       // rows of the whole part; 0: as many as the array it is used in
	// array gives the part for all rows, or for those in rows (see QueryInput): [O, w], [B, O, w], or [1, w] for one that all rows share.
	array(p *Pass, in QueryInput) *Node
}

// QueryInput is what a query array takes from the pass it is used in. The zero value asks for all rows.
type QueryInput struct {
	// Rows are the indices of the wanted queries, int32 [O'] for the whole batch or [B, O'] for each element; nil: all,
	// in order. Training pays for some outputs only, and evaluation decodes a large array in parts.
	Rows *Node
	// Features are the arrays that Features parts ask for by name: [B, O, width], over all rows.
	Features map[string]*Node
}

// Width is Q, the number of channels of a query.
func (q Queries) Width() int {
	if q.Project > 0 {
		return q.Project
	}
	return q.partsWidth()
}

func (q Queries) partsWidth() int {
	n := 0
	for _, part := range q.Parts {
		if q.Add {
			return part.Width()
		}
		n += part.Width()
	}
	return n
}

// Validate finds parts that do not fit together.
func (q Queries) Validate() error {
	if q.Count < 1 || len(q.Parts) == 0 {
		return fmt.Errorf("queries %s: there must be at least one row and one part, got %d rows and %d parts", q.Name, q.Count, len(q.Parts))
	}
	for _, part := range q.Parts {
		if rows := part.rows(); rows != 0 && rows != q.Count {
			return fmt.Errorf("queries %s: a part has %d rows, the query array has %d", q.Name, rows, q.Count)
		}
		if f, ok := part.(Fourier); ok {
			if err := f.Validate(); err != nil {
				return fmt.Errorf("queries %s: %w", q.Name, err)
			}
		}
		if q.Add && part.Width() != q.Parts[0].Width() {
			return fmt.Errorf("queries %s: parts that are added must have one width, got %d and %d", q.Name, q.Parts[0].Width(), part.Width())
		}
	}
	return nil
}

// Params lists the weights and tables of the parts and of the projection.
func (q Queries) Params() []Param {
	var ps []Param
	for _, part := range q.Parts {
		ps = append(ps, part.Params()...)
	}
	if q.Project > 0 {
		ps = append(ps, NewLinear(q.Name+".projection", q.partsWidth(), q.Project, FanIn)...)
	}
	return ps
}

// Array builds the query array [O', Q], or [B, O', Q] where a part or the choice of rows differs within the batch.
func (q Queries) Array(p *Pass, in QueryInput) (*Node, error) {
	if err := q.Validate(); err != nil {
		return nil, fmt.Errorf("perceiver: %w", err)
	}
	return p.Catch("queries "+q.Name, func() *Node {
		if r := in.Rows; r != nil && (!r.DType().IsInt() || r.Rank() < 1 || r.Rank() > 2) {
			panic(fmt.Errorf("rows are integers of shape [O'] or [B, O'], got %s", r.Shape()))
		}
		arrays, batch, count := make([]*Node, len(q.Parts)), 0, q.Count
		if in.Rows != nil {
			count = in.Rows.Shape().Dim(-1)
		}
		for i, part := range q.Parts {
			arrays[i] = part.array(p, in)
			if arrays[i].Rank() == 3 {
				batch = arrays[i].Shape().Dim(0)
			}
		}
		for i, a := range arrays {
			if rows := a.Shape().Dim(-2); rows == 1 && count > 1 {
				a = BroadcastToDims(a, count, a.Shape().Dim(-1))
			} else if rows != count {
				panic(fmt.Errorf("part %d has %d rows, the query array has %d", i, rows, count))
			}
			if batch > 0 {
				a = Broadcast(a, batch)
			}
			arrays[i] = a
		}
		x := arrays[0]
		if q.Add {
			for _, a := range arrays[1:] {
				x = Add(x, a)
			}
		} else if len(arrays) > 1 {
			x = Concatenate(arrays, -1)
		}
		if q.Project > 0 {
			x = p.Linear(q.Name+".projection", x)
		}
		return x
	})
}

// Learned is one learned vector for each query.
type Learned struct {
	Name string // published name of the table
	Rows int    // O
	Dim  int
	Std  float64 // of the initial values; 0: 0.02, as published
}

// Width is Dim.
func (l Learned) Width() int { return l.Dim }

// Params is the table [Rows, Dim].
func (l Learned) Params() []Param {
	std := l.Std
	if std == 0 {
		std = 0.02
	}
	return []Param{Tensor(l.Name, TruncatedNormal(std), l.Rows, l.Dim)}
}

func (l Learned) rows() int { return l.Rows }

func (l Learned) array(p *Pass, in QueryInput) *Node { return takeRows(p.Weight(l.Name), in.Rows) }

// Token is one learned vector that all queries share: which task or modality they belong to.
type Token struct {
	Name string
	Dim  int
	Std  float64 // 0: 0.02
}

// Width is Dim.
func (t Token) Width() int { return t.Dim }

// Params is the vector, as a table of one row [1, Dim].
func (t Token) Params() []Param { return Learned{t.Name, 1, t.Dim, t.Std}.Params() }

func (t Token) rows() int { return 0 }

func (t Token) array(p *Pass, _ QueryInput) *Node { return p.Weight(t.Name) }

// Features are channels that come from the data at the queried place: the input itself in the flow model, the
// features of a unit in the StarCraft model. They are handed over in QueryInput.Features under Name.
type Features struct {
	Name string
	Dim  int
}

// Width is Dim.
func (f Features) Width() int { return f.Dim }

// Params is empty: features are computed elsewhere.
func (f Features) Params() []Param { return nil }

func (f Features) rows() int { return 0 }

func (f Features) array(_ *Pass, in QueryInput) *Node {
	x := in.Features[f.Name]
	switch {
	case x == nil:
		panic(fmt.Errorf("the features %q were not given", f.Name))
	case x.Shape().Dim(-1) != f.Dim:
		panic(fmt.Errorf("the features %q have %d channels, want %d", f.Name, x.Shape().Dim(-1), f.Dim))
	}
	return takeRows(x, in.Rows)
}

// takeRows picks rows [O'] or [B, O'] of a table [O, w] or of an array [B, O, w]; nil rows pick all.
func takeRows(x, rows *Node) *Node {
	if rows == nil {
		return x
	}
	if x.Rank() == 2 {
		return Gather(x, ExpandDims(rows, -1))
	}
	b := x.Shape().Dim(0)
	if rows.Rank() == 1 {
		rows = BroadcastPrefix(rows, b)
	} else if got := rows.Shape().Dim(0); got != b {
		panic(fmt.Errorf("rows are given for %d elements of a batch, features for %d", got, b))
	}
	element := Iota(x.Graph(), shapes.Make(rows.DType(), rows.Shape().Dimensions...), 0)
	return Gather(x, Stack([]*Node{element, rows}, -1))
}
