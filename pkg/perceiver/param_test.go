// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
)

// TestFusedWeight checks, number by number, where three published tensors [out, in] lie in the weight [in, out] that holds them.
func TestFusedWeight(t *testing.T) {
	ps := fused("att.qkv", 2, []string{"att.query", "att.key", "att.value"}, []int{1, 1, 2}, FanIn)
	w, err := NewWeights(ps, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	published := map[string][]float32{ // digits: row of the output, row of the input
		"att.query.weight": {11, 12}, "att.query.bias": {1},
		"att.key.weight": {21, 22}, "att.key.bias": {2},
		"att.value.weight": {31, 32, 41, 42}, "att.value.bias": {3, 4},
	}
	if err := w.Load("", func(p Piece) ([]float32, error) { return published[p.Name], nil }); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]float32{"att.qkv.weight": {11, 21, 31, 41, 12, 22, 32, 42}, "att.qkv.bias": {1, 2, 3, 4}} {
		got, err := w.Values(name)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s holds %v (error %v), want %v", name, got, err, want)
		}
	}
	var names []string
	err = w.Published("", func(p Piece, values []float32) error {
		names = append(names, p.Name)
		if !slices.Equal(values, published[p.Name]) {
			t.Errorf("%s comes out as %v, want %v", p.Name, values, published[p.Name])
		}
		return nil
	})
	if err != nil || len(names) != len(published) {
		t.Errorf("%d tensors came out, want %d; error %v", len(names), len(published), err)
	}
	if spans := ps[0].Spans(); !slices.Equal(spans, []Span{{0, 1}, {1, 2}, {2, 4}}) {
		t.Errorf("spans %v", spans)
	}
}

func TestParamKinds(t *testing.T) {
	table := Param{Name: "table", Shape: []int{2, 3}, Table: func() []float32 { return make([]float32, 6) }}
	matrix, vector := Tensor("matrix", Fill(0), 4, 5), Tensor("vector", Fill(0), 7)
	if !matrix.Decays() || vector.Decays() || table.Decays() {
		t.Error("weight decay applies to what has two axes or more, and is a weight")
	}
	if n := Count([]Param{table, matrix, vector}); n != 27 {
		t.Errorf("%d weights, want 27", n)
	}
}

func TestParamErrors(t *testing.T) {
	for name, c := range map[string]struct {
		params []Param
		parts  []string
	}{
		"twice":             {[]Param{Tensor("w", Fill(0), 2), Tensor("w", Fill(0), 3)}, []string{`"w" is listed twice`}},
		"no extent":         {[]Param{Tensor("w", Fill(0), 2, 0)}, []string{`"w"`, "[2 0]", "at least 1"}},
		"negative":          {NewLinear("w", -2, -3, FanIn), []string{`"w.weight"`, "[-2 -3]", "at least 1"}},
		"no axes":           {[]Param{Tensor("w", Fill(0))}, []string{`"w" has no axes`}},
		"huge":              {[]Param{Tensor("w", Fill(0), 1<<20, 1<<20)}, []string{`"w"`, "elements at most"}},
		"more than counted": {[]Param{Tensor("w", Fill(0), 1<<31, 1<<31, 1<<31)}, []string{`"w"`, "elements at most"}},
		"piece too long": {[]Param{{Name: "w", Shape: []int{2, 3}, Pieces: []Piece{{Name: "p", Shape: []int{3, 3}, Layout: Linear}}}},
			[]string{`"p" of shape [3 3] does not fit`, `"w" of shape [2 3]`}},
		"transposed piece": {[]Param{{Name: "w", Shape: []int{2, 3}, Pieces: []Piece{{Name: "p", Shape: []int{2, 3}, Layout: Linear}}}},
			[]string{`"p" of shape [2 3] does not fit`}},
		"piece missing": {[]Param{{Name: "w", Shape: []int{2, 3}, Pieces: []Piece{{Name: "p", Shape: []int{2, 2}, Layout: Linear}}}},
			[]string{`"w"`, "3 places", "take 2"}},
		"published twice": {append(fused("a", 2, []string{"x", "y"}, []int{1, 1}, FanIn), fused("b", 2, []string{"x", "z"}, []int{1, 1}, FanIn)...),
			[]string{`"x.weight" is listed twice`}},
		"table": {[]Param{{Name: "t", Shape: []int{4}, Table: func() []float32 { return make([]float32, 3) }}}, []string{`"t"`, "[4]", "3 values"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewWeights(c.params, dtypes.Float32)
			wantError(t, err, append(c.parts, "perceiver: ")...)
		})
	}
}

// Buffers are saved, but neither trained, counted nor decayed, and an optimizer keeps nothing for them.
func TestBuffers(t *testing.T) {
	ps := []Param{Tensor("w", Fill(1), 2, 3), BufferTensor("norm.mean", Fill(0), 3), Counter("norm.steps")}
	if Count(ps) != 6 || ps[1].Trainable() || ps[1].Decays() || !ps[1].Saved() {
		t.Errorf("%d weights are counted, trainable %v, saved %v", Count(ps), ps[1].Trainable(), ps[1].Saved())
	}
	w, err := NewWeights(ps, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AddSlot("m"); err != nil {
		t.Fatal(err)
	}
	listed := func(slot string) (names []string) {
		err := w.Published(slot, func(p Piece, _ []float32) error {
			names = append(names, p.Name+" "+p.DType)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if got := listed(""); !slices.Equal(got, []string{"w ", "norm.mean ", "norm.steps I64"}) {
		t.Errorf("saved: %q", got)
	}
	if got := listed("m"); !slices.Equal(got, []string{"w "}) {
		t.Errorf("kept by the optimizer: %q", got)
	}
	if err := w.Load("m", func(Piece) ([]float32, error) { return make([]float32, 6), nil }); err != nil {
		t.Error(err)
	}
}
