// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// wellFormed reads a document to its end.
func wellFormed(s string) error {
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func panel() Panel {
	x, y := learning(20_000, 5.6, 2.7, 1)
	return Panel{Title: "language/mlm", Step: 800, Steps: 1200, StepsPerSecond: 41.3, Remaining: 10 * time.Second, Elapsed: 75 * time.Second,
		Loss: 2.874, LossName: "bits", Curve: Series{X: x, Y: y, Smooth: 15}, Held: Series{Name: "held out", X: []float64{200, 400}, Y: []float64{4.3, 3.6}},
		References: []Reference{{"unigram", 4.56}, {"order 2", 3.1}}, Note: "XLA"}
}

func TestPanelSVG(t *testing.T) {
	p := panel()
	s := p.SVG()
	if err := wellFormed(s); err != nil {
		t.Error(err)
	}
	if len(s) > 5<<10 {
		t.Errorf("the panel takes %d bytes, more than 5 KB", len(s))
	}
	for _, want := range []string{"language/mlm", "67 %", "step 800/1,200", "41.3 steps/s", "10 s left", "unigram 4.56", "held out", "XLA", `width="408.0"`} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is not in the panel", want)
		}
	}
	if s != p.SVG() {
		t.Error("two panels of the same values differ")
	}
}

func TestPanelTakesAnything(t *testing.T) {
	nan := math.NaN()
	for i, p := range []Panel{
		{}, {Loss: nan, Title: "<&\x00\xff\"'\uffff"}, {Step: 5, Steps: -1, Curve: Series{Y: []float64{nan, 1, nan, 2}}},
		{Curve: Series{Y: []float64{1e308, -1e308}}, References: make([]Reference, 1000), Title: strings.Repeat("long", 1e5)},
		{Step: 99, Steps: 3, Done: true, Curve: Series{Y: []float64{2, 2}}, Held: Series{Y: []float64{nan}}},
	} {
		s := p.SVG()
		if err := wellFormed(s); err != nil {
			t.Errorf("case %d: %v", i, err)
		}
		if len(s) > 6<<10 {
			t.Errorf("case %d: %d bytes", i, len(s))
		}
		if strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("case %d: a value that is no number is drawn", i)
		}
	}
}

func TestPanelLine(t *testing.T) {
	p := panel()
	if got, want := p.Line(), "language/mlm · step 800/1,200 · bits 2.874 · 41.3 steps/s · 1 min 15 s so far · 10 s left"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	p.Done, p.Status = true, "interrupted"
	if got, want := p.Line(), "language/mlm · step 800/1,200 · bits 2.874 · 41.3 steps/s · took 1 min 15 s · interrupted"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := (Panel{Loss: math.NaN()}).Line(), "step 0"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFewLiftsThePenAtGaps(t *testing.T) {
	same := func(v float64) float64 { return v }
	got := svgPath([]point{{0, 1}, {1, 2}, {2, math.NaN()}, {3, 4}}, same, same)
	if want := "M0.0 1.0L1.0 2.0M3.0 4.0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := len(few(make([]point, 10_000))); n != curvePoints {
		t.Errorf("%d points are left, want %d", n, curvePoints)
	}
}
