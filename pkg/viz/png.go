// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Figure is what can be drawn: a *plot.Plot or a *Drawing.
type Figure interface {
	Draw(draw.Canvas)
}

// DPI is the resolution of the pictures, twice that of a common screen.
const DPI = 192

// The size of a chart where none is asked for, and the largest picture that is made.
const (
	chartWidth  = 16 * vg.Centimeter
	chartHeight = 9 * vg.Centimeter
	margin      = 6 // points around a chart
	maxPixels   = 64 << 20
)

// PNG draws a figure at 192 dpi. With a width and height of 0 a plot is 16 by 9 cm, and a Drawing has the size that its
// contents need. A Drawing keeps its proportions: another size is the box that it fills as well as it can.
func PNG(f Figure, width, height vg.Length) ([]byte, error) {
	img, dpi, err := render(f, width, height, DPI)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return withResolution(buf.Bytes(), dpi), nil
}

// render draws a figure and says with how many dots per inch.
func render(f Figure, width, height vg.Length, dpi int) (img image.Image, _ int, err error) {
	defer func() { // gonum/plot panics on what it cannot draw, such as a logarithm of nothing
		if e := recover(); e != nil {
			img, err = nil, fmt.Errorf("picture: the plot cannot be drawn: %v", e)
		}
	}()
	if f == nil {
		return nil, 0, fmt.Errorf("picture: there is no figure to draw")
	}
	d, fixed := f.(*Drawing)
	if fixed {
		if d == nil {
			return nil, 0, fmt.Errorf("picture: there is no figure to draw")
		}
		if width > 0 || height > 0 {
			scale := math.Inf(1)
			if width > 0 {
				scale = float64(width / d.width)
			}
			if height > 0 {
				scale = min(scale, float64(height/d.height))
			}
			dpi = max(1, int(float64(dpi)*scale))
		}
		width, height = d.width, d.height
	}
	if width == 0 {
		width = chartWidth
	}
	if height == 0 {
		height = chartHeight
	}
	if pixels := width.Dots(float64(dpi)) * height.Dots(float64(dpi)); !(width > 0 && height > 0 && pixels <= maxPixels) {
		return nil, 0, fmt.Errorf("picture of %.0f by %.0f points at %d dpi: ask for a width and height above 0 and at most %d million pixels",
			width.Points(), height.Points(), dpi, maxPixels>>20)
	}
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(paper))
	area := draw.New(c)
	if !fixed {
		area = draw.Crop(area, margin, -margin, margin, -margin)
	}
	f.Draw(area)
	return c.Image(), dpi, nil
}

// withResolution puts the resolution into a PNG file, so that who shows it knows how large it is meant to be.
func withResolution(file []byte, dpi int) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature and first chunk
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	chunk := []byte("pHYs")
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // metres
	out := make([]byte, 0, len(file)+21)
	out = append(out, file[:header]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, file[header:]...)
}
