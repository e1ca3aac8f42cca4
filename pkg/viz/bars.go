// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// Bar is a named amount.
type Bar struct {
	Name  string
	Value float64 // not negative
}

// Measure is one quantity over the stages of a model: its parameters, its FLOPs, the bytes it moves.
type Measure struct {
	Name string
	Unit string // written after the amounts, such as "FLOP" or "B"; amounts are written in thousands, millions and so on
	Bars []Bar
}

// CostBars draws several measures side by side, each over the same stages, one bar a stage. Read off which stage costs
// what: the percentage is the stage's part of the measure's total, which stands above the bars.
func CostBars(title string, measures ...Measure) *Drawing {
	const (
		most      = 4 // measures in a picture
		longest   = 40
		barHeight = 12.
		rowHeight = 21.
		gap       = 22.
		edge      = 8.
		labels    = 86. // kept to the right of the longest bar
		top       = 56.
		labelSize = 9
	)
	measures = measures[:min(len(measures), most)]
	var stages []string
	seen := map[string]bool{}
	for _, m := range measures {
		for _, b := range m.Bars {
			if !seen[b.Name] && len(stages) < longest {
				seen[b.Name] = true
				stages = append(stages, b.Name)
			}
		}
	}
	if len(stages) == 0 {
		return empty(title, "no bars to draw")
	}
	names := 0.
	short := make([]string, len(stages))
	for i, s := range stages {
		short[i] = shorten(s, sans(labelSize), 110)
		names = max(names, width(short[i], sans(labelSize)))
	}
	panel := 176.
	if len(measures) < 3 {
		panel = 230
	}
	w := edge + names + 10 + float64(len(measures))*(panel+gap) - gap + edge
	h := top + rowHeight*float64(len(stages)) + edge

	return &Drawing{vg.Length(w), vg.Length(h), func(p pen) {
		first := edge + names + 10
		p.text(first, 14, shorten(title, bold(11), w-first-edge), bold(11), ink, left)
		for i, s := range short {
			p.text(edge+names, top+rowHeight*(float64(i)+0.5), s, sans(labelSize), label, right)
		}
		for k, m := range measures {
			x := first + float64(k)*(panel+gap)
			total, largest, value := sums(m)
			name := shorten(m.Name, bold(labelSize), panel/2)
			p.text(x, top-18, name, bold(labelSize), ink, left)
			p.text(x+width(name, bold(labelSize))+6, top-18, Human(total, m.Unit)+" in all", sans(8.5), faint, left)
			p.path(0.75, line, false, [2]float64{x, top - 4}, [2]float64{x, h - edge + 2})
			for i, s := range stages {
				v, y := value[s], top+rowHeight*(float64(i)+0.5)
				length := 0.
				if largest > 0 {
					length = (panel - labels) * v / largest
				}
				if v > 0 {
					p.box(x+0.375, y-barHeight/2, max(length, 0.75), barHeight, Color(i))
				}
				amount := Human(v, m.Unit)
				p.text(x+length+5, y, amount, sans(8.5), label, left)
				if v > 0 {
					p.text(x+length+5+width(amount, sans(8.5))+5, y, percent(v/total), sans(8), faint, left)
				}
			}
		}
	}}
}

// sums adds up the bars of a measure; bars of one name belong together. What is not a positive number counts as 0.
func sums(m Measure) (total, largest float64, value map[string]float64) {
	value = map[string]float64{}
	for _, b := range m.Bars {
		if b.Value > 0 && !math.IsInf(b.Value, 0) {
			value[b.Name] += b.Value
			total += b.Value
		}
	}
	for _, v := range value {
		largest = max(largest, v)
	}
	return total, largest, value
}

// percent writes a part of the whole.
func percent(part float64) string {
	switch x := 100 * part; {
	case x < 0.1:
		return "<0.1 %"
	case x < 9.95:
		return strconv.FormatFloat(x, 'f', 1, 64) + " %"
	case x >= 99.5 && x < 100: // all but a few are not all
		return strconv.FormatFloat(min(x, 99.9), 'f', 1, 64) + " %"
	default:
		return strconv.FormatFloat(x, 'f', 0, 64) + " %"
	}
}

// empty is a drawing that says why there is nothing to see.
func empty(title, reason string) *Drawing {
	return &Drawing{360, 120, func(p pen) {
		p.text(180, 14, shorten(title, bold(11), 344), bold(11), ink, center)
		p.text(180, 66, reason, sans(10), faint, center)
	}}
}
