// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// sans and mono are the fonts of all pictures. They travel with the module, so a picture is the same on every machine.
func sans(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

func bold(size vg.Length) font.Font {
	f := sans(size)
	f.Weight = xfont.WeightBold
	return f
}

func mono(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Mono", Size: size}
}

// New is an empty plot in the style of the house: to be filled with plotters of gonum/plot, as any of its plots.
func New(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = clean(title), clean(x), clean(y)
	dress(&p.Title.TextStyle, bold(11), ink)
	p.Title.Padding = vg.Points(6)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		dress(&axis.Label.TextStyle, sans(9), label)
		dress(&axis.Tick.Label, sans(8.5), label)
		axis.Label.Padding = vg.Points(4)
		axis.Padding = 0
		axis.LineStyle = draw.LineStyle{Color: line, Width: vg.Points(0.75)}
		axis.Tick.LineStyle = axis.LineStyle
		axis.Tick.Length = vg.Points(3)
		axis.Tick.Marker = Ticks{}
	}
	p.Y.LineStyle.Width = 0
	p.Y.Tick.Length = 0
	dress(&p.Legend.TextStyle, sans(8.5), label)
	p.Legend.Top = true
	p.Legend.Padding = vg.Points(2)
	p.Legend.ThumbnailWidth = vg.Points(16)
	p.Legend.YOffs = -vg.Points(2)
	p.Add(&plotter.Grid{Horizontal: draw.LineStyle{Color: grid, Width: vg.Points(0.75)}})
	return p
}

func dress(s *text.Style, f font.Font, c color.Color) { s.Font, s.Color = f, c }

// LogX makes the x axis of a plot logarithmic, after its data was added. What is not positive has no place on it:
// curves leave such points out.
func LogX(p *plot.Plot) { logarithmic(&p.X) }

// LogY makes the y axis of a plot logarithmic, after its data was added. What is not positive has no place on it:
// curves leave such points out.
func LogY(p *plot.Plot) { logarithmic(&p.Y) }

func logarithmic(a *plot.Axis) {
	if !(a.Max > 0) || math.IsInf(a.Max, 0) {
		a.Max = 1
	}
	if l, ok := a.Scale.(linear); ok && l.least < a.Max {
		a.Min = l.least
	}
	if !(a.Min > 0) {
		a.Min = a.Max / 1000
	}
	a.Scale, a.Tick.Marker = logScale{}, LogTicks{}
}

// linear is a linear scale that knows the smallest positive value of its data, where a logarithmic axis would begin.
type linear struct {
	plot.LinearScale
	least float64
}

// logScale is plot.LogScale without its panics: what has no logarithm lies far below the axis.
type logScale struct{}

// Normalize implements plot.Normalizer.
func (logScale) Normalize(low, high, x float64) float64 {
	if !(x > 0) || !(low > 0) || !(high > low) {
		return -1
	}
	return (math.Log(x) - math.Log(low)) / (math.Log(high) - math.Log(low))
}

// isLog tells whether a point at or below 0 has a place on the axis.
func isLog(a plot.Axis) bool {
	switch a.Scale.(type) {
	case logScale, plot.LogScale:
		return true
	}
	return false
}
