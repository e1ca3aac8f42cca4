// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image/color"
	"math"
)

// The colours of the house. Everything that is not data is a grey.
var (
	ink   = color.RGBA{0x26, 0x2b, 0x33, 0xff} // titles
	label = color.RGBA{0x4a, 0x51, 0x5c, 0xff} // labels
	faint = color.RGBA{0x8d, 0x95, 0xa0, 0xff} // remarks
	line  = color.RGBA{0xb4, 0xba, 0xc2, 0xff} // axes and frames
	grid  = color.RGBA{0xe6, 0xe9, 0xed, 0xff}
	mist  = color.RGBA{0xf4, 0xf6, 0xf8, 0xff} // backgrounds of groups
	paper = color.RGBA{0xff, 0xff, 0xff, 0xff}

	green = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	red   = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
)

// palette is the one of Okabe and Ito without its black and yellow, ordered so that the first colours differ most for
// readers with any kind of colour blindness.
var palette = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x00, 0x9e, 0x73, 0xff}, // green
	{0xcc, 0x79, 0xa7, 0xff}, // pink
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky
	{0x6b, 0x74, 0x80, 0xff}, // grey
}

// Color is the i-th colour of the house for series of data; after the last it begins again.
func Color(i int) color.RGBA {
	n := len(palette)
	return palette[(i%n+n)%n]
}

// scale holds points of the colour map at even distances. In the Oklab space its lightness rises evenly from 0.25 to
// 0.93 while its hue turns from purple over blue and green to yellow, so that equal steps of a value look equal, and
// stay ordered for colour-blind readers and in print.
var scale = [11]color.RGBA{
	{0x31, 0x00, 0x52, 0xff}, {0x3c, 0x15, 0x71, 0xff}, {0x40, 0x31, 0x8c, 0xff}, {0x34, 0x4e, 0xa6, 0xff},
	{0x00, 0x6f, 0xb0, 0xff}, {0x01, 0x8c, 0xa4, 0xff}, {0x00, 0xa8, 0x9b, 0xff}, {0x25, 0xc2, 0x8f, 0xff},
	{0x75, 0xd5, 0x85, 0xff}, {0xb2, 0xe5, 0x7b, 0xff}, {0xee, 0xf0, 0x76, 0xff},
}

// absent is the colour of a cell without a value.
var absent = color.RGBA{0xe3, 0xe3, 0xe3, 0xff}

// Shade is the colour of the heat maps for t between 0 and 1; a value outside is drawn as the nearer end, NaN in grey.
func Shade(t float64) color.RGBA {
	if math.IsNaN(t) {
		return absent
	}
	x := min(max(t, 0), 1) * float64(len(scale)-1)
	i := min(int(x), len(scale)-2)
	return mix(scale[i], scale[i+1], x-float64(i))
}

// Tint is the colour of signed heat maps for t between -1 and 1: blue below 0, white at 0, orange above; NaN is grey.
func Tint(t float64) color.RGBA {
	if math.IsNaN(t) {
		return absent
	}
	t = min(max(t, -1), 1)
	if t < 0 {
		return mix(paper, palette[0], -t)
	}
	return mix(paper, palette[1], t)
}

// mix goes from a to b as t goes from 0 to 1.
func mix(a, b color.RGBA, t float64) color.RGBA {
	at := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.RGBA{at(a.R, b.R), at(a.G, b.G), at(a.B, b.B), 0xff}
}

// on is a colour in which text can be read on the background c.
func on(c color.RGBA) color.RGBA {
	if 0.299*float64(c.R)+0.587*float64(c.G)+0.114*float64(c.B) < 150 {
		return paper
	}
	return ink
}
