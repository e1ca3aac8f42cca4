// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot/vg"
)

// Sizes of pictures of sound, in points.
const (
	soundWide = 432.
	soundTop  = 30.
	soundEdge = 8.
)

// Waveform draws a sound over time: at each moment how far its samples go. Read off where something is to be heard, and
// whether it begins at once or swells. The largest sample reaches the edge; what it is stands beside it.
func Waveform(title string, samples []float64, rate float64) *Drawing {
	const high = 84.
	if len(samples) == 0 {
		return empty(title, "no sound to draw")
	}
	largest := 0.
	for _, v := range samples {
		if drawn(v) {
			largest = max(largest, math.Abs(v))
		}
	}
	scale := fmt.Sprintf("±%.2g", largest)
	x0 := math.Ceil((soundEdge+width(scale, sans(8))+8)/pixel) * pixel
	return &Drawing{vg.Length(x0 + soundWide + 20), vg.Length(soundTop + high + 38), func(p pen) {
		p.text(x0, 14, shorten(title, bold(11), soundWide), bold(11), ink, left)
		p.wave(x0, soundTop, soundWide, high, samples)
		p.text(x0-5, soundTop+4, scale, sans(8), label, right)
		p.seconds(x0, soundTop+high, float64(len(samples)), rate)
	}}
}

// Spectrogram draws a sound over time and frequency: db[frame][band] in decibels, of frames that share the seconds evenly,
// and of bands whose middles are at hertz, lowest first. Read off what sounds when: a tone is a line, a click an upright
// one, noise a surface. Colours go from the loudest place to 80 dB below it.
func Spectrogram(title string, db [][]float64, seconds float64, hertz []float64) *Drawing {
	const high = 150.
	bands := 0
	for _, frame := range db {
		bands = max(bands, len(frame))
	}
	if bands == 0 {
		return empty(title, "no sound to draw")
	}
	_, top := span(db)
	m := &heatmap{Map: Map{Min: top - 80, Max: top, Unit: "dB"}}
	room, labels := 16., m.widestTick()
	names := map[int]string{}
	for i := 0; i < len(hertz) && i < bands; i += max(1, bands/5) {
		names[i] = Human(hertz[i], "Hz")
		room = max(room, width(names[i], sans(8))+8)
	}
	x0 := math.Ceil((soundEdge+room)/pixel) * pixel
	return &Drawing{vg.Length(x0 + soundWide + 14 + 10.5 + 4 + labels + 20 + soundEdge), vg.Length(soundTop + high + 38), func(p pen) {
		p.text(x0, 14, shorten(title, bold(11), soundWide), bold(11), ink, left)
		p.image(x0, soundTop, soundWide, high, spectrum(db, bands, m))
		p.frame(x0-0.375, soundTop-0.375, soundWide+0.75, high+0.75, 0.375, line)
		for i, name := range names {
			p.text(x0-5, soundTop+high*(1-(float64(i)+0.5)/float64(bands)), name, sans(8), label, right)
		}
		p.seconds(x0, soundTop+high, seconds, 1)
		m.bar(p, x0+soundWide+14, soundTop, 10.5, high, labels)
	}}
}

// seconds draws the axis of time below a picture of sound; a rate of 0 counts samples.
func (p pen) seconds(x, y, samples, rate float64) {
	end, unit := samples, "sample"
	if rate > 0 {
		end, unit = end/rate, "s"
	}
	if !(end > 0) || math.IsInf(end, 0) {
		return
	}
	for _, t := range (Ticks{}).Ticks(0, end) {
		at := x + soundWide*t.Value/end
		p.path(0.75, line, false, [2]float64{at, y}, [2]float64{at, y + 3})
		p.text(at, y+10, t.Label, sans(8), label, center)
	}
	p.text(x+soundWide/2, y+24, unit, sans(8.5), label, center)
}

// spectrum has a pixel column for each pixel of the picture at most: frames that share one are averaged. Low bands are at
// the bottom.
func spectrum(db [][]float64, bands int, m *heatmap) image.Image {
	columns := min(len(db), 1152)
	img := image.NewRGBA(image.Rect(0, 0, columns, bands))
	for x := range columns {
		from := x * len(db) / columns
		to := max(from+1, (x+1)*len(db)/columns)
		for b := range bands {
			sum, n := 0., 0
			for _, frame := range db[from:to] {
				if b < len(frame) && !math.IsNaN(frame[b]) {
					sum, n = sum+max(frame[b], m.Min), n+1
				}
			}
			img.SetRGBA(x, bands-1-b, m.shade(sum/float64(n))) // grey where there is none
		}
	}
	return img
}
