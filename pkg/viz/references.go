// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"math"
	"sort"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// references draws dashed lines whose names stand to the right of the data. It implements plot.Plotter, plot.DataRanger
// and plot.GlyphBoxer; the latter keeps room for the names.
type references struct {
	lines []Reference
}

var referenceFont = sans(8)

const (
	referenceGap    = 5.  // points between the data and a name
	referenceHeight = 10. // points that one name takes
	referenceLimit  = 110 // points that a name may be long
)

func newReferences(all []Reference) references {
	var r references
	for _, l := range all {
		if !drawn(l.Y) {
			continue
		}
		value := strconv.FormatFloat(l.Y, 'g', 3, 64)
		if a := math.Abs(l.Y); a >= 0.1 && a < 100 {
			value = strconv.FormatFloat(l.Y, 'f', 2, 64)
		}
		l.Name = shorten(l.Name, referenceFont, referenceLimit-width(" "+value, referenceFont)) + " " + value
		r.lines = append(r.lines, l)
	}
	sort.SliceStable(r.lines, func(i, j int) bool { return r.lines[i].Y < r.lines[j].Y })
	return r
}

// width is what the names take to the right of the data, in points.
func (r references) width() float64 {
	widest := 0.
	for _, l := range r.lines {
		widest = max(widest, referenceGap+width(l.Name, referenceFont))
	}
	return widest
}

// DataRange implements plot.DataRanger.
func (r references) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, l := range r.lines {
		ymin, ymax = min(ymin, l.Y), max(ymax, l.Y)
	}
	return
}

// GlyphBoxes implements plot.GlyphBoxer.
func (r references) GlyphBoxes(*plot.Plot) []plot.GlyphBox {
	if len(r.lines) == 0 {
		return nil
	}
	return []plot.GlyphBox{{X: 1, Y: 0.5, Rectangle: vg.Rectangle{Max: vg.Point{X: vg.Length(r.width())}}}}
}

// Plot implements plot.Plotter.
func (r references) Plot(c draw.Canvas, p *plot.Plot) {
	var lines []Reference
	var want []float64
	for _, l := range r.lines {
		if isLog(p.Y) && l.Y <= 0 {
			continue
		}
		lines, want = append(lines, l), append(want, float64(c.Y(p.Y.Norm(l.Y))))
	}
	place := spread(want, referenceHeight, float64(c.Min.Y), float64(c.Max.Y))
	style := draw.LineStyle{Color: faint, Width: vg.Points(0.9), Dashes: []vg.Length{4, 3}}
	for i, l := range lines {
		y := vg.Length(want[i])
		if y < c.Min.Y || y > c.Max.Y {
			continue
		}
		c.StrokeLine2(style, c.Min.X, y, c.Max.X, y)
		at := vg.Length(place[i])
		if math.Abs(place[i]-want[i]) > 1 { // the name had to move: show where it belongs
			thin := draw.LineStyle{Color: faint, Width: vg.Points(0.5)}
			c.StrokeLine2(thin, c.Max.X, y, c.Max.X+vg.Length(referenceGap-1), at)
		}
		f := face(referenceFont)
		c.SetColor(label)
		c.FillString(f, vg.Point{X: c.Max.X + vg.Length(referenceGap), Y: at - 0.36*referenceFont.Size}, l.Name)
	}
}

// spread moves rising places as little as it can so that neighbours are at least gap apart and, if there is room for
// all, within low and high.
func spread(want []float64, gap, low, high float64) []float64 {
	type block struct {
		sum float64 // of the wished place of the first, over all in the block
		n   int
	}
	var blocks []block
	start := func(b block) float64 {
		length := gap * float64(b.n-1)
		return max(low, min(b.sum/float64(b.n), high-length))
	}
	for _, w := range want {
		blocks = append(blocks, block{w, 1})
		for len(blocks) > 1 {
			a, b := blocks[len(blocks)-2], blocks[len(blocks)-1]
			if start(a)+gap*float64(a.n) <= start(b)+1e-9 {
				break
			}
			blocks = append(blocks[:len(blocks)-2], block{a.sum + b.sum - gap*float64(a.n*b.n), a.n + b.n})
		}
	}
	var out []float64
	for _, b := range blocks {
		for i := range b.n {
			out = append(out, start(b)+gap*float64(i))
		}
	}
	return out
}

// placeLegend puts the legend into the upper corner that the curves leave free. Where they leave none, the y axis is
// made longer so that there is room above them.
func placeLegend(p *plot.Plot, curves []*curve, refs references, entries int) {
	if entries == 0 {
		return
	}
	widest := 0.
	for _, k := range curves {
		widest = max(widest, width(k.name, p.Legend.TextStyle.Font))
	}
	const plotWidth, plotHeight = 380., 190. // points of the data area of a chart of the usual size
	w := (widest + p.Legend.ThumbnailWidth.Points() + 12) / plotWidth
	h := (float64(entries)*12.5 + 6) / plotHeight

	span := p.Y.Max - p.Y.Min
	taken := func(from, to float64) bool {
		floor := p.Y.Max - h*span
		for _, r := range refs.lines {
			if r.Y > floor {
				return true
			}
		}
		xspan := p.X.Max - p.X.Min
		for _, k := range curves {
			for _, points := range [][]point{k.main, k.cloud, k.high} {
				for _, q := range points {
					if x := (q.x - p.X.Min) / xspan; q.y > floor && x >= from && x <= to {
						return true
					}
				}
			}
		}
		return false
	}
	switch {
	case !taken(1-w, 1):
	case !taken(0, w):
		p.Legend.Left = true
	default:
		p.Y.Max += span * h / max(1-h, 0.3)
	}
	if p.Legend.Left {
		p.Legend.XOffs = vg.Points(6)
	} else {
		p.Legend.XOffs = -vg.Points(refs.width() + 4)
	}
}
