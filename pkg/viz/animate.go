// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"slices"
)

// maxFrames bounds an animation.
const maxFrames = 2000

// Animate makes a GIF that shows figures of one size one after the other, so many in a second, again and again. The
// pictures are as large as the figures ask for at 96 dpi.
func Animate(perSecond int, figures ...Figure) ([]byte, error) {
	if len(figures) == 0 || len(figures) > maxFrames || perSecond < 1 || perSecond > 50 {
		return nil, fmt.Errorf("animation of %d figures, %d in a second: give 1 to %d figures, and 1 to 50 in a second", len(figures), perSecond, maxFrames)
	}
	var pictures []image.Image
	for i, f := range figures {
		img, _, err := render(f, 0, 0, DPI/2)
		if err != nil {
			return nil, fmt.Errorf("figure %d: %w", i, err)
		}
		if i > 0 && img.Bounds() != pictures[0].Bounds() {
			return nil, fmt.Errorf("figure %d of an animation has %v pixels; all must have those of the first, %v", i, img.Bounds().Size(), pictures[0].Bounds().Size())
		}
		pictures = append(pictures, img)
	}
	colors := commonest(pictures)
	nearest := map[color.RGBA]uint8{}
	var g gif.GIF
	for _, img := range pictures {
		frame := image.NewPaletted(img.Bounds(), colors)
		for y := frame.Rect.Min.Y; y < frame.Rect.Max.Y; y++ {
			for x := frame.Rect.Min.X; x < frame.Rect.Max.X; x++ {
				c := coarse(img.At(x, y))
				i, ok := nearest[c]
				if !ok {
					i = uint8(colors.Index(c))
					nearest[c] = i
				}
				frame.Pix[(y-frame.Rect.Min.Y)*frame.Stride+x-frame.Rect.Min.X] = i
			}
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 100/perSecond)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, &g); err != nil {
		return nil, fmt.Errorf("animation: %w", err)
	}
	return b.Bytes(), nil
}

// coarse leaves a colour six bits a channel: the edges of letters have thousands of shades.
func coarse(c color.Color) color.RGBA {
	r, g, b, _ := c.RGBA()
	f := func(v uint32) uint8 { v >>= 10; return uint8(v<<2 | v>>4) }
	return color.RGBA{f(r), f(g), f(b), 0xff}
}

// commonest are the 256 colours that most pixels have.
func commonest(pictures []image.Image) color.Palette {
	count := map[color.RGBA]int{}
	for k := 0; k < len(pictures); k += max(1, len(pictures)/16) {
		b := pictures[k].Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				count[coarse(pictures[k].At(x, y))]++
			}
		}
	}
	all := make([]color.RGBA, 0, len(count))
	for c := range count {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(uint32(a.R)<<16|uint32(a.G)<<8|uint32(a.B), uint32(b.R)<<16|uint32(b.G)<<8|uint32(b.B)))
	})
	var p color.Palette
	for _, c := range all[:min(len(all), 256)] {
		p = append(p, c)
	}
	return p
}
