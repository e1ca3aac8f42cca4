// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
)

// Row is the comparison of one tensor.
type Row struct {
	Name      string  `json:"name"`
	Shape     []int   `json:"shape"`
	MaxAbs    float64 `json:"max_abs"`  // largest difference
	MeanAbs   float64 `json:"mean_abs"` // mean of the absolute differences
	Tolerance float64 `json:"tolerance"`
	OK        bool    `json:"ok"`
	Note      string  `json:"note,omitempty"` // why there is nothing to compare
}

// Report is what a verification found.
type Report struct {
	OK         bool     `json:"ok"`
	Model      string   `json:"model"` // class of the port
	Parameters int      `json:"parameters"`
	Tensors    []Row    `json:"tensors"`
	Error      string   `json:"error,omitempty"`   // why nothing was compared
	Skipped    []string `json:"skipped,omitempty"` // intermediate values in the file that this module does not know
}

// missing stands for the difference to what is not there or is no number; JSON has neither.
const missing = math.MaxFloat64

// compare makes the row of a tensor. Tolerance is on the largest absolute difference.
func compare(name string, shape []int, got []float32, want []float64, tolerance float64) Row {
	r := Row{Name: name, Shape: shape, Tolerance: tolerance, MaxAbs: missing, MeanAbs: missing}
	if r.Shape == nil {
		r.Shape = []int{}
	}
	if len(got) != len(want) {
		r.Note = fmt.Sprintf("it has %d numbers, expected %d", len(got), len(want))
		return r
	}
	worst, sum := 0., 0.
	for i, w := range want {
		d := math.Abs(float64(got[i]) - w)
		if !(d <= math.MaxFloat32) { // written so that NaN fails
			r.Note = fmt.Sprintf("number %d is %g, expected %g", i, got[i], w)
			return r
		}
		worst = max(worst, d)
		sum += d
	}
	r.MaxAbs, r.MeanAbs = worst, sum/float64(max(len(want), 1))
	r.OK = worst <= tolerance
	return r
}

// add appends a row.
func (r *Report) add(rows ...Row) { r.Tensors = append(r.Tensors, rows...) }

// finish sorts the rows, outputs first, and says whether all are in order.
func (r *Report) finish() {
	rank := func(name string) int {
		return slices.IndexFunc(rowOrder, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	}
	slices.SortStableFunc(r.Tensors, func(a, b Row) int { return cmp.Compare(rank(a.Name), rank(b.Name)) })
	r.OK = len(r.Tensors) > 0 && !slices.ContainsFunc(r.Tensors, func(row Row) bool { return !row.OK })
}

var rowOrder = []string{"out.", "out64.", "full.", "dbg.", "grad.", "train.", ""}

// Bad are the rows that are out.
func (r *Report) Bad() []Row {
	return slices.DeleteFunc(slices.Clone(r.Tensors), func(row Row) bool { return row.OK })
}

// Text is the report as a table.
func (r *Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d parameters\n\n", r.Model, r.Parameters)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "tensor\tshape\tmax abs\tmean abs\ttolerance\tok")
	number := func(x float64) string {
		if x == missing {
			return "-"
		}
		return fmt.Sprintf("%.2g", x)
	}
	for _, row := range r.Tensors {
		ok := "yes"
		if !row.OK {
			ok = strings.TrimSpace("NO " + row.Note)
		}
		fmt.Fprintf(t, "%s\t%v\t%s\t%s\t%.2g\t%s\n", row.Name, row.Shape, number(row.MaxAbs), number(row.MeanAbs), row.Tolerance, ok)
	}
	t.Flush()
	for _, name := range r.Skipped {
		fmt.Fprintf(&b, "not compared, an unknown name: %s\n", name)
	}
	if bad := len(r.Bad()); bad > 0 {
		fmt.Fprintf(&b, "\n%d of %d tensors are out.\n", bad, len(r.Tensors))
	} else {
		fmt.Fprintf(&b, "\nAll %d tensors agree.\n", len(r.Tensors))
	}
	return b.String()
}

// MarshalJSON writes lists, not null.
func (r *Report) MarshalJSON() ([]byte, error) {
	type plain Report
	p := plain(*r)
	if p.Tensors == nil {
		p.Tensors = []Row{}
	}
	return json.Marshal(p)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
