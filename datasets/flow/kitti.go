// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
)

// ReadKITTI reads a KITTI flow picture, a PNG of 16 bits: u = (red - 32768) / 64, v likewise of green, and blue is 0
// where the movement is unknown.
func ReadKITTI(r io.Reader) (*Field, error) {
	img, err := readPNG(r)
	if err != nil {
		return nil, err
	}
	pix, ok := img.(*image.RGBA64)
	if !ok {
		return nil, fmt.Errorf("a KITTI flow file is a PNG of three colours with 16 bits each, and this one is a %s", kind(img))
	}
	f := NewField(pix.Rect.Dx(), pix.Rect.Dy())
	for y := range f.Height {
		for x := range f.Width {
			c := pix.RGBA64At(pix.Rect.Min.X+x, pix.Rect.Min.Y+y)
			i := y*f.Width + x
			if c.B == 0 {
				f.forget(i)
				continue
			}
			f.UV[2*i], f.UV[2*i+1] = (float32(c.R)-32768)/64, (float32(c.G)-32768)/64
		}
	}
	return f, nil
}

// ReadDisparity reads how far points of a left picture lie further left in the right one, as a movement: u = -disparity. A
// grey PNG of 16 bits is KITTI's, with 256 steps for a pixel; one of 8 bits has whole pixels. 0 is unknown.
func ReadDisparity(r io.Reader) (*Field, error) {
	img, err := readPNG(r)
	if err != nil {
		return nil, err
	}
	b := img.Bounds()
	f := NewField(b.Dx(), b.Dy())
	for i := range f.Width * f.Height {
		var d float32
		switch pix := img.(type) {
		case *image.Gray16:
			d = float32(pix.Gray16At(b.Min.X+i%f.Width, b.Min.Y+i/f.Width).Y) / 256
		case *image.Gray:
			d = float32(pix.GrayAt(b.Min.X+i%f.Width, b.Min.Y+i/f.Width).Y)
		default:
			return nil, fmt.Errorf("a disparity file is a grey PNG, and this one is a %s", kind(img))
		}
		if d == 0 {
			f.forget(i)
			continue
		}
		f.UV[2*i] = -d
	}
	return f, nil
}

// readPNG decodes a PNG after a look at its size.
func readPNG(r io.Reader) (image.Image, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	head, _ := b.Peek(b.Size()) // enough for everything that may stand before the size and the kind of the colours
	config, err := png.DecodeConfig(bytes.NewReader(head))
	if err != nil {
		return nil, fmt.Errorf("it is no PNG, or cut off: %w", short(err))
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	img, err := png.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("the PNG is damaged or cut off: %w", short(err))
	}
	return img, nil
}

// kind names what sort of picture it is.
func kind(img image.Image) string {
	switch img.ColorModel() {
	case color.GrayModel:
		return "grey one with 8 bits"
	case color.Gray16Model:
		return "grey one with 16 bits"
	case color.NRGBA64Model:
		return "coloured one with 16 bits and transparency"
	case color.RGBA64Model:
		return "coloured one with 16 bits"
	}
	return "picture with 8 bits or fewer"
}

// WriteKITTI writes a KITTI flow picture. Movements are rounded to 1/64 pixel; one beyond ±512 pixels does not fit the
// format and is an error.
func WriteKITTI(w io.Writer, f *Field) error {
	if err := f.sound(); err != nil {
		return err
	}
	img := image.NewRGBA64(image.Rect(0, 0, f.Width, f.Height))
	for y := range f.Height {
		for x := range f.Width {
			c := color.RGBA64{A: 0xffff}
			if f.IsKnown(x, y) {
				u, v := f.At(x, y)
				r, g := math.Round(float64(u)*64)+32768, math.Round(float64(v)*64)+32768
				if !(r >= 0 && r <= 65535 && g >= 0 && g <= 65535) {
					return fmt.Errorf("the movement (%g, %g) at pixel (%d, %d) does not fit a KITTI file, which goes to ±512 pixels; write a .flo file", u, v, x, y)
				}
				c.R, c.G, c.B = uint16(r), uint16(g), 1
			}
			img.SetRGBA64(x, y, c)
		}
	}
	return png.Encode(w, img)
}
