// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// TestLinspace compares with the port's tables bit for bit.
func TestLinspace(t *testing.T) {
	golden(t, func(t *testing.T, folder string) {
		tables := readGolden(t, folder, "units", "linspace.safetensors")
		if len(tables) < 10 {
			t.Fatalf("only %d tables", len(tables))
		}
		for name, want := range tables {
			n, a, b := 0, float32(-1), float32(1)
			if _, err := fmt.Sscanf(name, "positions.%d", &n); err != nil {
				var resolution int
				if _, err := fmt.Sscanf(name, "bands.%d.%d", &n, &resolution); err != nil {
					t.Fatalf("%s is neither positions nor bands", name)
				}
				a, b = 1, float32(resolution)/2
			}
			near(t, name, widen(Linspace(a, b, n)), want.values, 0)
		}
	})
	if got := Linspace(-1, 1, 1); len(got) != 1 || got[0] != -1 {
		t.Errorf("one number from -1 to 1 is %v, want [-1]", got)
	}
	if got := Linspace(-1, 1, -3); len(got) != 0 {
		t.Errorf("a negative number of numbers is %v", got)
	}
}

// TestFourier compares whole encodings, some rows of the published ones, and encodings at subsampled places.
func TestFourier(t *testing.T) {
	golden(t, func(t *testing.T, folder string) {
		g := readGolden(t, folder, "units", "fourier.safetensors")
		var cases []struct {
			Name       string
			Grid       []int `json:"index_dims"`
			Bands      int   `json:"num_bands"`
			Resolution []int `json:"max_resolution"`
			Positions  bool  `json:"concat_pos"`
			SineOnly   bool  `json:"sine_only"`
			Subsampled bool
		}
		readJSON(t, &cases, folder, "units", "fourier.json")
		for _, c := range cases {
			f := Fourier{Name: c.Name, Grid: c.Grid, Bands: c.Bands, MaxResolution: c.Resolution, NoPositions: !c.Positions,
				SineOnly: c.SineOnly, ExclusiveRows: c.Subsampled}
			want, rows := g[c.Name], g[c.Name+".indices"]
			if values, ok := g[c.Name+".values"]; ok {
				want, rows = values, g[c.Name+".rows"]
			}
			if width := want.shape[len(want.shape)-1]; f.Width() != width {
				t.Errorf("%s: width %d, want %d", c.Name, f.Width(), width)
				continue
			}
			got := fourierRows(t, f, dtypes.Float32, rows.values)
			for b := range len(want.values) / len(got) { // some are repeated for a batch
				near(t, c.Name, got, want.values[b*len(got):(b+1)*len(got)], 1e-6)
			}
		}
	})
}

// fourierRows is the encoding at some rows, or at all of them where rows is nil.
func fourierRows(t *testing.T, f Fourier, dtype dtypes.DType, rows []float64) []float64 {
	t.Helper()
	w := testWeights(t, f.Params(), dtype)
	if rows == nil {
		return call{goBackend(t), w}.run(t, func(p *Pass, _ []*Node) ([]*Node, error) { return []*Node{f.Encode(p)}, nil })[0]
	}
	return call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		x, err := Queries{Name: "q", Count: f.Count(), Parts: []QueryPart{f}}.Array(p, QueryInput{Rows: in[0]})
		return []*Node{x}, err
	}, integers(rows, len(rows)))[0]
}

func integers(values []float64, shape ...int) *tensors.Tensor {
	out := make([]int32, len(values))
	for i, x := range values {
		out[i] = int32(x)
	}
	return tensors.FromFlatDataAndDimensions(out, shape...)
}

// TestFourierFormula compares with the formula of the doc comment, channel by channel, on a grid of three axes.
func TestFourierFormula(t *testing.T) {
	f := Fourier{Name: "f", Grid: []int{2, 3, 4}, Bands: 3, MaxResolution: []int{5, 9, 6}}
	var want []float64
	at := func(i, n int) float64 { return -1 + 2*float64(i)/float64(n-1) }
	for a := range 2 {
		for b := range 3 {
			for c := range 4 {
				place := []float64{at(a, 2), at(b, 3), at(c, 4)}
				want = append(want, place...)
				for _, fn := range []func(float64) float64{math.Sin, math.Cos} {
					for axis, p := range place {
						top := float64(f.MaxResolution[axis]) / 2
						for _, band := range []float64{1, (1 + top) / 2, top} {
							want = append(want, fn(math.Pi*band*p))
						}
					}
				}
			}
		}
	}
	near(t, "grid of three axes", fourierRows(t, f, dtypes.Float32, nil), want, 2e-6)
}

// TestFourierRows checks that a row has one encoding, asked for alone or among all, and another one under the
// published rule that leaves out the upper end.
func TestFourierRows(t *testing.T) {
	f := Fourier{Name: "f", Grid: []int{3, 4}, Bands: 2}
	whole, rows := fourierRows(t, f, dtypes.Float32, nil), []int{11, 0, 5, 5, 7}
	ask := make([]float64, len(rows))
	for i, r := range rows {
		ask[i] = float64(r)
	}
	near(t, "some rows", fourierRows(t, f, dtypes.Float32, ask), pickRows(whole, f.Count(), f.Width(), rows), 0)
	f.ExclusiveRows = true
	near(t, "the full grid under the published rule", fourierRows(t, f, dtypes.Float32, nil), whole, 0)
	exclusive := fourierRows(t, f, dtypes.Float32, []float64{11})
	near(t, "the last place under the published rule", exclusive[:2], []float64{-1 + 2*2.0/3, -1 + 2*3.0/4}, 1e-7)
}

// TestFourierHoldsNoWeights checks that features are neither trained nor counted, and stay small tables in the graph.
func TestFourierHoldsNoWeights(t *testing.T) {
	f := Fourier{Name: "f", Grid: []int{368, 496}, Bands: 64}
	size := 0
	for _, p := range f.Params() {
		size += p.Size()
		if p.Trainable() || p.Decays() {
			t.Errorf("%s is a weight", p.Name)
		}
	}
	if want := (368 + 496) * 129; size != want || Count(f.Params()) != 0 {
		t.Errorf("%d numbers in tables and %d weights, want %d and 0", size, Count(f.Params()), want)
	}
	if f.Width() != 258 || f.Count() != 182_528 {
		t.Errorf("%d elements of %d channels, want 182528 of 258", f.Count(), f.Width())
	}
}

func TestFourierValidate(t *testing.T) {
	good := Fourier{Name: "places", Grid: []int{3, 4}, Bands: 2}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for word, change := range map[string]func(f *Fourier){
		"grid":       func(f *Fourier) { f.Grid = nil },
		"[3 0]":      func(f *Fourier) { f.Grid = []int{3, 0} },
		"-1 bands":   func(f *Fourier) { f.Bands = -1 },
		"one band":   func(f *Fourier) { f.Bands, f.NoPositions = 0, true },
		"resolution": func(f *Fourier) { f.MaxResolution = []int{5} },
	} {
		f := good
		change(&f)
		wantError(t, f.Validate(), "positions places: ", word)
		f.Params() // must not panic, whatever is wrong
		err := Queries{Name: "q", Count: f.Count(), Parts: []QueryPart{f}}.Validate()
		if err == nil || !strings.Contains(err.Error(), "queries q: ") {
			t.Errorf("a query array of %+v: %v", f, err)
		}
	}
}
