// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"image"
	"math"
)

// Reverse is the movement from the second picture back to the first, made as the paper does: each pixel of the second
// picture has the mean of the movements that end at it, turned round. Where none ends, it is unknown.
func Reverse(f *Field) *Field {
	r := NewField(f.Width, f.Height)
	count := make([]float32, f.Width*f.Height)
	for y := range f.Height {
		for x := range f.Width {
			u, v := f.At(x, y)
			ex, ey := math.Round(float64(x)+float64(u)), math.Round(float64(y)+float64(v))
			if !f.IsKnown(x, y) || !(ex >= 0 && ey >= 0 && ex < float64(f.Width) && ey < float64(f.Height)) {
				continue
			}
			i := int(ey)*f.Width + int(ex)
			count[i]++
			r.UV[2*i] -= u
			r.UV[2*i+1] -= v
		}
	}
	for i, n := range count {
		if n == 0 {
			r.forget(i)
			continue
		}
		r.UV[2*i], r.UV[2*i+1] = r.UV[2*i]/n, r.UV[2*i+1]/n
	}
	return r
}

// Warp fetches for each pixel of the first picture what the movement says it has become in the second: where the movement is
// right and nothing is covered, the result is the first picture. Pixels that come from outside, or are unknown, are transparent.
func Warp(second image.Image, f *Field) *image.NRGBA {
	from := nrgba(second)
	out := image.NewNRGBA(image.Rect(0, 0, f.Width, f.Height))
	w, h := from.Rect.Dx(), from.Rect.Dy()
	for y := range f.Height {
		for x := range f.Width {
			u, v := f.At(x, y)
			sx, sy := float64(x)+float64(u), float64(y)+float64(v)
			if !f.IsKnown(x, y) || !(sx >= 0 && sy >= 0 && sx <= float64(w-1) && sy <= float64(h-1)) {
				continue
			}
			x0, y0 := int(sx), int(sy)
			x1, y1 := min(x0+1, w-1), min(y0+1, h-1)
			fx, fy := sx-float64(x0), sy-float64(y0)
			at := out.PixOffset(x, y)
			for c := range 3 {
				p := func(x, y int) float64 { return float64(from.Pix[from.PixOffset(x, y)+c]) }
				top, bottom := p(x0, y0)*(1-fx)+p(x1, y0)*fx, p(x0, y1)*(1-fx)+p(x1, y1)*fx
				out.Pix[at+c] = uint8(top*(1-fy) + bottom*fy + 0.5)
			}
			out.Pix[at+3] = 255
		}
	}
	return out
}

// Homography is the movement of a plane seen by two cameras: (x, y, 1) goes to h·(x, y, 1), divided by its third number.
// h is row by row. Points that go to infinity are unknown.
func Homography(h [9]float64, width, height int) *Field {
	f := NewField(width, height)
	for i := range width * height {
		x, y := float64(i%width), float64(i/width)
		w := h[6]*x + h[7]*y + h[8]
		u, v := (h[0]*x+h[1]*y+h[2])/w-x, (h[3]*x+h[4]*y+h[5])/w-y
		if !(math.Abs(u) < floUnknown && math.Abs(v) < floUnknown) {
			f.forget(i)
			continue
		}
		f.UV[2*i], f.UV[2*i+1] = float32(u), float32(v)
	}
	return f
}

// Reversed is the pair with its pictures exchanged and the movement of Reverse. Which of its pixels are hidden nobody knows.
func (p *Pair) Reversed() *Pair {
	return &Pair{Name: p.Name + ", reversed", A: p.B, B: p.A, Flow: Reverse(p.Flow)}
}
