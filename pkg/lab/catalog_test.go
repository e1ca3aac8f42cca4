// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"math"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/published"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

func TestPublishedTable(t *testing.T) {
	table, err := PublishedTable()
	if err != nil {
		t.Fatal(err)
	}
	text := table.Text()
	for _, words := range []string{"201,108,230", "62,255,848", "48,440,627", "48,646,522", "41,057,134", "19,858,855", "27.9M", "987"} {
		if !strings.Contains(text, words) {
			t.Errorf("the table lacks %q:\n%s", words, text)
		}
	}
	bars, err := PublishedBars()
	if err != nil {
		t.Fatal(err)
	}
	one, err := PublishedCost("flow")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*viz.Drawing{bars, one} {
		if _, err := viz.PNG(d, 0, 0); err != nil {
			t.Error(err)
		}
	}
	if _, err := PublishedCost("vit"); err == nil {
		t.Error("a model that there is not has a cost")
	}
}

// A model is verified, and the report is shown: also one in which something is missing, exact, or without tolerance.
func TestVerified(t *testing.T) {
	quiet(t)
	r, err := VerifyFolder(t.Context(), "../published/testdata/optical_flow_small")
	if err != nil {
		t.Fatal(err)
	}
	if table := VerifiedTable(r, 3); !r.OK || len(table.Rows) != 3 || !strings.Contains(table.Text(), "14,635") || !strings.Contains(table.Text(), "agrees") {
		t.Error(table.Text())
	}
	odd := &published.Report{Model: "odd", Tensors: []published.Row{{Name: "a", MaxAbs: math.MaxFloat64, Tolerance: 1}, {Name: "b"}, {Name: "c", MaxAbs: 1e-7, Tolerance: 1e-5, OK: true}}}
	for _, report := range []*published.Report{r, odd, {}} {
		p, err := VerifiedPlot(report)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := viz.PNG(p, 0, 0); err != nil {
			t.Error(err)
		}
	}
	if table := VerifiedTable(odd, 9); !strings.Contains(table.Text(), "is out") || !strings.Contains(table.Text(), "1 of 3") {
		t.Error(table.Text())
	}
	if _, err := VerifyFolder(t.Context(), t.TempDir()); err == nil {
		t.Error("an empty folder was verified")
	}
	if _, err := VerifyFormula(t.Context(), "vit"); err == nil {
		t.Error("a model that there is not was verified")
	}
}
