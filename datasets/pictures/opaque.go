// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"image"
	"image/color"
	"image/draw"
)

// Opaque is a picture with its corner at (0, 0) and nothing to see through: what is transparent keeps its own colour.
func Opaque(img image.Image) *image.RGBA {
	box := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, box.Dx(), box.Dy()))
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		draw.Draw(out, out.Bounds(), img, box.Min, draw.Src)
		return out
	}
	for y := range box.Dy() {
		for x := range box.Dx() {
			c := color.NRGBAModel.Convert(img.At(box.Min.X+x, box.Min.Y+y)).(color.NRGBA)
			out.SetRGBA(x, y, color.RGBA{R: c.R, G: c.G, B: c.B, A: 255})
		}
	}
	return out
}

// fromRGB makes a picture of bytes [height, width, 3], or of the same number of planes after each other, [3, height, width].
func fromRGB(values []byte, height, width int, planes bool) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	n := height * width
	for i := range n {
		for c := range 3 {
			if planes {
				img.Pix[4*i+c] = values[c*n+i]
			} else {
				img.Pix[4*i+c] = values[3*i+c]
			}
		}
		img.Pix[4*i+3] = 255
	}
	return img
}

// fromGrey makes a picture of bytes [height, width].
func fromGrey(values []byte, height, width int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i, v := range values[:height*width] {
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], img.Pix[4*i+3] = v, v, v, 255
	}
	return img
}
