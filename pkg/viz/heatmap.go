// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"iter"
	"math"
	"strconv"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
)

// Map is a matrix to be drawn as coloured cells.
type Map struct {
	Title  string
	Values [][]float64 // [rows][columns]; a NaN, and the end of a row that is too short, is grey

	Rows, Columns       []string // labels, as many as there are or none
	RowAxis, ColumnAxis string   // what rows and columns are
	Unit                string   // what the colours are
	Min, Max            float64  // of the colours; where Min is not below Max, those of the values
	Signed              bool     // blue below 0 and orange above it, white at 0, instead of dark and bright

	Plane bool // the matrix is a picture of a plane: its cells are square, and have no numbers

	Texts  [][]string // written into the cells, where all of them fit; as many as there are or none
	Remark string     // a line below the map

	fromZero bool // the colours begin at 0 even where all values are higher
}

// span is the smallest and the largest finite value, 0 and 0 if there is none.
func span(values [][]float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, row := range values {
		for _, v := range row {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low > high {
		return 0, 0
	}
	return low, high
}

// Sizes of a heat map in points. Cells are whole numbers of pixels, so that their edges are sharp.
const (
	pixel        = 72. / DPI
	mapWidth     = 432.
	mapHeight    = 300.
	largestCell  = 22.5
	smallestCell = 2 * pixel
	mapLimit     = 400 // cells in a row or column; beyond, neighbours are averaged
	smallest     = 5.5 // size of a label that can still be read
)

// Heatmap draws a matrix. Read off where it is high and where low: colours go from dark purple (low) over green to
// yellow (high), even to the eye, and the bar at the right says what they stand for. A matrix of more than 400 rows or columns is averaged over groups of neighbours first.
func Heatmap(m Map) *Drawing {
	rows, cols := len(m.Values), 0
	for _, r := range m.Values {
		cols = max(cols, len(r))
	}
	if rows == 0 || cols == 0 {
		return empty(m.Title, "no cells to draw")
	}
	by, bx := (rows+mapLimit-1)/mapLimit, (cols+mapLimit-1)/mapLimit
	h := &heatmap{Map: m, values: pool(m.Values, cols, by, bx), by: by, bx: bx}
	if math.IsNaN(m.Max-m.Min) || math.IsInf(m.Max-m.Min, 0) || m.Min >= m.Max {
		h.Min, h.Max = span(h.values)
		if m.fromZero {
			h.Min = min(h.Min, 0)
		}
		if m.Signed {
			h.Max = max(math.Abs(h.Min), math.Abs(h.Max))
			h.Min = -h.Max
		}
	}
	if h.Min == h.Max {
		h.Min, h.Max = h.Min-0.5, h.Max+0.5
	}
	h.rowLabels, h.colLabels = labels(m.Rows, rows, by), labels(m.Columns, cols, bx)
	h.cellSizes(len(h.values), len(h.values[0]))
	h.textSize = h.fit()
	return h.drawing()
}

// pool averages groups of by rows and bx columns; the result is a full matrix with NaN where nothing was.
func pool(values [][]float64, cols, by, bx int) [][]float64 {
	var out [][]float64
	for y := 0; y < len(values); y += by {
		row := make([]float64, (cols+bx-1)/bx)
		for k := range row {
			sum, n := 0., 0
			for _, r := range values[y:min(y+by, len(values))] {
				for x := k * bx; x < min((k+1)*bx, len(r)); x++ {
					if !math.IsNaN(r[x]) {
						sum, n = sum+r[x], n+1
					}
				}
			}
			row[k] = sum / float64(n) // NaN if there was none
		}
		out = append(out, row)
	}
	return out
}

// heatmap is a Map with its layout.
type heatmap struct {
	Map
	values [][]float64
	by, bx int     // rows and columns in a cell
	cw, ch float64 // points

	textSize float64 // of what is written into the cells; 0: nothing is

	rowLabels, colLabels []string // one for each cell, or nil
}

func (h *heatmap) cellSizes(rows, cols int) {
	size := func(room float64, n int, labelled bool) float64 {
		least := smallestCell
		if labelled && n <= 96 {
			least = 6.75 // room for the labels is worth a larger picture
		}
		return math.Floor(min(max(room/float64(n), least), largestCell)/pixel) * pixel
	}
	h.cw, h.ch = size(mapWidth, cols, h.colLabels != nil), size(mapHeight, rows, h.rowLabels != nil)
	if a, b := min(h.cw, h.ch), max(h.cw, h.ch); b < 1.6*a || h.Plane {
		h.cw, h.ch = a, a
	}
}

// labels are those of an axis, cut to fit, if there is one for every row or column.
func labels(all []string, n, by int) []string {
	if len(all) < n || by > 1 {
		return nil
	}
	out := make([]string, n)
	for i, s := range all[:n] {
		out[i] = s
		if !isSign(s) {
			out[i] = shorten(s, sans(8), 90)
		}
	}
	return out
}

// short tells whether all labels fit a cell side by side.
func short(all []string) bool {
	for _, s := range all {
		if utf8.RuneCountInString(s) > 2 {
			return false
		}
	}
	return len(all) > 0
}

func (h *heatmap) drawing() *Drawing {
	const edge, titleHeight, barGap, barWidth = 8., 30., 14., 10.5
	rows, cols := len(h.values), len(h.values[0])
	rowSize, colSize := min(8.5, 0.92*h.ch), min(8.5, 0.98*h.cw)

	leftRoom, bottomRoom := 0., 12.
	if h.rowLabels != nil {
		for _, s := range h.rowLabels {
			leftRoom = max(leftRoom, width(s, sans(8))+6, 13)
		}
	} else if !h.Plane {
		leftRoom = width(strconv.Itoa(len(h.Values)), sans(8)) + 6
	}
	turned := h.colLabels != nil && !short(h.colLabels)
	if turned {
		for _, s := range h.colLabels {
			bottomRoom = max(bottomRoom, width(s, sans(8))+6)
		}
	}
	x0, y0 := edge+leftRoom, titleHeight
	if h.RowAxis != "" {
		x0 += 14
	}
	x0, y0 = math.Ceil(x0/pixel)*pixel, math.Ceil(y0/pixel)*pixel
	w, t := h.cw*float64(cols), h.ch*float64(rows)
	barHeight := max(t, 60)
	barLabels := h.widestTick()
	edgeRight := x0 + w + barGap + barWidth + 4 + barLabels + edge
	if h.Unit != "" {
		edgeRight += 16
	}
	bottom := y0 + t + bottomRoom + 8
	if h.ColumnAxis != "" {
		bottom += 12
	}
	note := h.note()
	if note != "" {
		bottom += 12
	}
	bottom = max(bottom, y0+barHeight+8)
	total := max(edgeRight, min(x0+width(clean(h.Title), bold(11))+2*edge, 440))
	total = math.Ceil(total/0.75) * 0.75 // whole pixels
	bottom = math.Ceil(bottom/0.75) * 0.75

	return &Drawing{vg.Length(total), vg.Length(bottom), func(p pen) {
		p.text(x0, 14, shorten(h.Title, bold(11), total-x0-edge/2), bold(11), ink, left)
		p.image(x0, y0, w, t, h.pixels())
		p.frame(x0-0.375, y0-0.375, w+0.75, t+0.75, 0.375, line)
		h.drawTexts(p, x0, y0)
		h.drawRowLabels(p, x0, y0, rowSize)
		h.drawColumnLabels(p, x0, y0+t, colSize, turned)
		if h.RowAxis != "" {
			p.turned(edge+4, y0+t/2, shorten(h.RowAxis, sans(9), max(t, 60)), sans(9), label, center)
		}
		if h.ColumnAxis != "" {
			p.text(x0+w/2, y0+t+bottomRoom+8, shorten(h.ColumnAxis, sans(9), max(w, 60)), sans(9), label, center)
		}
		if note != "" {
			p.text(x0, bottom-8, note, sans(7.5), faint, left)
		}
		h.bar(p, x0+w+barGap, y0, barWidth, barHeight, barLabels)
	}}
}

// note is the line below the map: the remark, or what a cell is where it is not one value.
func (h *heatmap) note() string {
	if h.Remark != "" || h.by == 1 && h.bx == 1 {
		return h.Remark
	}
	return "a cell is the mean of " + strconv.Itoa(h.by) + " × " + strconv.Itoa(h.bx) + " values"
}

// shade is the colour of a value.
func (h *heatmap) shade(v float64) color.RGBA {
	t := (v - h.Min) / (h.Max - h.Min)
	if h.Signed {
		return Tint(2*t - 1)
	}
	return Shade(t)
}

// pixels is the picture of the cells.
func (h *heatmap) pixels() image.Image {
	kx, ky := int(math.Round(h.cw/pixel)), int(math.Round(h.ch/pixel))
	img := image.NewRGBA(image.Rect(0, 0, kx*len(h.values[0]), ky*len(h.values)))
	for r, row := range h.values {
		for c, v := range row {
			shade := h.shade(v)
			for y := r * ky; y < (r+1)*ky; y++ {
				for x := c * kx; x < (c+1)*kx; x++ {
					img.SetRGBA(x, y, shade)
				}
			}
		}
	}
	return img
}

// drawRowLabels writes the labels where there is room: all, or every second, fifth and so on; without labels, numbers.
func (h *heatmap) drawRowLabels(p pen, x, y, size float64) {
	if h.rowLabels == nil && h.Plane {
		return
	}
	if h.rowLabels == nil {
		for n := range numbered(len(h.Values), 11/h.ch*float64(h.by)) {
			p.text(x-4, y+h.ch*(float64(n)+0.5)/float64(h.by), strconv.Itoa(n), sans(8), label, right)
		}
		return
	}
	if h.ch < smallest {
		size = 7
	}
	characters := short(h.rowLabels)
	for i := range numbered(len(h.values), smallest/h.ch) {
		at := y + h.ch*(float64(i)+0.5)
		if characters {
			p.sign(x-8, at, h.rowLabels[i], min(8.5, size*1.25), 10, label)
		} else {
			p.text(x-4, at, h.rowLabels[i], sans(min(8, vg.Length(size))), label, right)
		}
	}
}

// drawColumnLabels is the same for the columns. Labels of one or two characters stand upright.
func (h *heatmap) drawColumnLabels(p pen, x, y, size float64, turned bool) {
	cols := len(h.values[0])
	if h.colLabels == nil && h.Plane {
		return
	}
	if h.colLabels == nil {
		room := (width(strconv.Itoa(cols*h.bx), sans(8)) + 8) / h.cw * float64(h.bx)
		for n := range numbered(cols*h.bx, room) {
			p.text(x+h.cw*(float64(n)+0.5)/float64(h.bx), y+8, strconv.Itoa(n), sans(8), label, center)
		}
		return
	}
	if h.cw < smallest {
		size = 7
	}
	for i := range numbered(cols, smallest/h.cw) {
		at := x + h.cw*(float64(i)+0.5)
		if turned {
			p.turned(at, y+4, h.colLabels[i], sans(min(8, vg.Length(size))), label, right)
		} else {
			p.sign(at, y+7, h.colLabels[i], size*1.25, max(h.cw, smallest), label)
		}
	}
}

// numbered counts from 0 to n in steps of 1, 2, 5, 10, 20… that are at least x.
func numbered(n int, x float64) iter.Seq[int] {
	return func(yield func(int) bool) {
		step := everyNth(n, x)
		for i := 0; i < n && yield(i); i += step {
		}
	}
}

func isSign(s string) bool {
	switch s {
	case Space, Newline, Tab, Masked, " ", "\n", "\t":
		return true
	}
	return false
}

// everyNth is the smallest of 1, 2, 5, 10, 20… that is at least x; of n labels, one is always left.
func everyNth(n int, x float64) int {
	for f := 1; f < n; f *= 10 {
		for _, m := range []int{1, 2, 5} {
			if float64(m*f) >= x {
				return m * f
			}
		}
	}
	return max(n, 1)
}

// bar is the key to the colours.
func (h *heatmap) bar(p pen, x, y, w, height, labels float64) {
	img := image.NewRGBA(image.Rect(0, 0, 1, 256))
	for i := range 256 {
		img.SetRGBA(0, i, h.shade(h.Max-(h.Max-h.Min)*float64(i)/255))
	}
	p.image(x, y, w, height, stretch(img, int(w/pixel), int(height/pixel)))
	p.frame(x-0.375, y-0.375, w+0.75, height+0.75, 0.375, line)
	for _, t := range (Ticks{}).Ticks(h.Min, h.Max) {
		at := y + height*(1-(t.Value-h.Min)/(h.Max-h.Min))
		p.path(0.75, line, false, [2]float64{x + w, at}, [2]float64{x + w + 2.5, at})
		p.text(x+w+5, at, t.Label, sans(8), label, left)
	}
	if h.Unit != "" {
		p.turned(x+w+5+labels+10, y+height/2, shorten(h.Unit, sans(8.5), height), sans(8.5), label, center)
	}
}

// stretch repeats the pixels of a column so that no smoothing is needed.
func stretch(img *image.RGBA, w, h int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.SetRGBA(x, y, img.RGBAAt(0, y*img.Bounds().Dy()/h))
		}
	}
	return out
}

// widestTick is what the labels of the colour bar take.
func (h *heatmap) widestTick() float64 {
	widest := 0.
	for _, t := range (Ticks{}).Ticks(h.Min, h.Max) {
		widest = max(widest, width(t.Label, sans(8)))
	}
	return widest
}
