// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Drawing is a figure with a size of its own, in points of 1/72 inch.
type Drawing struct {
	width, height vg.Length
	paint         func(pen)
}

// Size is the width and height of the drawing.
func (d *Drawing) Size() (width, height vg.Length) { return d.width, d.height }

// Draw implements Figure: the drawing stands in the upper left corner of the canvas.
func (d *Drawing) Draw(c draw.Canvas) { d.paint(pen{c}) }

// pen draws with x to the right and y downwards, in points from the upper left corner of the canvas.
type pen struct{ c draw.Canvas }

type align float64

const (
	left   align = 0
	center align = -0.5
	right  align = -1
)

func (p pen) at(x, y float64) vg.Point {
	return vg.Point{X: p.c.Min.X + vg.Length(x), Y: p.c.Max.Y - vg.Length(y)}
}

// box fills a rectangle.
func (p pen) box(x, y, w, h float64, c color.Color) {
	p.c.SetColor(c)
	p.c.Fill(vg.Rectangle{Min: p.at(x, y+h), Max: p.at(x+w, y)}.Path())
}

// frame draws the outline of a rectangle, inside of it.
func (p pen) frame(x, y, w, h, width float64, c color.Color) {
	d := width / 2
	p.path(width, c, false, [2]float64{x + d, y + d}, [2]float64{x + w - d, y + d}, [2]float64{x + w - d, y + h - d}, [2]float64{x + d, y + h - d}, [2]float64{x + d, y})
}

// rounded fills a rectangle with round corners.
func (p pen) rounded(x, y, w, h, r float64, c color.Color) {
	r = min(r, w/2, h/2)
	var path vg.Path
	corner := func(cx, cy, from float64) {
		path.Arc(p.at(cx, cy), vg.Length(r), from, math.Pi/2)
	}
	path.Move(p.at(x+w, y+h-r))
	path.Line(p.at(x+w, y+r))
	corner(x+w-r, y+r, 0)
	path.Line(p.at(x+r, y))
	corner(x+r, y+r, math.Pi/2)
	path.Line(p.at(x, y+h-r))
	corner(x+r, y+h-r, math.Pi)
	path.Line(p.at(x+w-r, y+h))
	corner(x+w-r, y+h-r, 3*math.Pi/2)
	path.Close()
	p.c.SetColor(c)
	p.c.Fill(path)
}

// path draws lines from point to point.
func (p pen) path(width float64, c color.Color, dashed bool, points ...[2]float64) {
	style := draw.LineStyle{Color: c, Width: vg.Length(width)}
	if dashed {
		style.Dashes = []vg.Length{3, 2}
	}
	pts := make([]vg.Point, len(points))
	for i, q := range points {
		pts[i] = p.at(q[0], q[1])
	}
	p.c.StrokeLines(style, pts)
}

// arrow draws lines from point to point with a head at the last one.
func (p pen) arrow(width float64, c color.Color, points ...[2]float64) {
	n := len(points)
	a, b := points[n-2], points[n-1]
	length := math.Hypot(b[0]-a[0], b[1]-a[1])
	dx, dy := (b[0]-a[0])/length, (b[1]-a[1])/length
	const head, half = 5.0, 2.4
	base := [2]float64{b[0] - head*dx, b[1] - head*dy}
	p.path(width, c, false, append(append([][2]float64{}, points[:n-1]...), [2]float64{base[0] + dx, base[1] + dy})...)
	p.c.FillPolygon(c, []vg.Point{p.at(b[0], b[1]), p.at(base[0]-half*dy, base[1]+half*dx), p.at(base[0]+half*dy, base[1]-half*dx)})
}

// text writes one line. Its capitals are centred on y.
func (p pen) text(x, y float64, s string, f font.Font, c color.Color, a align) {
	face := face(f)
	p.c.SetColor(c)
	at := p.at(x, y+0.36*f.Size.Points())
	at.X += vg.Length(a) * face.Width(s)
	p.c.FillString(face, at, s)
}

// turned writes one line upwards, centred on x, with the end or the beginning of it at y.
func (p pen) turned(x, y float64, s string, f font.Font, c color.Color, a align) {
	face := face(f)
	at := p.at(x+0.36*f.Size.Points(), y)
	at.Y += vg.Length(a) * face.Width(s)
	p.c.SetColor(c)
	p.c.Push()
	p.c.Rotate(math.Pi / 2)
	p.c.FillString(face, vg.Point{X: at.Y, Y: -at.X}, s)
	p.c.Pop()
}

// image draws an image so that its pixels fill the rectangle.
func (p pen) image(x, y, w, h float64, img image.Image) {
	p.c.DrawImage(vg.Rectangle{Min: p.at(x, y+h), Max: p.at(x+w, y)}, img)
}

func face(f font.Font) font.Face {
	return plot.DefaultTextHandler.Cache().Lookup(f, f.Size)
}

// width is that of a line of text in points.
func width(s string, f font.Font) float64 {
	face := face(f)
	return face.Width(s).Points()
}

// clean makes one line of valid text that fits a label.
func clean(s string) string {
	const longest = 200
	if len(s) > 4*longest {
		s = s[:4*longest]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest-1]) + "…"
	}
	return s
}

// shorten cuts a label at the end so that it is at most limit points wide.
func shorten(s string, f font.Font, limit float64) string {
	s = clean(s)
	if width(s, f) <= limit {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && width(string(runes)+"…", f) > limit {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}
