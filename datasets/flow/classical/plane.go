// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package classical

import (
	"image"
	"image/color"
	"slices"
)

// plane is an array of numbers, such as the grey levels of a picture. Outside of it there is what is at its edge.
type plane struct {
	w, h int
	at   []float32 // [h, w]
}

func newPlane(w, h int) plane { return plane{w, h, make([]float32, w*h)} }

// grey are the grey levels of a picture, 0 to 255.
func grey(img image.Image) plane {
	r := img.Bounds()
	p := newPlane(r.Dx(), r.Dy())
	for i := range p.at {
		c := color.NRGBAModel.Convert(img.At(r.Min.X+i%p.w, r.Min.Y+i/p.w)).(color.NRGBA)
		p.at[i] = 0.299*float32(c.R) + 0.587*float32(c.G) + 0.114*float32(c.B)
	}
	return p
}

func (p plane) get(x, y int) float32 {
	return p.at[min(max(y, 0), p.h-1)*p.w+min(max(x, 0), p.w-1)]
}

// sample is the value at (x, y), between pixels linear.
func (p plane) sample(x, y float32) float32 {
	x, y = min(max(x, 0), float32(p.w-1)), min(max(y, 0), float32(p.h-1))
	x0, y0 := int(x), int(y)
	fx, fy := x-float32(x0), y-float32(y0)
	top := p.get(x0, y0)*(1-fx) + p.get(x0+1, y0)*fx
	bottom := p.get(x0, y0+1)*(1-fx) + p.get(x0+1, y0+1)*fx
	return top*(1-fy) + bottom*fy
}

// slope is how much the values grow along (dx, dy).
func (p plane) slope(x, y, dx, dy int) float32 { return (p.get(x+dx, y+dy) - p.get(x-dx, y-dy)) / 2 }

// rows are row y and those above and below it.
func (p plane) rows(y int) (above, row, below []float32) {
	at := func(y int) []float32 { return p.at[y*p.w : (y+1)*p.w] }
	return at(max(y-1, 0)), at(y), at(min(y+1, p.h-1))
}

// half is the picture at half the size, blurred before with (1, 3, 3, 1)/8 along both axes.
func (p plane) half() plane {
	weights := [4]float32{0.125, 0.375, 0.375, 0.125}
	across := newPlane(max(1, p.w/2), p.h)
	for y := range across.h {
		for x := range across.w {
			for k, w := range weights {
				across.at[y*across.w+x] += w * p.get(2*x-1+k, y)
			}
		}
	}
	out := newPlane(across.w, max(1, p.h/2))
	for y := range out.h {
		for x := range out.w {
			for k, w := range weights {
				out.at[y*out.w+x] += w * across.get(x, 2*y-1+k)
			}
		}
	}
	return out
}

// double is a movement on the next finer level, of that size: twice as many pixels, and twice as far.
func (p plane) double(w, h int) plane {
	out := newPlane(w, h)
	for y := range h {
		for x := range w {
			out.at[y*w+x] = 2 * p.sample((float32(x)-0.5)/2, (float32(y)-0.5)/2)
		}
	}
	return out
}

// median is the middle one of each pixel and the eight around it.
func (p plane) median() plane {
	out := newPlane(p.w, p.h)
	var nine [9]float32
	for y := range p.h {
		for x := range p.w {
			for k := range nine {
				nine[k] = p.get(x+k%3-1, y+k/3-1)
			}
			slices.Sort(nine[:])
			out.at[y*p.w+x] = nine[4]
		}
	}
	return out
}
