// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
)

// Pictures are the frames of a clip.
func (f Format) Pictures(c *Clip) []*image.NRGBA {
	out := make([]*image.NRGBA, f.Frames)
	for t := range out {
		out[t] = image.NewNRGBA(image.Rect(0, 0, f.Width, f.Height))
		frame := f.frame(c, t)
		for i := range f.Height * f.Width {
			copy(out[t].Pix[4*i:], frame[3*i:3*i+3])
			out[t].Pix[4*i+3] = 255
		}
	}
	return out
}

// EncodeGIF makes a GIF that shows pictures of one size, so many in a second, again and again. Pictures below 128 pixels
// are shown larger.
func EncodeGIF[P image.Image](pictures []P, speed int) ([]byte, error) {
	if len(pictures) == 0 || speed < 1 {
		return nil, fmt.Errorf("a GIF of %d pictures, %d of them in a second, cannot be made", len(pictures), speed)
	}
	size := pictures[0].Bounds().Size()
	zoom := max(1, 128/max(1, size.X, size.Y))
	var g gif.GIF
	for i, p := range pictures {
		if got := p.Bounds().Size(); got != size || size.X*zoom > 1<<16-1 || size.Y*zoom > 1<<16-1 || size.X < 1 || size.Y < 1 {
			return nil, fmt.Errorf("picture %d of a GIF has %d×%d pixels; all must have those of the first, %d×%d, from 1 to 65535", i, got.X, got.Y, size.X, size.Y)
		}
		large := image.NewNRGBA(image.Rect(0, 0, size.X*zoom, size.Y*zoom))
		for y := range size.Y * zoom {
			for x := range size.X * zoom {
				large.Set(x, y, p.At(p.Bounds().Min.X+x/zoom, p.Bounds().Min.Y+y/zoom))
			}
		}
		frame := image.NewPaletted(large.Rect, common(large))
		if len(frame.Palette) == len(palette.Plan9) {
			draw.FloydSteinberg.Draw(frame, frame.Rect, large, image.Point{})
		} else {
			draw.Draw(frame, frame.Rect, large, image.Point{}, draw.Src)
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, (100*(i+1)+speed/2)/speed-(100*i+speed/2)/speed)
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &g)
	return b.Bytes(), err
}

// common is the palette of a picture of few colours, or one of 256 colours that are everywhere.
func common(img *image.NRGBA) color.Palette {
	seen := map[color.NRGBA]bool{}
	var p color.Palette
	for i := 0; i < len(img.Pix); i += 4 {
		c := color.NRGBA{img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3]}
		if seen[c] {
			continue
		}
		seen[c] = true
		if p = append(p, c); len(p) > 255 {
			return palette.Plan9
		}
	}
	return p
}
