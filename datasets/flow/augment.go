// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
)

// Augmentation makes another pair of a pair, with a movement that is right for it, as RAFT does: it changes the size,
// mirrors, cuts a part out, changes the colours, and covers parts of the second picture.
type Augmentation struct {
	Width, Height int // of the part that is cut out

	Rescale float64 // largest change of the size, as a power of 2
	Stretch float64 // largest difference between the changes along both axes, as a power of 2
	Flip    bool    // half of the pairs are mirrored left to right, a tenth upside down
	Colour  float64 // largest change of brightness, contrast and saturation, as a part; in a fifth of the pairs the pictures differ
	Erase   float64 // probability with which one or two parts of the second picture get its mean colour
}

// Validate names the first setting that cannot be used.
func (a Augmentation) Validate() error {
	if err := checkSize(a.Width, a.Height); err != nil {
		return err
	}
	for _, f := range []struct {
		name    string
		value   float64
		largest float64
	}{{"rescale", a.Rescale, 2}, {"stretch", a.Stretch, 2}, {"colour", a.Colour, 0.9}, {"erase", a.Erase, 1}} {
		if !(f.value >= 0 && f.value <= f.largest) {
			return fmt.Errorf("%s = %g: it must be from 0 to %g", f.name, f.value, f.largest)
		}
	}
	return nil
}

// Apply makes the other pair, with all changes as strong as strength says, from 0 to 1. At 0 it only cuts a part out. A
// picture is never made smaller than the part.
func (a Augmentation) Apply(p *Pair, strength float64, r *rand.Rand) (*Pair, error) {
	size := p.A.Rect.Size()
	if size.X < a.Width || size.Y < a.Height {
		return nil, fmt.Errorf("%s: the pictures have %d×%d pixels (width × height), fewer than the %d×%d that are to be cut out", p.Name, size.X, size.Y, a.Width, a.Height)
	}
	s := strength
	both, apart := s*a.Rescale*(2*r.Float64()-1), s*a.Stretch*(r.Float64()-0.5)
	zoom := [2]float64{max(math.Exp2(both+apart), float64(a.Width)/float64(size.X)), max(math.Exp2(both-apart), float64(a.Height)/float64(size.Y))}
	mirror := [2]bool{a.Flip && r.Float64() < 0.5*s, a.Flip && r.Float64() < 0.1*s}
	room := [2]int{int(zoom[0]*float64(size.X)) - a.Width, int(zoom[1]*float64(size.Y)) - a.Height}
	corner := image.Pt(r.IntN(max(room[0], 0)+1), r.IntN(max(room[1], 0)+1))
	var out *Pair
	if zoom == [2]float64{1, 1} && mirror == [2]bool{} {
		part, err := p.Crop(corner, image.Pt(a.Width, a.Height))
		if err != nil {
			return nil, err
		}
		out = part
	} else {
		out = p.resample(zoom, mirror, corner, image.Pt(a.Width, a.Height))
	}
	if s > 0 && a.Colour > 0 {
		out.A, out.B = clone(out.A), clone(out.B)
		first := a.newTint(s, r)
		second := first
		if r.Float64() < 0.2 {
			second = a.newTint(s, r)
		}
		first.apply(out.A)
		second.apply(out.B)
	}
	if r.Float64() < s*a.Erase {
		out.B = clone(out.B)
		erase(out.B, r)
	}
	return out, nil
}

func clone(img *image.NRGBA) *image.NRGBA {
	return &image.NRGBA{Pix: append([]uint8(nil), img.Pix...), Stride: img.Stride, Rect: img.Rect}
}

// Crop cuts out the part of a pair that begins at a corner.
func (p *Pair) Crop(corner, size image.Point) (*Pair, error) {
	whole := p.A.Rect.Size()
	if corner == (image.Point{}) && size == whole {
		return &Pair{p.Name, p.A, p.B, p.Flow, p.Occluded}, nil
	}
	if corner.X < 0 || corner.Y < 0 || corner.X+size.X > whole.X || corner.Y+size.Y > whole.Y {
		return nil, fmt.Errorf("%s: the pictures have %d×%d pixels (width × height), and no part of %d×%d at (%d, %d)", p.Name, whole.X, whole.Y, size.X, size.Y, corner.X, corner.Y)
	}
	return p.resample([2]float64{1, 1}, [2]bool{}, corner, size), nil
}

// resample cuts out a part of the zoomed and mirrored pair. Colours are linear between pixels; the movement is that of
// the nearest pixel, for between two that move apart there is none.
func (p *Pair) resample(zoom [2]float64, mirror [2]bool, corner, size image.Point) *Pair {
	w, h := p.A.Rect.Dx(), p.A.Rect.Dy()
	out := &Pair{Name: p.Name, A: image.NewNRGBA(image.Rectangle{Max: size}), B: image.NewNRGBA(image.Rectangle{Max: size}), Flow: NewField(size.X, size.Y)}
	if p.Occluded != nil {
		out.Occluded = make([]bool, size.X*size.Y)
	}
	signU, signV := float32(zoom[0]), float32(zoom[1])
	if mirror[0] {
		signU = -signU
	}
	if mirror[1] {
		signV = -signV
	}
	for y := range size.Y {
		sy := place(y+corner.Y, zoom[1], h, mirror[1])
		for x := range size.X {
			sx := place(x+corner.X, zoom[0], w, mirror[0])
			to := 4 * (y*size.X + x)
			mixed(out.A.Pix[to:to+4], p.A, sx, sy)
			mixed(out.B.Pix[to:to+4], p.B, sx, sy)
			i, from := y*size.X+x, int(sy+0.5)*w+int(sx+0.5)
			if p.Flow.Known != nil && !p.Flow.Known[from] {
				out.Flow.forget(i)
			} else {
				out.Flow.UV[2*i], out.Flow.UV[2*i+1] = signU*p.Flow.UV[2*from], signV*p.Flow.UV[2*from+1]
			}
			if p.Occluded != nil {
				out.Occluded[i] = p.Occluded[from]
			}
		}
	}
	return out
}

// place is where along an axis of n pixels pixel i of the zoomed and mirrored picture comes from.
func place(i int, zoom float64, n int, mirror bool) float64 {
	at := (float64(i)+0.5)/zoom - 0.5
	if mirror {
		at = float64(n-1) - at
	}
	return min(max(at, 0), float64(n-1))
}

// mixed writes the colour at (x, y), red, green, blue and opaque.
func mixed(pixel []uint8, img *image.NRGBA, x, y float64) {
	x0, y0 := int(x), int(y)
	fx, fy := x-float64(x0), y-float64(y0)
	at := y0*img.Stride + 4*x0
	if fx == 0 && fy == 0 {
		copy(pixel, img.Pix[at:at+4])
		return
	}
	right, down := 0, 0
	if x0+1 < img.Rect.Dx() {
		right = 4
	}
	if y0+1 < img.Rect.Dy() {
		down = img.Stride
	}
	for c := range 3 {
		value := func(i int) float64 { return float64(img.Pix[i+c]) }
		top := value(at)*(1-fx) + value(at+right)*fx
		bottom := value(at+down)*(1-fx) + value(at+down+right)*fx
		pixel[c] = uint8(top*(1-fy) + bottom*fy + 0.5)
	}
	pixel[3] = 255
}

// tint changes the colours of a picture.
type tint struct{ brightness, contrast, saturation float64 }

func (a Augmentation) newTint(strength float64, r *rand.Rand) tint {
	factor := func() float64 { return 1 + strength*a.Colour*(2*r.Float64()-1) }
	return tint{factor(), factor(), factor()}
}

func (t tint) apply(img *image.NRGBA) {
	light := func(i int) float64 {
		return 0.299*float64(img.Pix[i]) + 0.587*float64(img.Pix[i+1]) + 0.114*float64(img.Pix[i+2])
	}
	var mean float64
	for i := 0; i < len(img.Pix); i += 4 {
		mean += light(i) / float64(len(img.Pix)/4)
	}
	for i := 0; i < len(img.Pix); i += 4 {
		grey := light(i)
		for c := range 3 {
			v := grey + t.saturation*(float64(img.Pix[i+c])-grey)
			v = t.brightness * (mean + t.contrast*(v-mean))
			img.Pix[i+c] = uint8(min(255, max(0, v)) + 0.5)
		}
	}
}

// erase covers one or two parts of a picture, each a seventh to a quarter of its height wide and high, with its mean colour.
func erase(img *image.NRGBA, r *rand.Rand) {
	var sum [3]int
	for i := 0; i < len(img.Pix); i += 4 {
		for c := range 3 {
			sum[c] += int(img.Pix[i+c])
		}
	}
	w, h, n := img.Rect.Dx(), img.Rect.Dy(), len(img.Pix)/4
	for range 1 + r.IntN(2) {
		side := func() int { return max(1, int(float64(min(w, h))*(1./7+(1./4-1./7)*r.Float64()))) }
		x0, y0, dx, dy := r.IntN(w), r.IntN(h), side(), side()
		for y := y0; y < min(h, y0+dy); y++ {
			for x := x0; x < min(w, x0+dx); x++ {
				for c := range 3 {
					img.Pix[img.PixOffset(x, y)+c] = uint8(sum[c] / n)
				}
			}
		}
	}
}
