// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// dataArea is the part of the picture of a chart that holds its data, in pixels from the upper left corner.
func dataArea(p *plot.Plot, dpi float64) image.Rectangle {
	c := draw.Crop(draw.NewCanvas(new(recorder.Canvas), chartWidth, chartHeight), margin, -margin, margin, -margin)
	area := p.DataCanvas(c)
	px := func(l vg.Length) int { return int(math.Round(l.Dots(dpi))) }
	h := px(chartHeight)
	return image.Rect(px(area.Min.X), h-px(area.Max.Y), px(area.Max.X), h-px(area.Min.Y))
}

func near(a, b color.Color, tolerance int) bool {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	for _, d := range []int{int(r1>>8) - int(r2>>8), int(g1>>8) - int(g2>>8), int(b1>>8) - int(b2>>8)} {
		if max(d, -d) > tolerance {
			return false
		}
	}
	return true
}

func TestReferenceStandsAtItsValue(t *testing.T) {
	p := Curves("", "step", "loss", []Series{{Y: []float64{6, 2, 2, 2, 2, 2, 2, 2}}}, Reference{"baseline", 4})
	img, _, err := render(p, 0, 0, DPI)
	if err != nil {
		t.Fatal(err)
	}
	area := dataArea(p, DPI)
	want := area.Max.Y - int(math.Round(p.Y.Norm(4)*float64(area.Dy())))
	dashes := map[int]int{}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X + area.Dx()/2; x < area.Max.X; x++ {
			if near(img.At(x, y), faint, 24) {
				dashes[y]++
			}
		}
	}
	best := -1
	for y, n := range dashes {
		if best < 0 || n > dashes[best] {
			best = y
		}
	}
	if best < want-1 || best > want+1 {
		t.Errorf("the dashes are in pixel row %d, the value 4 is in row %d", best, want)
	}
	if n, all := dashes[best], area.Dx()/2; n < all/3 || n > all*3/4 {
		t.Errorf("%d of %d pixels of the line are drawn: it should be dashed", n, all)
	}
}

func TestReferenceNamesDoNotOverlap(t *testing.T) {
	for _, want := range [][]float64{{10, 10, 10}, {0, 1, 50, 99, 100}, {5, 95, 96, 97}, {}} {
		got := spread(want, 10, 0, 100)
		if len(got) != len(want) {
			t.Fatalf("spread(%v) = %v", want, got)
		}
		for i, y := range got {
			if y < 0 || y > 100 {
				t.Errorf("spread(%v) = %v: outside", want, got)
			}
			if i > 0 && y-got[i-1] < 10-1e-9 {
				t.Errorf("spread(%v) = %v: too near", want, got)
			}
		}
	}
	if got := spread([]float64{20, 60}, 10, 0, 100); !slices.Equal(got, []float64{20, 60}) {
		t.Errorf("names with room moved to %v", got)
	}
	if got := spread([]float64{50, 50}, 10, 0, 100); !slices.Equal(got, []float64{45, 55}) {
		t.Errorf("two names of one value stand at %v, not evenly around it", got)
	}
}

func TestThinningKeepsExtremesEndsAndGaps(t *testing.T) {
	n := 1_000_000
	y := make([]float64, n)
	y[123_456], y[654_321], y[500_000] = 99, -99, math.NaN()
	points := make([]point, n)
	for i := range points {
		points[i] = point{float64(i), y[i]}
	}
	thinned := thin(points)
	if len(thinned) > 5*thinTo {
		t.Errorf("%d points are left", len(thinned))
	}
	found := map[float64]bool{}
	gaps := 0
	for i, p := range thinned {
		found[p.x] = true
		if p.gap() {
			gaps++
		}
		if i > 0 && p.x <= thinned[i-1].x {
			t.Fatal("the points are out of order")
		}
	}
	for _, x := range []float64{0, 123_456, 654_321, float64(n - 1)} {
		if !found[x] {
			t.Errorf("the point at %g is lost", x)
		}
	}
	if gaps != 1 {
		t.Errorf("%d gaps are left, want 1", gaps)
	}
}

func TestSmooth(t *testing.T) {
	points := []point{{1, 0}, {2, 3}, {3, math.NaN()}, {4, 9}, {5, 9}}
	got := smooth(points, 3)
	for i, want := range []float64{1.5, 1.5, math.NaN(), 9, 9} {
		if got[i].y != want && !(math.IsNaN(got[i].y) && math.IsNaN(want)) {
			t.Errorf("point %d is %g, want %g", i, got[i].y, want)
		}
	}
}

func TestGapIsNotBridged(t *testing.T) {
	p := Curves("", "", "", []Series{{Y: []float64{1, 1, math.NaN(), 1, math.Inf(1), 1}}})
	img, _, err := render(p, 0, 0, DPI)
	if err != nil {
		t.Fatal(err)
	}
	area := dataArea(p, DPI)
	y := area.Max.Y - int(p.Y.Norm(1)*float64(area.Dy()))
	at := func(x float64) color.Color { return img.At(area.Min.X+int(p.X.Norm(x)*float64(area.Dx())), y) }
	if !near(at(1.5), Color(0), 40) {
		t.Errorf("there is no line between points 1 and 2: %v", at(1.5))
	}
	for _, x := range []float64{2.5, 3.5, 4.5, 5.5} {
		if near(at(x), Color(0), 40) {
			t.Errorf("a gap is bridged at %g", x)
		}
	}
}

// Whatever the values are, there is a picture and no panic.
func TestCurvesTakeAnything(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for i, s := range [][]Series{
		nil, {{}}, {{Y: []float64{nan, inf}}}, {{X: []float64{1}, Y: []float64{1, 2, 3}}}, {{Y: []float64{0}}},
		{{Y: []float64{1e300, -1e300}}}, {{Y: []float64{5, 5, 5}}}, {{X: []float64{nan, 1}, Y: []float64{1, 2}}},
		{{Name: "\x00\xff\n", Y: []float64{-1, 0, 1}, Low: []float64{nan, -1}, High: []float64{1, 1, 1, 1}, Smooth: 100}},
		{{Y: []float64{1e-320, 2e-320}}}, {{X: []float64{-3, -2}, Y: []float64{-5, -4}}},
	} {
		for range 2 {
			p := Curves("t", "x", "y", s, Reference{"r", 0}, Reference{"n", nan})
			if _, _, err := render(p, 0, 0, 48); err != nil {
				t.Errorf("case %d: %v", i, err)
			}
			LogX(p)
			LogY(p)
			if _, _, err := render(p, 0, 0, 48); err != nil {
				t.Errorf("case %d with logarithmic axes: %v", i, err)
			}
		}
	}
}

func TestLegendAvoidsTheCurve(t *testing.T) {
	falling, _ := learning(100, 5, 1, 1)
	rising := slices.Clone(falling)
	slices.Reverse(falling)
	if p := Curves("", "", "", []Series{{Name: "falls", X: rising, Y: falling}}); p.Legend.Left {
		t.Error("the legend of a falling curve belongs to the right")
	}
	if p := Curves("", "", "", []Series{{Name: "rises", X: rising, Y: rising}}); !p.Legend.Left {
		t.Error("the legend of a rising curve belongs to the left")
	}
	both := Curves("", "", "", []Series{{Name: "falls", X: rising, Y: falling}, {Name: "rises", X: rising, Y: rising}})
	if both.Y.Max < 110 {
		t.Errorf("where both corners are taken the axis should leave room above the curves, but ends at %g", both.Y.Max)
	}
}

func TestLogAxesBeginAtTheData(t *testing.T) {
	p := Curves("", "", "", []Series{{X: []float64{0, 1e-3, 50}, Y: []float64{100, 1, 0.02}}}, Reference{"r", 0.01})
	if p.X.Min != 0 || p.Y.Min != 0 {
		t.Errorf("linear axes begin at %g and %g, want 0", p.X.Min, p.Y.Min)
	}
	LogX(p)
	LogY(p)
	if p.X.Min != 1e-3 || p.Y.Min != 0.01 {
		t.Errorf("logarithmic axes begin at %g and %g, want the smallest positive values, 0.001 and 0.01", p.X.Min, p.Y.Min)
	}
}
