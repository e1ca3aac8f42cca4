// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

const queryRows, queryBatch = 6, 2

// queryArray builds a query array from features "seen" [B, O, 3], and rows where there are any.
func queryArray(b compute.Backend, w *Weights, q Queries, rows *tensors.Tensor) (values [][]float64, shape []int, err error) {
	inputs := []*tensors.Tensor{array(dtypes.Float32, "seen", queryBatch, queryRows, 3)}
	if rows != nil {
		inputs = append(inputs, rows)
	}
	values, err = call{b, w}.try(func(p *Pass, in []*Node) ([]*Node, error) {
		ask := QueryInput{Features: map[string]*Node{"seen": in[0]}}
		if rows != nil {
			ask.Rows = in[1]
		}
		x, err := q.Array(p, ask)
		if err == nil {
			shape = x.Shape().Dimensions
		}
		return []*Node{x}, err
	}, inputs...)
	return values, shape, err
}

func queryParts() []QueryPart {
	return []QueryPart{Learned{Name: "table", Rows: queryRows, Dim: 4}, Fourier{Name: "places", Grid: []int{2, 3}, Bands: 1},
		Token{Name: "token", Dim: 2}, Features{Name: "seen", Dim: 3}}
}

// TestQueriesSideBySide checks every kind of part at its channels, for all rows and for rows of both shapes.
func TestQueriesSideBySide(t *testing.T) {
	q := Queries{Name: "q", Count: queryRows, Parts: queryParts()}
	w := testWeights(t, q.Params(), dtypes.Float32)
	want := sideBySide(t, w)
	if q.Width() != 15 {
		t.Fatalf("width %d, want 15", q.Width())
	}
	for name, rows := range map[string][]int{"all": nil, "some": {5, 0, 0, 3}, "of each element": {5, 1, 2, 0, 3, 3}} {
		t.Run(name, func(t *testing.T) {
			var ask *tensors.Tensor
			expected, count := want, queryRows
			switch name {
			case "some":
				ask, count = integerRows(rows, len(rows)), len(rows)
				expected = pickRows(want, queryRows, 15, rows)
			case "of each element":
				ask, count = integerRows(rows, queryBatch, 3), 3
				half := len(want) / 2
				expected = append(pickRows(want[:half], queryRows, 15, rows[:3]), pickRows(want[half:], queryRows, 15, rows[3:])...)
			}
			got, shape, err := queryArray(goBackend(t), w, q, ask)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(shape, []int{queryBatch, count, 15}) {
				t.Errorf("shape %v, want %v", shape, []int{queryBatch, count, 15})
			}
			near(t, "queries", got[0], expected, 0)
		})
	}
}

func integerRows(rows []int, shape ...int) *tensors.Tensor {
	values := make([]float64, len(rows))
	for i, r := range rows {
		values[i] = float64(r)
	}
	return integers(values, shape...)
}

// sideBySide lays the four parts out by hand: [B, O, 4+6+2+3].
func sideBySide(t *testing.T, w *Weights) []float64 {
	t.Helper()
	value := func(name string) []float64 {
		v, err := w.Values(name)
		if err != nil {
			t.Fatal(err)
		}
		return widen(v)
	}
	table, token, seen := value("table"), value("token"), widen(randoms("seen", queryBatch, queryRows, 3))
	places := fourierRows(t, Fourier{Name: "places", Grid: []int{2, 3}, Bands: 1}, dtypes.Float32, nil)
	var out []float64
	for b := range queryBatch {
		for o := range queryRows {
			out = append(out, table[o*4:o*4+4]...)
			out = append(out, places[o*6:o*6+6]...)
			out = append(out, token...)
			out = append(out, seen[(b*queryRows+o)*3:(b*queryRows+o+1)*3]...)
		}
	}
	return out
}

// TestQueriesAddAndProject checks the sum of parts, a shared array without a batch axis, and the projection.
func TestQueriesAddAndProject(t *testing.T) {
	q := Queries{Name: "q", Count: queryRows, Add: true, Project: 3,
		Parts: []QueryPart{Learned{Name: "table", Rows: queryRows, Dim: 2}, Token{Name: "token", Dim: 2}}}
	w := testWeights(t, q.Params(), dtypes.Float32)
	published := map[string][]float64{}
	if err := w.Published("", func(p Piece, v []float32) error { published[p.Name] = widen(v); return nil }); err != nil {
		t.Fatal(err)
	}
	var want []float64
	for o := range queryRows {
		for e := range 3 {
			y := published["q.projection.bias"][e]
			for c := range 2 {
				y += (published["table"][2*o+c] + published["token"][c]) * published["q.projection.weight"][2*e+c]
			}
			want = append(want, y)
		}
	}
	got, shape, err := queryArray(goBackend(t), w, q, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(shape, []int{queryRows, 3}) || q.Width() != 3 {
		t.Errorf("shape %v, width %d, want [6 3], 3", shape, q.Width())
	}
	near(t, "projected sum", got[0], want, 1e-6)
}

func TestQueriesErrors(t *testing.T) {
	for name, c := range map[string]struct {
		q     Queries
		rows  *tensors.Tensor
		parts []string
	}{
		"no rows":             {Queries{Name: "q", Parts: queryParts()}, nil, []string{"got 0 rows"}},
		"no parts":            {Queries{Name: "q", Count: 6}, nil, []string{"0 parts"}},
		"added widths":        {Queries{Name: "q", Count: 6, Add: true, Parts: queryParts()}, nil, []string{"one width", "4", "6"}},
		"short table":         {Queries{Name: "q", Count: 6, Parts: []QueryPart{Learned{Name: "table", Rows: 5, Dim: 2}}}, integerRows([]int{5}, 1), []string{"5 rows", "6"}},
		"other grid":          {Queries{Name: "q", Count: 6, Parts: []QueryPart{Fourier{Name: "f", Grid: []int{7}, Bands: 1}}}, integerRows([]int{5}, 1), []string{"7 rows", "6"}},
		"no features":         {Queries{Name: "q", Count: 6, Parts: []QueryPart{Features{Name: "unseen", Dim: 3}}}, nil, []string{`"unseen" were not given`}},
		"feature width":       {Queries{Name: "q", Count: 6, Parts: []QueryPart{Features{Name: "seen", Dim: 4}}}, nil, []string{`"seen" have 3 channels, want 4`}},
		"feature rows":        {Queries{Name: "q", Count: 5, Parts: []QueryPart{Features{Name: "seen", Dim: 3}}}, nil, []string{"6 rows", "5"}},
		"real rows":           {Queries{Name: "q", Count: 6, Parts: queryParts()}, array(dtypes.Float32, "rows", 2), []string{"rows are integers", "Float32"}},
		"deep rows":           {Queries{Name: "q", Count: 6, Parts: queryParts()}, integerRows([]int{1, 2}, 2, 1, 1), []string{"rows are integers", "[2, 1, 1]"}},
		"rows of other batch": {Queries{Name: "q", Count: 6, Parts: queryParts()}, integerRows([]int{1, 2, 3}, 3, 1), []string{"3 elements", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := testWeights(t, c.q.Params(), dtypes.Float32)
			_, _, err := queryArray(goBackend(t), w, c.q, c.rows)
			wantError(t, err, append(c.parts, "perceiver: queries q: ")...)
		})
	}
}
