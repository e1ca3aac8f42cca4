// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"image/color"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
)

// Signs for what has no shape of its own, as labels of heat maps and in masked texts.
const (
	Space   = "␣"
	Newline = "↵"
	Tab     = "⇥"
	Masked  = "▒"
)

// Glyph is how a byte is written in a cell: printable ASCII as it is, white space as its sign, others as two
// hexadecimal digits.
func Glyph(b byte) string {
	switch {
	case b == ' ':
		return Space
	case b == '\n':
		return Newline
	case b == '\t':
		return Tab
	case b > ' ' && b < 0x7f:
		return string(rune(b))
	}
	return fmt.Sprintf("%02x", b)
}

// Glyphs writes every byte of a text as Glyph does, and as Masked where masked is true; masked may be shorter than
// the text.
func Glyphs(text []byte, masked []bool) []string {
	out := make([]string, len(text))
	for i, b := range text {
		out[i] = Glyph(b)
		if i < len(masked) && masked[i] {
			out[i] = Masked
		}
	}
	return out
}

// sign writes a short label centred at a place, within room points. The signs that the fonts lack are drawn.
func (p pen) sign(x, y float64, s string, size, room float64, c color.RGBA) {
	u := size / 10
	switch s {
	case " ", Space:
		p.path(0.8*u, c, false, [2]float64{x - 2.6*u, y + 0.9*u}, [2]float64{x - 2.6*u, y + 2.9*u}, [2]float64{x + 2.6*u, y + 2.9*u}, [2]float64{x + 2.6*u, y + 0.9*u})
	case "\n", Newline:
		p.path(0.8*u, c, false, [2]float64{x + 2.6*u, y - 2.8*u}, [2]float64{x + 2.6*u, y + 1.4*u}, [2]float64{x - 2.6*u, y + 1.4*u})
		p.path(0.8*u, c, false, [2]float64{x - 0.7*u, y - 0.6*u}, [2]float64{x - 2.8*u, y + 1.4*u}, [2]float64{x - 0.7*u, y + 3.4*u})
	case "\t", Tab:
		p.path(0.8*u, c, false, [2]float64{x - 2.8*u, y}, [2]float64{x + 2.2*u, y})
		p.path(0.8*u, c, false, [2]float64{x + 0.4*u, y - 2*u}, [2]float64{x + 2.2*u, y}, [2]float64{x + 0.4*u, y + 2*u})
		p.path(0.8*u, c, false, [2]float64{x + 2.9*u, y - 2.4*u}, [2]float64{x + 2.9*u, y + 2.4*u})
	case Masked:
		p.box(x-2.4*u, y-3.4*u, 4.8*u, 6.8*u, mix(c, paper, 0.55))
	default:
		f := mono(vg.Length(size))
		s = shown(s)
		if w := width(s, f); w > room && room > 0 {
			f = mono(vg.Length(size * room / w))
		}
		p.text(x, y, s, f, c, center)
	}
}

// shown replaces what is not valid or too long for a cell.
func shown(s string) string {
	s = clean(s)
	if utf8.RuneCountInString(s) > 4 {
		s = string([]rune(s)[:3]) + "…"
	}
	return s
}
