// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Series is a curve: Y over X, in the order of the points. A NaN or infinite value leaves a gap.
type Series struct {
	Name string
	X, Y []float64 // where X is nil, the points are numbered from 1

	// Low and High, where given, are drawn as a band around the curve: the spread over seeds, or an interval.
	Low, High []float64

	// Smooth above 1 draws the curve through the mean of as many points as it says (half of them before a point, half
	// after), and the points themselves faintly behind it: the loss of single batches is a cloud.
	Smooth int
}

// Reference is a horizontal line to compare with, such as what a baseline reaches.
type Reference struct {
	Name string
	Y    float64
}

// Curves draws learning curves. Read off how fast they fall and whether they still do, and whether they have passed
// the dashed references, whose names and values stand at the right end of their lines.
//
// However many points a series has, the picture stays small: of the points that share a few pixels only the first, the
// last, the lowest and the highest are drawn. For logarithmic axes call LogX or LogY on the plot.
func Curves(title, x, y string, series []Series, references ...Reference) *plot.Plot {
	p := New(title, x, y)
	refs := newReferences(references)
	var curves []*curve
	points := 0
	for i, s := range series {
		c := newCurve(s, Color(i))
		if c == nil {
			continue
		}
		curves = append(curves, c)
		points += len(c.main)
	}
	if points == 0 && len(refs.lines) == 0 {
		return nothing(p, "no points to draw")
	}
	if points == 0 {
		p.X.Min, p.X.Max = 0, 1
	}
	p.Add(refs) // under the curves
	for _, c := range curves {
		p.Add(c)
	}
	p.X.Scale, p.Y.Scale = leasts(curves, refs)
	pad(&p.Y)
	if p.X.Min > 0 && p.X.Min <= 0.02*p.X.Max {
		p.X.Min = 0 // steps are counted from 1, but read from 0
	}
	named := 0
	for _, c := range curves {
		if c.name != "" {
			p.Legend.Add(c.name, c)
			named++
		}
	}
	placeLegend(p, curves, refs, named)
	return p
}

// leasts are linear scales with the smallest positive values of x and y.
func leasts(curves []*curve, refs references) (x, y linear) {
	x.least, y.least = math.Inf(1), math.Inf(1)
	note := func(s *linear, v float64) {
		if v > 0 {
			s.least = min(s.least, v)
		}
	}
	for _, k := range curves {
		for _, points := range [][]point{k.main, k.cloud, k.low, k.high} {
			for _, q := range points {
				if !q.gap() {
					note(&x, q.x)
					note(&y, q.y)
				}
			}
		}
	}
	for _, r := range refs.lines {
		note(&y, r.Y)
	}
	return x, y
}

// pad leaves a little room above and below the curves.
func pad(a *plot.Axis) {
	if !(a.Max > a.Min) {
		d := max(math.Abs(a.Max)*0.1, 1e-12)
		a.Min, a.Max = a.Min-d, a.Max+d
		return
	}
	d := 0.04 * (a.Max - a.Min)
	if a.Min > 0 && a.Min < d {
		a.Min = 0 // a curve that nearly touches 0 shows it
	} else if a.Min != 0 {
		a.Min -= d
	}
	a.Max += d
}

// point is a place on a plot. One with a NaN is a gap.
type point struct{ x, y float64 }

func (p point) gap() bool {
	return !drawn(p.x) || !drawn(p.y)
}

// drawn tells whether a value is a number with which an axis can be computed.
func drawn(v float64) bool { return math.Abs(v) < 1e300 }

// curve draws a Series. It implements plot.Plotter, plot.DataRanger and plot.Thumbnailer.
type curve struct {
	name      string
	color     color.RGBA
	main      []point // the curve
	cloud     []point // what it is the mean of; may be empty
	low, high []point // of the band; may be empty
}

// newCurve returns nil where there is no point to draw.
func newCurve(s Series, c color.RGBA) *curve {
	at := func(values []float64) []point {
		n := len(values)
		if s.X != nil {
			n = min(n, len(s.X))
		}
		out := make([]point, n)
		for i := range out {
			out[i] = point{float64(i + 1), values[i]}
			if s.X != nil {
				out[i].x = s.X[i]
			}
		}
		return out
	}
	all := at(s.Y)
	if !drawable(all) {
		return nil
	}
	k := &curve{name: clean(s.Name), color: c}
	if s.Smooth > 1 {
		k.cloud, k.main = thin(all), thin(smooth(all, s.Smooth))
	} else {
		k.main = thin(all)
	}
	if s.Low != nil && s.High != nil {
		n := min(len(s.Low), len(s.High), len(all))
		low, high := at(s.Low[:n]), at(s.High[:n])
		step := (n + thinTo - 1) / thinTo
		for i := 0; i < n; i += max(1, step) {
			if !low[i].gap() && !high[i].gap() {
				k.low, k.high = append(k.low, low[i]), append(k.high, high[i])
			}
		}
	}
	return k
}

func drawable(points []point) bool {
	for _, p := range points {
		if !p.gap() {
			return true
		}
	}
	return false
}

// smooth is the mean over a window of n points around each, shorter at the ends; gaps stay gaps.
func smooth(points []point, n int) []point {
	half := n / 2
	sum, count := make([]float64, len(points)+1), make([]int, len(points)+1)
	for i, p := range points {
		sum[i+1], count[i+1] = sum[i], count[i]
		if !p.gap() {
			sum[i+1] += p.y
			count[i+1]++
		}
	}
	out := make([]point, len(points))
	for i, p := range points {
		from, to := max(0, i-half), min(len(points), i+half+1)
		out[i] = point{p.x, math.NaN()}
		if m := count[to] - count[from]; m > 0 && !p.gap() {
			out[i].y = (sum[to] - sum[from]) / float64(m)
		}
	}
	return out
}

// thinTo is the number of groups that a long curve is cut into; with up to 4 points of each, no picture shows more.
const thinTo = 600

// thin keeps of each group of neighbours the first, the last, the lowest and the highest, and one gap where there is any.
func thin(points []point) []point {
	if len(points) <= 4*thinTo {
		return points
	}
	var out []point
	for g := range thinTo {
		group := points[g*len(points)/thinTo : (g+1)*len(points)/thinTo]
		low, high, gap := -1, -1, -1
		for i, p := range group {
			switch {
			case p.gap():
				gap = i
				continue
			case low < 0:
				low, high = i, i
			}
			if p.y < group[low].y {
				low = i
			}
			if p.y > group[high].y {
				high = i
			}
		}
		keep := map[int]bool{0: true, len(group) - 1: true, low: true, high: true, gap: true}
		for i, p := range group {
			if keep[i] {
				out = append(out, p)
			}
		}
	}
	return out
}

// DataRange implements plot.DataRanger.
func (k *curve) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, points := range [][]point{k.main, k.cloud, k.low, k.high} {
		for _, p := range points {
			if !p.gap() {
				xmin, xmax = min(xmin, p.x), max(xmax, p.x)
				ymin, ymax = min(ymin, p.y), max(ymax, p.y)
			}
		}
	}
	return
}

// Plot implements plot.Plotter.
func (k *curve) Plot(c draw.Canvas, p *plot.Plot) {
	tr := func(points []point) (pieces [][]vg.Point) {
		piece := []vg.Point(nil)
		for _, q := range points {
			if q.gap() || isLog(p.X) && q.x <= 0 || isLog(p.Y) && q.y <= 0 {
				if piece != nil {
					pieces, piece = append(pieces, piece), nil
				}
				continue
			}
			piece = append(piece, vg.Point{X: c.X(p.X.Norm(q.x)), Y: c.Y(p.Y.Norm(q.y))})
		}
		if piece != nil {
			pieces = append(pieces, piece)
		}
		return pieces
	}
	if lows, highs := tr(k.low), tr(k.high); len(lows) == 1 && len(highs) == 1 {
		polygon := append([]vg.Point(nil), highs[0]...)
		for i := len(lows[0]) - 1; i >= 0; i-- {
			polygon = append(polygon, lows[0][i])
		}
		c.FillPolygon(fade(k.color, 0.2), c.ClipPolygonXY(polygon))
	}
	k.stroke(c, tr(k.cloud), 0.6, fade(k.color, 0.3))
	k.stroke(c, tr(k.main), 1.6, k.color)
}

// stroke draws the pieces of a curve; a piece of one point, which has no length, as a dot.
func (k *curve) stroke(c draw.Canvas, pieces [][]vg.Point, width float64, col color.Color) {
	style := draw.LineStyle{Color: col, Width: vg.Points(width)}
	for _, piece := range pieces {
		if len(piece) == 1 {
			c.DrawGlyph(draw.GlyphStyle{Color: col, Radius: vg.Points(1.2 * width), Shape: draw.CircleGlyph{}}, piece[0])
			continue
		}
		c.StrokeLines(style, c.ClipLinesXY(piece)...)
	}
}

// Thumbnail implements plot.Thumbnailer.
func (k *curve) Thumbnail(c *draw.Canvas) {
	y := c.Center().Y
	c.StrokeLine2(draw.LineStyle{Color: k.color, Width: vg.Points(2)}, c.Min.X, y, c.Max.X, y)
}

// fade makes a colour transparent.
func fade(c color.RGBA, alpha float64) color.Color {
	return color.NRGBA{c.R, c.G, c.B, uint8(255 * alpha)}
}

// nothing makes a plot say why it is empty.
func nothing(p *plot.Plot, why string) *plot.Plot {
	p.Add(notice(why))
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(nil), plot.ConstantTicks(nil)
	return p
}

// notice is a sentence in the middle of a plot.
type notice string

// Plot implements plot.Plotter.
func (n notice) Plot(c draw.Canvas, _ *plot.Plot) {
	size := c.Size()
	pen{c}.text(size.X.Points()/2, size.Y.Points()/2, string(n), sans(10), faint, center)
}
