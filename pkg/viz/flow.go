// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// Flow is the movement of every pixel of a picture.
type Flow struct {
	Width, Height int
	UV            []float32 // [Height, Width, 2]: u to the right and v down, in pixels
	Known         []bool    // [Height, Width]: where the movement is known; nil: everywhere
}

// at is the movement of pixel i, NaN where it is not known.
func (f Flow) at(i int) (u, v float64) {
	if 2*i+1 >= len(f.UV) || f.Known != nil && (i >= len(f.Known) || !f.Known[i]) {
		return math.NaN(), math.NaN()
	}
	return float64(f.UV[2*i]), float64(f.UV[2*i+1])
}

// Longest is the length of the longest movement, in pixels.
func (f Flow) Longest() float64 {
	var longest float64
	for i := range f.Width * f.Height {
		if l := math.Hypot(f.at(i)); l > longest && !math.IsInf(l, 0) { // NaN is not above anything
			longest = l
		}
	}
	return longest
}

// wheel are the colours of the directions, after Baker et al., "A database and evaluation methodology for optical flow":
// from red over yellow, green, cyan, blue and magenta back to red, with more steps where eyes tell more of them apart.
var wheel = func() (colours [][3]float64) {
	from := [3]float64{1, 0, 0}
	for _, part := range []struct {
		steps, channel int
		rises          bool
	}{{15, 1, true}, {6, 0, false}, {4, 2, true}, {11, 1, false}, {13, 0, true}, {6, 2, false}} {
		for i := range part.steps {
			c, t := from, math.Floor(255*float64(i)/float64(part.steps))/255
			if part.rises {
				c[part.channel] = t
			} else {
				c[part.channel] = 1 - t
			}
			colours = append(colours, c)
		}
		from[part.channel] = 1 - from[part.channel]
	}
	return colours
}()

// FlowColor is the colour of a movement as Middlebury's pages have it: the direction is the hue, and the length how full it
// is, from white for none to the pure colour for longest. Longer ones are darker, and what is not known is black.
func FlowColor(u, v, longest float64) color.RGBA {
	if math.IsNaN(u+v) || math.IsInf(u+v, 0) {
		return color.RGBA{A: 255}
	}
	length := math.Hypot(u, v)
	if longest > 0 {
		length /= longest
	}
	place := (math.Atan2(-v, -u)/math.Pi + 1) / 2 * float64(len(wheel)-1)
	k := int(place)
	next, part := (k+1)%len(wheel), place-float64(k)
	channel := func(c int) uint8 {
		x := (1-part)*wheel[k][c] + part*wheel[next][c]
		if length <= 1 {
			x = 1 - length*(1-x)
		} else {
			x *= 0.75
		}
		return uint8(math.Floor(255 * x))
	}
	return color.RGBA{channel(0), channel(1), channel(2), 255}
}

// FlowColors draws a movement, one pixel for each of its pixels, in the colours of FlowColor. Pictures that are compared must
// have one longest; where it is 0, it is the field's own.
func FlowColors(f Flow, longest float64) *image.RGBA {
	if longest <= 0 {
		longest = f.Longest()
	}
	return f.paint(func(i int) color.RGBA {
		u, v := f.at(i)
		return FlowColor(u, v, longest)
	})
}

func (f Flow) paint(colour func(i int) color.RGBA) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, max(0, f.Width), max(0, f.Height)))
	for i := range img.Rect.Dx() * img.Rect.Dy() {
		img.SetRGBA(i%f.Width, i/f.Width, colour(i))
	}
	return img
}

// FlowWheel is the key to FlowColors: the colour of each direction, as seen from the middle, and of each length up to the
// longest at the edge of the disc.
func FlowWheel(side int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, max(1, side), max(1, side)))
	r := float64(side-1) / 2
	for y := range side {
		for x := range side {
			u, v := (float64(x)-r)/max(r, 1), (float64(y)-r)/max(r, 1)
			if math.Hypot(u, v) <= 1 {
				img.SetRGBA(x, y, FlowColor(u, v, 1))
			}
		}
	}
	return img
}

// FlowErrors draws how far an estimate is off at each pixel, from dark for nothing to bright for most pixels or more. Where the
// truth is not known, it is grey.
func FlowErrors(truth, estimate Flow, most float64) *image.RGBA {
	return truth.paint(func(i int) color.RGBA {
		u, v := truth.at(i)
		a, b := estimate.at(i)
		return Shade(math.Hypot(a-u, b-v) / max(most, 1e-9))
	})
}

// FlowArrows draws a movement as arrows over its first picture, one for each square of every pixels, in its middle, as
// long as the movement there.
func FlowArrows(title string, picture image.Image, f Flow, every int) *Drawing {
	if picture == nil || f.Width < 1 || f.Height < 1 {
		return empty(title, "no picture")
	}
	const edge, top, side = 8., 30., 300.
	scale := side / float64(max(f.Width, f.Height))
	w, h := scale*float64(f.Width), scale*float64(f.Height)
	every = max(1, every, max(f.Width, f.Height)/64)
	base := resample(picture, int(math.Round(w/pixel)), int(math.Round(h/pixel)))
	return &Drawing{vg.Length(w + 2*edge), vg.Length(top + h + edge), func(p pen) {
		p.text(edge, 14, shorten(title, bold(11), w), bold(11), ink, left)
		p.image(edge, top, w, h, base)
		for y := every / 2; y < f.Height; y += every {
			for x := every / 2; x < f.Width; x += every {
				u, v := f.at(y*f.Width + x)
				from := [2]float64{edge + scale*(float64(x)+0.5), top + scale*(float64(y)+0.5)}
				to := [2]float64{from[0] + scale*u, from[1] + scale*v}
				if math.IsNaN(u + v) {
					continue
				}
				c := palette[4]
				if math.Hypot(to[0]-from[0], to[1]-from[1]) < 4 { // too short for a head
					p.box(from[0]-0.8, from[1]-0.8, 1.6, 1.6, c)
					p.path(1, c, false, from, to)
					continue
				}
				p.arrow(1.2, c, from, to)
			}
		}
	}}
}

// Captioned is a picture with the name that stands below it.
type Captioned struct {
	Name  string
	Image image.Image
}

// SideBySide draws pictures in rows, each with its name below. With a longest movement above 0 the key to the colours of
// movement stands at the end, with that length, in pixels.
func SideBySide(title string, longest float64, pictures ...Captioned) *Drawing {
	const edge, gap, top, widest, most = 8., 10., 30., 560., 64
	pictures = pictures[:min(len(pictures), most)]
	var biggest image.Point
	for _, c := range pictures {
		if c.Image != nil {
			s := c.Image.Bounds().Size()
			biggest = image.Pt(max(biggest.X, s.X), max(biggest.Y, s.Y))
		}
	}
	if biggest.X == 0 || biggest.Y == 0 {
		return empty(title, "no pictures")
	}
	perRow := min(len(pictures), 4)
	w := (widest - float64(perRow-1)*gap) / float64(perRow)
	w = min(w, 180)
	h := w * float64(biggest.Y) / float64(biggest.X)
	rows := (len(pictures) + perRow - 1) / perRow
	key := 0.
	if longest > 0 {
		key = 64
	}
	total := 2*edge + float64(perRow)*w + float64(perRow-1)*gap
	if key > 0 {
		total += gap + key
	}
	return &Drawing{vg.Length(total), vg.Length(top + float64(rows)*(h+16+gap) - gap + edge), func(p pen) {
		p.text(edge, 14, shorten(title, bold(11), total-2*edge), bold(11), ink, left)
		for i, c := range pictures {
			x, y := edge+float64(i%perRow)*(w+gap), top+float64(i/perRow)*(h+16+gap)
			if c.Image != nil && !c.Image.Bounds().Empty() {
				s := c.Image.Bounds().Size()
				f := min(w/float64(s.X), h/float64(s.Y))
				x := x + (w-f*float64(s.X))/2
				p.image(x, y, f*float64(s.X), f*float64(s.Y), resample(c.Image, int(math.Round(f*float64(s.X)/pixel)), int(math.Round(f*float64(s.Y)/pixel))))
				p.frame(x-0.375, y-0.375, f*float64(s.X)+0.75, f*float64(s.Y)+0.75, 0.375, line)
			}
			p.text(x+w/2, y+h+9, shorten(c.Name, sans(8), w), sans(8), label, center)
		}
		if key > 0 {
			x := total - edge - key
			p.image(x, top, key, key, FlowWheel(int(key/pixel)))
			p.text(x+key/2, top+key+9, Human(longest, "px")+" at the edge", sans(7), label, center)
		}
	}}
}
