// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

// Cell is one place of a text that a model was asked to fill in: a byte, as Glyph writes it.
type Cell struct {
	Seen   string  // what the model saw; not used where Masked
	Guess  string  // what it says stands here
	Truth  string  // what stands here; "" where nobody knows
	Masked bool    // whether it had to guess
	P      float64 // probability it gives to its guess, between 0 and 1
}

// right tells whether the guess is what stands there.
func (c Cell) right() bool { return c.Guess == c.Truth }

const (
	cellWidth  = 9.75
	cellHeight = 14.25
	perLine    = 48
	linesLimit = 40
)

// MaskedText draws a text in three rows: what the model saw (hidden places grey), what it filled in (green where right,
// red and underlined where wrong, stronger where it is surer), and the truth. Read off what kinds of places it gets
// right, and whether it knows when it does not. Each text begins a line of its own, a long one is wrapped, and after 40
// lines the rest is counted only.
func MaskedText(title string, texts ...[]Cell) *Drawing {
	cells, lines := slices.Concat(texts...), wrap(texts)
	if len(cells) == 0 {
		return empty(title, "no text to show")
	}
	const edge, names, top, between = 8., 62., 30., 9.
	block := 3*cellHeight + between
	rest := len(cells)
	lines = lines[:min(len(lines), linesLimit)]
	columns := 0
	for _, l := range lines {
		columns, rest = max(columns, len(l)), rest-len(l)
	}
	masked, hit := 0, 0
	for _, c := range cells {
		if c.Masked && c.Truth != "" {
			masked++
			if c.right() {
				hit++
			}
		}
	}
	w := max(edge+names+float64(columns)*cellWidth+edge, 400)
	h := top + block*float64(len(lines)) + 20
	return &Drawing{vg.Length(w), vg.Length(h), func(p pen) {
		x0 := edge + names
		p.text(x0, 14, shorten(title, bold(11), w-x0-edge), bold(11), ink, left)
		for l, part := range lines {
			y := top + block*float64(l)
			for r, name := range []string{"it saw", "it filled in", "truth"} {
				p.text(x0-7, y+cellHeight*(float64(r)+0.5), name, sans(8), faint, right)
			}
			p.box(x0, y, cellWidth*float64(len(part)), 3*cellHeight, mist)
			for i, c := range part {
				p.cell(x0+cellWidth*float64(i), y, c)
			}
		}
		p.maskedKey(x0, h-13, masked, hit, rest)
	}}
}

// wrap cuts texts into lines.
func wrap(texts [][]Cell) (lines [][]Cell) {
	for _, t := range texts {
		lines = slices.AppendSeq(lines, slices.Chunk(t, perLine))
	}
	return lines
}

// cell draws one place in its three rows.
func (p pen) cell(x, y float64, c Cell) {
	write := func(row int, s string, col color.RGBA) {
		p.sign(x+cellWidth/2, y+cellHeight*(float64(row)+0.5), s, 9, cellWidth-1, col)
	}
	fill := func(row int, col color.RGBA) {
		p.box(x, y+cellHeight*float64(row), cellWidth-0.375, cellHeight-0.375, col)
	}
	if !c.Masked {
		write(0, c.Seen, label)
		write(2, c.Truth, faint)
		return
	}
	fill(0, mix(line, paper, 0.1))
	back := guessColor(c)
	fill(1, back)
	write(1, c.Guess, on(back))
	if c.Truth != "" && !c.right() {
		p.box(x+1.125, y+2*cellHeight-2.25, cellWidth-2.625, 0.75, on(back))
	}
	fill(2, mix(line, paper, 0.65))
	write(2, c.Truth, ink)
}

// guessColor is green for a right guess and red for a wrong one, from a tint where the model was unsure to the full
// colour where it was certain; it is blue where nobody knows.
func guessColor(c Cell) color.RGBA {
	p := c.P
	if math.IsNaN(p) {
		p = 0
	}
	col := red
	switch {
	case c.Truth == "":
		col = palette[0]
	case c.right():
		col = green
	}
	return mix(paper, col, 0.18+0.82*min(max(p, 0), 1))
}

// maskedKey is the line under the text: how many were right, and what the colours mean.
func (p pen) maskedKey(x, y float64, masked, hit, rest int) {
	s := fmt.Sprintf("%d of %d right", hit, masked)
	if rest > 0 {
		s += fmt.Sprintf(" · %d more bytes not shown", rest)
	}
	p.text(x, y, s, bold(8.5), label, left)
	x += width(s, bold(8.5)) + 18
	for _, k := range []struct {
		name  string
		truth string
	}{{"right", "a"}, {"wrong", "b"}} {
		for i, prob := range []float64{0.1, 0.5, 1} {
			p.box(x+float64(i)*9, y-4.5, 8.625, 9, guessColor(Cell{Guess: "a", Truth: k.truth, P: prob}))
		}
		x += 31
		p.text(x, y, k.name, sans(8), label, left)
		x += width(k.name, sans(8)) + 14
	}
	p.text(x, y, "pale: unsure, strong: sure", sans(8), faint, left)
}
