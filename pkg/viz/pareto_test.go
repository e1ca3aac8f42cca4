// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// The front is what nothing beats that costs no more, in either direction of the score.
func TestParetoFront(t *testing.T) {
	trials := []Trial{{"c", 4, 2, 0}, {"a", 1, 5, 0}, {"b", 2, 6, 0}, {"b2", 2, 3, 0}, {"same", 4, 2, 0}, {"none", math.NaN(), 1, 0}, {"d", 8, 2.5, 0}}
	for lower, want := range map[bool]string{true: "a b2 c", false: "a b"} {
		s, got := newScatter(trials, lower), ""
		for i, on := range s.front {
			if on {
				got += " " + s.all[i].Name
			}
		}
		if got != " "+want || len(s.all) != 6 {
			t.Errorf("lower is better: %v: the front is%s of %d; want %s", lower, got, len(s.all), want)
		}
	}
}

// However many trials there are, names overlap neither each other nor a dot, and some are left.
func TestTrialNamesDoNotOverlap(t *testing.T) {
	var trials []Trial
	for i := range 60 {
		trials = append(trials, Trial{Name: fmt.Sprintf("trial %d", i), X: 1 + float64(i*7%23), Y: float64(i * 11 % 19)})
	}
	p := Pareto("", "cost", "score", false, trials...)
	var canvas recorder.Canvas
	p.Draw(draw.NewCanvas(&canvas, chartWidth, chartHeight))
	var boxes []vg.Rectangle
	for _, a := range canvas.Actions {
		s, ok := a.(*recorder.FillString)
		if !ok || len(s.String) < 7 || s.String[:6] != "trial " {
			continue
		}
		w := vg.Length(width(s.String, trialFont))
		box := vg.Rectangle{Min: s.Point, Max: vg.Point{X: s.Point.X + w, Y: s.Point.Y + 0.7*trialFont.Size}}
		for _, other := range boxes {
			if overlap(box, other) {
				t.Errorf("%q lies over another name", s.String)
			}
		}
		boxes = append(boxes, box)
	}
	if len(boxes) < 15 {
		t.Errorf("%d of %d names are left", len(boxes), len(trials))
	}
}

func TestParetoOfLittle(t *testing.T) {
	for _, trials := range [][]Trial{nil, {{"", 0, 0, 0}}, {{"one", 1e9, -3, math.Inf(1)}}, {{"a", -1, 1, 0}, {"b", 100, 1, 2}}} {
		if _, err := PNG(Pareto("", "", "", true, trials...), 0, 0); err != nil {
			t.Errorf("%v: %v", trials, err)
		}
	}
}
