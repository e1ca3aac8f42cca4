// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// TestPublishedAndLoad takes all weights of a model out and into another, in both types of numbers.
func TestPublishedAndLoad(t *testing.T) {
	params := smallNetwork().params()
	from := testWeights(t, params, dtypes.Float32)
	published := map[string][]float32{}
	var order []string
	if err := from.Published("", func(p Piece, v []float32) error {
		published[p.Name] = v
		order = append(order, p.Name)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, p := range params {
		for _, piece := range p.Pieces {
			want = append(want, piece.Name)
		}
	}
	if !slices.Equal(order, want) || len(published) != len(want) {
		t.Errorf("tensors came out as %v, want %v", order, want)
	}
	for _, dtype := range []dtypes.DType{dtypes.Float32, dtypes.Float64} {
		into, err := NewWeights(params, dtype)
		if err == nil {
			err = into.Load("", func(p Piece) ([]float32, error) { return published[p.Name], nil })
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range params {
			a, err := from.Values(p.Name)
			b, err2 := into.Values(p.Name)
			if err != nil || err2 != nil || !slices.Equal(a, b) {
				t.Errorf("%s, %s: other values after the way out and in; errors %v, %v", dtype, p.Name, err, err2)
			}
			if got := into.Variable("", p.Name).Trainable; got != p.Trainable() {
				t.Errorf("%s: trainable is %t in the store", p.Name, got)
			}
		}
		if into.DType() != dtype {
			t.Errorf("type %s, want %s", into.DType(), dtype)
		}
	}
}

// TestSlots checks that a slot has an array for every weight, beside the values and not in them.
func TestSlots(t *testing.T) {
	params := append(NewLinear("line", 2, 3, FanIn), Fourier{Name: "f", Grid: []int{4}, Bands: 1}.Params()...)
	w := testWeights(t, params, dtypes.Float32)
	before, err := w.Values("line.weight")
	if err == nil {
		err = w.AddSlot("moment")
	}
	if err != nil {
		t.Fatal(err)
	}
	count := func(slot string) (tensors int, sum float32) {
		err := w.Published(slot, func(_ Piece, values []float32) error {
			tensors++
			for _, x := range values {
				sum += x
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return tensors, sum
	}
	if n, sum := count("moment"); n != 2 || sum != 0 {
		t.Errorf("a new slot has %d tensors with sum %g, want 2 with 0", n, sum)
	}
	err = w.Load("moment", func(p Piece) ([]float32, error) {
		v := make([]float32, product(p.Shape))
		for i := range v {
			v[i] = 1
		}
		return v, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, sum := count("moment"); n != 2 || sum != 9 {
		t.Errorf("the slot has %d tensors with sum %g, want 2 with 9", n, sum)
	}
	if after, err := w.Values("line.weight"); err != nil || !slices.Equal(before, after) {
		t.Errorf("the values changed from %v to %v, error %v", before, after, err)
	}
	if w.Variable("moment", "f.axis_0") != nil {
		t.Error("a table has a place in the slot")
	}
	if w.Variable("moment", "line.bias") == nil || w.Variable("other", "line.bias") != nil || w.Variable("", "lost") != nil {
		t.Error("Variable finds what is not there, or not what is")
	}
}

func TestWeightsErrors(t *testing.T) {
	if _, err := NewWeights(nil, dtypes.Int32); err == nil {
		t.Error("whole numbers were taken as the type of weights")
	}
	w := testWeights(t, NewLinear("line", 2, 3, FanIn), dtypes.Float32)
	zeros := func(p Piece) ([]float32, error) { return make([]float32, product(p.Shape)), nil }
	wantError(t, w.Load("moment", zeros), `no slot "moment"`)
	wantError(t, w.AddSlot(""), `a slot "" already`)
	wantError(t, w.Load("", func(p Piece) ([]float32, error) { return make([]float32, 5), nil }), `"line.`, "5 values for shape")
	wantError(t, w.Published("moment", func(Piece, []float32) error { return nil }), `"line.weight"`, `slot "moment"`)
	_, err := w.Values("lost")
	wantError(t, err, `no weight "lost"`)
	cause := errors.New("full")
	if err := w.Published("", func(Piece, []float32) error { return cause }); !errors.Is(err, cause) {
		t.Errorf("got %v, want the error of the visitor", err)
	}
	if _, err := Float32s(tensors.FromValue([]int32{1})); err == nil {
		t.Error("whole numbers came back as floats")
	}
}

// TestTablesAreInTheGraph checks that a table has its values with no Init, and that Init and Load leave them alone.
func TestTablesAreInTheGraph(t *testing.T) {
	table := Param{Name: "squares", Shape: []int{2, 2}, Table: func() []float32 { return []float32{1, 4, 9, 16} }}
	w, err := NewWeights([]Param{table}, dtypes.Float64)
	if err == nil {
		err = w.Init(3)
	}
	if err != nil {
		t.Fatal(err)
	}
	got := call{goBackend(t), w}.run(t, func(p *Pass, _ []*Node) ([]*Node, error) { return []*Node{p.Weight("squares")}, nil })
	near(t, "table", got[0], []float64{1, 4, 9, 16}, 0)
}
