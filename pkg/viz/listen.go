// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot/vg"
)

// AttentionOnSound draws where chosen latents listen: the sound as a wave, and below it a strip for each latent, from
// dark to bright, over the same seconds; weights[latent][m] are those of input elements that share the sound evenly.
// Read off whether latents wait for single events, or divide the time among them. A rate of 0 counts samples.
func AttentionOnSound(title string, samples []float64, rate float64, weights [][]float64, names []string) *Drawing {
	const (
		most  = 40
		edge  = 8.
		top   = 30.
		wave  = 84.
		strip = 13.5
		wide  = 432.
	)
	weights = weights[:min(len(weights), most)]
	if len(samples) == 0 {
		return empty(title, "no sound to draw")
	}
	room, short := 16., make([]string, len(weights))
	for i := range short {
		short[i] = fmt.Sprint(i)
		if i < len(names) {
			short[i] = shorten(names[i], sans(8), 110)
		}
		room = max(room, width(short[i], sans(8))+6)
	}
	_, high := span(weights)
	m := &heatmap{Map: Map{Min: 0, Max: max(high, 1e-12), Unit: "attention"}}
	labels := m.widestTick()
	x0 := math.Ceil((edge+room)/pixel) * pixel
	strips := top + wave + 8
	bottom := strips + strip*float64(len(weights))
	end, unit := float64(len(samples)), "sample"
	if rate > 0 {
		end, unit = end/rate, "s"
	}
	total := x0 + wide + 14 + 10.5 + 4 + labels + 20 + edge

	return &Drawing{vg.Length(total), vg.Length(max(bottom, strips+60) + 38), func(p pen) {
		p.text(x0, 14, shorten(title, bold(11), wide), bold(11), ink, left)
		p.wave(x0, top, wide, wave, samples)
		for _, t := range (Ticks{}).Ticks(0, end) {
			x := x0 + wide*t.Value/end
			p.path(0.75, line, false, [2]float64{x, bottom}, [2]float64{x, bottom + 3})
			p.text(x, bottom+10, t.Label, sans(8), label, center)
		}
		p.text(x0+wide/2, bottom+24, unit, sans(8.5), label, center)
		for i, row := range weights {
			y := strips + strip*float64(i)
			p.image(x0, y, wide, strip-1.5, ribbon(row, m))
			p.text(x0-5, y+strip/2, short[i], sans(8), label, right)
		}
		if len(weights) > 0 {
			m.bar(p, x0+wide+14, strips, 10.5, max(strip*float64(len(weights))-1.5, 60), labels)
		}
	}}
}

// wave draws the lowest and the highest sample of every pixel column.
func (p pen) wave(x, y, w, h float64, samples []float64) {
	largest := 0.
	for _, v := range samples {
		if drawn(v) {
			largest = max(largest, math.Abs(v))
		}
	}
	middle := y + h/2
	p.path(0.75, grid, false, [2]float64{x, middle}, [2]float64{x + w, middle})
	columns := int(w / pixel)
	for i := range columns {
		from := i * len(samples) / columns
		part := samples[from:max(from+1, (i+1)*len(samples)/columns)]
		low, high := math.Inf(1), math.Inf(-1)
		for _, v := range part {
			if drawn(v) {
				low, high = min(low, v), max(high, v)
			}
		}
		if low > high || largest == 0 {
			continue
		}
		a, b := middle-h/2*high/largest, middle-h/2*low/largest
		p.box(x+float64(i)*pixel, a, pixel, max(b-a, pixel), Color(0))
	}
}

// ribbon is one row of weights, the mean of those that share a pixel.
func ribbon(row []float64, m *heatmap) image.Image {
	const columns, height = 1152, 32 // pixels of a strip
	img := image.NewRGBA(image.Rect(0, 0, columns, height))
	for x := range columns {
		v := math.NaN()
		if len(row) > 0 {
			from := x * len(row) / columns
			v = mean(row[from:max(from+1, (x+1)*len(row)/columns)])
		}
		for y := range height {
			img.SetRGBA(x, y, m.shade(v))
		}
	}
	return img
}

func mean(values []float64) float64 {
	sum := 0.
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
