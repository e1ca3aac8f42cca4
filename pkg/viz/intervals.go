// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// Spread is what several runs of one variant gave.
type Spread struct {
	Name   string
	Mean   float64   // NaN: not known
	Half   float64   // half the width of the interval around the mean; NaN: not known
	Values []float64 // of the single runs; may be empty
	Marked bool      // drawn in the second colour: a variant that differs clearly, say
}

// Intervals compares variants: for each a line with the single runs as small dots, the mean as a dot and its
// interval as a bar with ends. The dashed line is the mean of the first variant. Read off how far the variants lie
// apart, compared with how far the runs of one do.
func Intervals(title, axis string, variants ...Spread) *Drawing {
	const (
		longest   = 60
		rowHeight = 24.
		edge      = 8.
		top       = 34.
		plotWidth = 300.
		numbers   = 104. // to the right
		labelSize = 9
	)
	variants = variants[:min(len(variants), longest)]
	low, high := math.Inf(1), math.Inf(-1)
	note := func(v float64) {
		if drawn(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	names := 0.
	short := make([]string, len(variants))
	for i, v := range variants {
		short[i] = shorten(v.Name, sans(labelSize), 190)
		names = max(names, width(short[i], sans(labelSize)))
		note(v.Mean)
		note(v.Mean - v.Half)
		note(v.Mean + v.Half)
		for _, x := range v.Values {
			note(x)
		}
	}
	if !(low <= high) {
		return empty(title, "no runs to compare")
	}
	if pad := 0.06 * (high - low); pad > 0 {
		low, high = low-pad, high+pad
	} else {
		low, high = low-max(math.Abs(low)*0.1, 1e-12), high+max(math.Abs(high)*0.1, 1e-12)
	}
	x0 := edge + names + 12
	bottom := top + rowHeight*float64(len(variants))
	at := func(v float64) float64 { return x0 + plotWidth*(v-low)/(high-low) }

	return &Drawing{vg.Length(x0 + plotWidth + numbers + edge), vg.Length(bottom + 36), func(p pen) {
		p.text(x0, 14, shorten(title, bold(11), plotWidth+numbers), bold(11), ink, left)
		for _, t := range (Ticks{}).Ticks(low, high) {
			p.path(0.75, grid, false, [2]float64{at(t.Value), top}, [2]float64{at(t.Value), bottom})
			p.text(at(t.Value), bottom+9, t.Label, sans(8.5), label, center)
		}
		p.path(0.75, line, false, [2]float64{x0, bottom}, [2]float64{x0 + plotWidth, bottom})
		p.text(x0+plotWidth/2, bottom+25, shorten(axis, sans(labelSize), plotWidth), sans(labelSize), label, center)
		if first := variants[0].Mean; drawn(first) {
			p.path(0.75, faint, true, [2]float64{at(first), top}, [2]float64{at(first), bottom})
		}
		for i, v := range variants {
			y, c := top+rowHeight*(float64(i)+0.5), Color(0)
			if v.Marked {
				c = Color(1)
			}
			p.text(x0-12, y, short[i], sans(labelSize), label, right)
			for _, x := range v.Values {
				if drawn(x) {
					p.rounded(at(x)-1.5, y+5, 3, 3, 1.5, mix(paper, c, 0.6)) // below the bar, which would hide them
				}
			}
			if !drawn(v.Mean) {
				p.text(x0+6, y, "no run has ended well", sans(8.5), faint, left)
				continue
			}
			amount := fmt.Sprintf("%.4g", v.Mean)
			if drawn(v.Half) {
				amount += fmt.Sprintf(" ± %.2g", v.Half)
				a, b := at(v.Mean-v.Half), at(v.Mean+v.Half)
				p.path(1.5, c, false, [2]float64{a, y}, [2]float64{b, y})
				p.path(1.5, c, false, [2]float64{a, y - 4}, [2]float64{a, y + 4})
				p.path(1.5, c, false, [2]float64{b, y - 4}, [2]float64{b, y + 4})
			}
			p.rounded(at(v.Mean)-3.5, y-3.5, 7, 7, 3.5, c)
			p.text(x0+plotWidth+10, y, amount, sans(8.5), label, left)
		}
	}}
}
