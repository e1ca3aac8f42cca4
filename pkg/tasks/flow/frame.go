// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"image"
	"image/color"
)

// Frame is a picture as the network takes it: red, green and blue of each pixel, row by row, from -1 to 1.
type Frame struct {
	Width, Height int
	Pix           []float32 // [Height, Width, 3]
}

// NewFrame converts a picture. Colours of more than 8 bits are cut to 8, grey has three equal colours, and transparency
// is left out of account.
func NewFrame(img image.Image) *Frame {
	r := img.Bounds()
	f := &Frame{Width: r.Dx(), Height: r.Dy(), Pix: make([]float32, 0, colours*r.Dx()*r.Dy())}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			f.Pix = append(f.Pix, normal[c.R], normal[c.G], normal[c.B])
		}
	}
	return f
}

// normal is v/255·2-1 in float32, rounded after each step as the published code does.
var normal = func() (table [256]float32) {
	for v := range table {
		table[v] = float32(float32(float32(v)/255)*2) - 1
	}
	return table
}()

// check finds a frame that a tile of that size cannot be cut from.
func (f *Frame) check(name string, height, width int) error {
	switch {
	case f == nil:
		return fmt.Errorf("the %s picture is missing", name)
	case f.Width < 1 || f.Height < 1 || len(f.Pix) != colours*f.Width*f.Height:
		return fmt.Errorf("the %s picture of %d×%d pixels (width × height) has %d values; it must have 3 for each pixel", name, f.Width, f.Height, len(f.Pix))
	case f.Width < width || f.Height < height:
		return fmt.Errorf("the %s picture has %d×%d pixels (width × height), and the network looks at %d×%d; give it a larger picture", name, f.Width, f.Height, width, height)
	}
	return nil
}

// crop copies the part of a frame that begins at (x, y) into out, [height, width, 3].
func (f *Frame) crop(out []float32, x, y, height, width int) {
	for row := range height {
		from := colours * ((y+row)*f.Width + x)
		copy(out[colours*row*width:], f.Pix[from:from+colours*width])
	}
}
