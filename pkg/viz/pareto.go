// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Trial is something that costs X and reaches Y: a model, say, by its FLOPs and its score.
type Trial struct {
	Name string
	X, Y float64
	Half float64 // half the width of the interval around Y; 0 or NaN: not drawn
}

// Pareto draws what trials cost and reach. Read off which are worth their cost: the blue ones on the line, the front,
// of which none is beaten by another that costs no more. What is grey is beaten: something reaches as much for less.
// The cost has a logarithmic axis where it spans much. Names that have no room beside the others are left out, those
// of grey dots first.
func Pareto(title, x, y string, lowerIsBetter bool, trials ...Trial) *plot.Plot {
	p := New(title, x, y)
	s := newScatter(trials, lowerIsBetter)
	if len(s.all) == 0 {
		return nothing(p, "no trials to draw")
	}
	p.Add(s)
	least := s.all[0].X
	if least > 0 && p.X.Max/least > 3 {
		LogX(p)
		f := math.Pow(p.X.Max/least, 0.08)
		p.X.Min, p.X.Max = least/f, p.X.Max*f
	} else {
		pad(&p.X)
	}
	pad(&p.Y)
	return p
}

// scatter draws trials. It implements plot.Plotter and plot.DataRanger.
type scatter struct {
	all   []Trial // by rising cost, those without a place left out
	front []bool  // which of them
}

func newScatter(trials []Trial, lowerIsBetter bool) scatter {
	var s scatter
	for _, t := range trials {
		if drawn(t.X) && drawn(t.Y) {
			if !drawn(t.Half) || t.Half < 0 {
				t.Half = 0
			}
			t.Name = shorten(t.Name, trialFont, 130)
			s.all = append(s.all, t)
		}
	}
	gain := func(t Trial) float64 {
		if lowerIsBetter {
			return -t.Y
		}
		return t.Y
	}
	slices.SortStableFunc(s.all, func(a, b Trial) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(gain(b), gain(a))) })
	best := math.Inf(-1)
	for _, t := range s.all {
		s.front = append(s.front, gain(t) > best)
		best = max(best, gain(t))
	}
	return s
}

// DataRange implements plot.DataRanger.
func (s scatter) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, t := range s.all {
		xmin, xmax = min(xmin, t.X), max(xmax, t.X)
		ymin, ymax = min(ymin, t.Y-t.Half), max(ymax, t.Y+t.Half)
	}
	return
}

// Sizes of a scatter in points.
const (
	trialRadius = 3.2
	trialHeight = 10. // of a name
)

var trialFont = sans(8.5)

// Plot implements plot.Plotter.
func (s scatter) Plot(c draw.Canvas, p *plot.Plot) {
	at := make([]vg.Point, len(s.all))
	for i, t := range s.all {
		at[i] = vg.Point{X: c.X(p.X.Norm(t.X)), Y: c.Y(p.Y.Norm(t.Y))}
	}
	var steps []vg.Point // what is reached for a cost stays reached for more
	for i, on := range s.front {
		if on {
			if n := len(steps); n > 0 {
				steps = append(steps, vg.Point{X: at[i].X, Y: steps[n-1].Y})
			}
			steps = append(steps, at[i])
		}
	}
	if n := len(steps); n > 0 {
		steps = append(steps, vg.Point{X: c.Max.X, Y: steps[n-1].Y})
	}
	c.StrokeLines(draw.LineStyle{Color: fade(Color(0), 0.45), Width: vg.Points(1.2)}, c.ClipLinesXY(steps)...)

	taken := obstacles(at, steps)
	for _, front := range []bool{false, true} { // the front over the rest
		for i, t := range s.all {
			if s.front[i] != front {
				continue
			}
			col := faint
			if front {
				col = Color(0)
			}
			if t.Half > 0 {
				low, high := c.Y(p.Y.Norm(t.Y-t.Half)), c.Y(p.Y.Norm(t.Y+t.Half))
				c.StrokeLine2(draw.LineStyle{Color: col, Width: vg.Points(1.1)}, at[i].X, low, at[i].X, high)
				taken = append(taken, vg.Rectangle{Min: vg.Point{X: at[i].X - 1, Y: low}, Max: vg.Point{X: at[i].X + 1, Y: high}})
			}
			c.DrawGlyph(draw.GlyphStyle{Color: col, Radius: vg.Points(trialRadius), Shape: draw.CircleGlyph{}}, at[i])
		}
	}
	f := face(trialFont)
	for _, front := range []bool{true, false} {
		for i, t := range s.all {
			if s.front[i] != front || t.Name == "" {
				continue
			}
			box, ok := place(at[i], f.Width(t.Name), c.Rectangle, taken)
			if !ok {
				continue
			}
			taken = append(taken, box)
			c.SetColor(fade(paper, 0.8)) // the lines of the grid stay behind the name
			c.Fill(box.Path())
			c.SetColor(label)
			c.FillString(f, vg.Point{X: box.Min.X, Y: (box.Min.Y+box.Max.Y)/2 - 0.36*trialFont.Size}, t.Name)
		}
	}
}

// obstacles are the places that names must not cover: the dots and the line between them.
func obstacles(dots, line []vg.Point) []vg.Rectangle {
	var out []vg.Rectangle
	around := func(a, b vg.Point, r vg.Length) {
		out = append(out, vg.Rectangle{
			Min: vg.Point{X: min(a.X, b.X) - r, Y: min(a.Y, b.Y) - r},
			Max: vg.Point{X: max(a.X, b.X) + r, Y: max(a.Y, b.Y) + r},
		})
	}
	for _, d := range dots {
		around(d, d, trialRadius)
	}
	for i := 1; i < len(line); i++ {
		around(line[i-1], line[i], 0.8)
	}
	return out
}

// place finds room for a name near a dot: right of it, left, above, below, or at a corner.
func place(dot vg.Point, w vg.Length, area vg.Rectangle, taken []vg.Rectangle) (vg.Rectangle, bool) {
	const h, gap, near = trialHeight, trialRadius + 2.5, trialRadius
	for _, d := range []vg.Point{
		{X: gap, Y: -h / 2}, {X: -gap - w, Y: -h / 2}, {X: -w / 2, Y: gap}, {X: -w / 2, Y: -gap - h},
		{X: near, Y: near}, {X: -near - w, Y: near}, {X: near, Y: -near - h}, {X: -near - w, Y: -near - h},
	} {
		lower := vg.Point{X: dot.X + d.X, Y: dot.Y + d.Y}
		box := vg.Rectangle{Min: lower, Max: vg.Point{X: lower.X + w, Y: lower.Y + h}}
		if box.Min.X < area.Min.X || box.Max.X > area.Max.X || box.Min.Y < area.Min.Y || box.Max.Y > area.Max.Y {
			continue
		}
		if !slices.ContainsFunc(taken, func(t vg.Rectangle) bool { return overlap(box, t) }) {
			return box, true
		}
	}
	return vg.Rectangle{}, false
}

func overlap(a, b vg.Rectangle) bool {
	return a.Min.X < b.Max.X && b.Min.X < a.Max.X && a.Min.Y < b.Max.Y && b.Min.Y < a.Max.Y
}
