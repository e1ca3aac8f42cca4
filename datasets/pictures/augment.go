// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"image"
	"math"
	"math/rand/v2"

	"golang.org/x/image/draw"
)

// Augment is how a picture is changed for training, so that the model never sees the same one twice. The zero value cuts
// the largest square from the middle and makes it the size that is asked for.
type Augment struct {
	CropArea  float64 // the smallest part of the picture's area that a random crop keeps; 0: no random crop
	Shift     int     // pixels by which a picture is moved at random, in both directions; what comes in repeats the edge
	Flip      bool    // mirrors every second picture
	Layers    int     // of RandAugment: how many changes follow each other; 0: none
	Magnitude float64 // of each of them, from 0 to 10
}

// The random crop of the Inception network: its width to its height, and how often one is drawn before the middle is taken.
const (
	narrowest = 3. / 4
	widest    = 4. / 3
	cropTries = 10
)

// Apply changes a picture and gives it size×size pixels. What it draws comes from r alone.
func (a Augment) Apply(img *image.RGBA, size int, r *rand.Rand) *image.RGBA {
	from := middle(img.Bounds())
	if a.CropArea > 0 {
		from = a.crop(img.Bounds(), r)
	}
	out := Resize(img.SubImage(from).(*image.RGBA), size)
	if a.Shift > 0 {
		out = shift(out, r.IntN(2*a.Shift+1)-a.Shift, r.IntN(2*a.Shift+1)-a.Shift)
	}
	if a.Flip && r.IntN(2) == 1 {
		mirror(out)
	}
	for range a.Layers {
		out = changes[r.IntN(len(changes))](out, a.Magnitude/10, r)
	}
	return out
}

// crop draws a part of the picture: some area from CropArea to all of it, of a shape from 3:4 to 4:3.
func (a Augment) crop(b image.Rectangle, r *rand.Rand) image.Rectangle {
	for range cropTries {
		area := (a.CropArea + (1-a.CropArea)*r.Float64()) * float64(b.Dx()*b.Dy())
		aspect := math.Exp(math.Log(narrowest) + math.Log(widest/narrowest)*r.Float64())
		w, h := int(math.Round(math.Sqrt(area*aspect))), int(math.Round(math.Sqrt(area/aspect)))
		if w >= 1 && h >= 1 && w <= b.Dx() && h <= b.Dy() {
			x, y := b.Min.X+r.IntN(b.Dx()-w+1), b.Min.Y+r.IntN(b.Dy()-h+1)
			return image.Rect(x, y, x+w, y+h)
		}
	}
	return middle(b)
}

// middle is the largest square in the middle of a picture.
func middle(b image.Rectangle) image.Rectangle {
	side := min(b.Dx(), b.Dy())
	x, y := b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2
	return image.Rect(x, y, x+side, y+side)
}

// Resize gives a picture size×size pixels, by a cubic filter, in memory of its own.
func Resize(img *image.RGBA, size int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, size, size))
	if b := img.Bounds(); b.Dx() == size && b.Dy() == size {
		draw.Copy(out, image.Point{}, img, b, draw.Src, nil)
		return out
	}
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

func shift(img *image.RGBA, dx, dy int) *image.RGBA {
	return warp(img, func(x, y float64) (float64, float64) { return x - float64(dx), y - float64(dy) })
}

func mirror(img *image.RGBA) {
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() / 2 {
			p, q := img.PixOffset(x, y), img.PixOffset(b.Dx()-1-x, y)
			for c := range 4 {
				img.Pix[p+c], img.Pix[q+c] = img.Pix[q+c], img.Pix[p+c]
			}
		}
	}
}

// warp fetches each pixel from the nearest one to where the function says; beyond the edge, the edge is repeated.
func warp(img *image.RGBA, from func(x, y float64) (float64, float64)) *image.RGBA {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			u, v := from(float64(x), float64(y))
			px := min(max(int(math.Round(u)), 0), b.Dx()-1)
			py := min(max(int(math.Round(v)), 0), b.Dy()-1)
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(px, py):][:4])
		}
	}
	return out
}
