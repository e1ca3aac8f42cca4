// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
)

// initialValues are the published tensors of a fresh model.
func initialValues(t *testing.T, params []Param, dtype dtypes.DType, seed uint64) map[string][]float32 {
	t.Helper()
	w, err := NewWeights(params, dtype)
	if err == nil {
		err = w.Init(seed)
	}
	values := map[string][]float32{}
	if err == nil {
		err = w.Published("", func(p Piece, v []float32) error { values[p.Name] = v; return nil })
	}
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// TestInitialValuesFollowFromSeedAndName checks that neither the order of the weights, nor what else there is, nor
// what is held side by side, nor the type of the numbers changes an initial value.
func TestInitialValuesFollowFromSeedAndName(t *testing.T) {
	params := smallNetwork().params()
	want := initialValues(t, params, dtypes.Float32, 1)
	reversed := slices.Clone(params)
	slices.Reverse(reversed)
	var apart []Param // every published tensor in a weight of its own
	for _, p := range params {
		for _, piece := range p.Pieces {
			shape := slices.Clone(piece.Shape)
			if piece.Layout == Linear {
				slices.Reverse(shape)
			}
			apart = append(apart, Param{Name: piece.Name, Shape: shape, Pieces: []Piece{piece}})
		}
	}
	for name, got := range map[string]map[string][]float32{
		"reversed": initialValues(t, reversed, dtypes.Float32, 1), "apart": initialValues(t, apart, dtypes.Float32, 1),
		"in float64": initialValues(t, params, dtypes.Float64, 1), "again": initialValues(t, params, dtypes.Float32, 1),
	} {
		if len(got) != len(want) {
			t.Errorf("%s: %d tensors, want %d", name, len(got), len(want))
		}
		for tensor, values := range want {
			if !slices.Equal(got[tensor], values) {
				t.Errorf("%s: %s starts with other values", name, tensor)
			}
		}
	}
	other := initialValues(t, params, dtypes.Float32, 2)
	latents := "perceiver.embeddings.latents"
	if slices.Equal(other[latents], want[latents]) {
		t.Error("another seed gives the same latents")
	}
	query, key := "perceiver.encoder.self_attends.0.attention.self.query.weight", "perceiver.encoder.self_attends.0.attention.self.key.weight"
	if slices.Equal(want[query], want[key]) {
		t.Error("two tensors of one shape start alike")
	}
}

// TestInitialDistributions checks bounds and spread of the published distributions.
func TestInitialDistributions(t *testing.T) {
	const rows, columns = 256, 400
	values := initialValues(t, append(NewLinear("line", columns, rows, FanIn), Tensor("table", TruncatedNormal(0.02), rows, columns),
		Tensor("ones", Fill(1), 3)), dtypes.Float32, 5)
	for _, c := range []struct {
		name       string
		std, bound float64
	}{
		{"table", 0.02 * truncatedStd, 0.04},
		{"line.weight", 1 / math.Sqrt(columns), 2 / math.Sqrt(columns) / truncatedStd},
	} {
		mean, square, worst := 0.0, 0.0, 0.0
		for _, x := range widen(values[c.name]) {
			mean += x / (rows * columns)
			square += x * x / (rows * columns)
			worst = max(worst, math.Abs(x))
		}
		// With 102,400 numbers five standard deviations of the mean are 1.6 % and of the spread 1.1 % of the spread.
		if std := math.Sqrt(square); math.Abs(std-c.std) > 0.015*c.std || math.Abs(mean) > 0.016*c.std {
			t.Errorf("%s: mean %g and standard deviation %g, want 0 and %g", c.name, mean, std, c.std)
		}
		if worst > c.bound*(1+1e-6) || worst < 0.99*c.bound {
			t.Errorf("%s: the largest number is %g, want nearly %g and not more", c.name, worst, c.bound)
		}
	}
	near(t, "bias", widen(values["line.bias"]), make([]float64, rows), 0)
	near(t, "ones", widen(values["ones"]), []float64{1, 1, 1}, 0)
}

// TestTruncatedStd checks the constant against its integral.
func TestTruncatedStd(t *testing.T) {
	density := math.Exp(-2) / math.Sqrt(2*math.Pi)
	inside := math.Erf(math.Sqrt2)
	if want := math.Sqrt(1 - 4*density/inside); math.Abs(truncatedStd-want) > 1e-12 {
		t.Errorf("the constant is %.15f, the integral %.15f", truncatedStd, want)
	}
}

func TestInitErrors(t *testing.T) {
	w, err := NewWeights([]Param{Tensor("w", nil, 2)}, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, w.Init(1), `"w" has no initial value`)
	cause := errors.New("unreadable")
	if err := w.Load("", func(Piece) ([]float32, error) { return nil, cause }); !errors.Is(err, cause) {
		t.Errorf("got %v, want the error of the reader", err)
	}
}
