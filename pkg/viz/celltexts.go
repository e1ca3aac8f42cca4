// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import "gonum.org/v1/plot/vg"

// fit is the largest size at which every text fits its cell, or 0 where that could not be read.
func (h *heatmap) fit() float64 {
	if len(h.Texts) < len(h.values) || h.by > 1 || h.bx > 1 {
		return 0
	}
	size := 8.
	for _, row := range h.Texts {
		for _, s := range row {
			if w := width(s, sans(8)); w > 0 {
				size = min(size, 8*(h.cw-2)/w)
			}
		}
	}
	if size = min(size, 0.8*h.ch); size < smallest {
		return 0
	}
	return size
}

// drawTexts writes into the cells.
func (h *heatmap) drawTexts(p pen, x, y float64) {
	if h.textSize == 0 {
		return
	}
	for r, row := range h.Texts[:len(h.values)] {
		for c, s := range row[:min(len(row), len(h.values[r]))] {
			p.text(x+h.cw*(float64(c)+0.5), y+h.ch*(float64(r)+0.5), s, sans(vg.Length(h.textSize)), on(h.shade(h.values[r][c])), center)
		}
	}
}
