// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"io"
	"os"
)

// Bounds of a GIF that is read.
const (
	maxGIFBytes  = 64 << 20
	maxGIFPixels = 1 << 28 // of all its frames together
)

// readGIF reads the frames of a GIF as they are seen, so many in a second: each moment shows the frame that is on at that
// time. Frames without a duration last a tenth of a second, as in browsers. The frames are fitted to the format.
func (f Format) readGIF(path string, most int) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxGIFBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxGIFBytes {
		return nil, fmt.Errorf("%s: it has more than %d MB; make a video of it", path, maxGIFBytes>>20)
	}
	frames, err := f.decodeGIF(b, most)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return frames, nil
}

// decodeGIF gives at most so many frames.
func (f Format) decodeGIF(b []byte, most int) ([]byte, error) {
	c, err := gif.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("the GIF is damaged or cut off: %w", err)
	}
	count := countGIF(b)
	if c.Width < 1 || c.Height < 1 || c.Width*c.Height > maxGIFPixels/max(1, count) {
		return nil, fmt.Errorf("a GIF of %d frames of %d×%d pixels (width × height) cannot be read; it may have %d pixels in all", count, c.Width, c.Height, maxGIFPixels)
	}
	g, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("the GIF is damaged or cut off: %w", err)
	}
	var out []byte
	frame := 3 * f.Width * f.Height
	canvas := image.NewNRGBA(image.Rect(0, 0, c.Width, c.Height))
	end := 0 // of the frame, in hundredths of a second
	for i, img := range g.Image {
		before := canvas
		if g.Disposal[i] == gif.DisposalPrevious {
			before = image.NewNRGBA(canvas.Rect)
			copy(before.Pix, canvas.Pix)
		}
		draw.Draw(canvas, img.Rect, img, img.Rect.Min, draw.Over)
		if end += g.Delay[i]; g.Delay[i] < 1 {
			end += 10
		}
		var seen []byte
		for shown := len(out) / frame; shown < most && shown*100 < end*f.Speed; shown++ {
			if seen == nil {
				seen = f.fit(canvas)
			}
			out = append(out, seen...)
		}
		switch g.Disposal[i] {
		case gif.DisposalBackground:
			draw.Draw(canvas, img.Rect, image.Transparent, image.Point{}, draw.Src)
		case gif.DisposalPrevious:
			canvas = before
		}
	}
	if len(out) == 0 {
		return nil, errors.New("the GIF has no frames")
	}
	return out, nil
}

// countGIF counts the frames of a GIF without decoding them, up to where it is damaged.
func countGIF(b []byte) (count int) {
	colours := func(flags byte) int { // bytes of a table of colours
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	if len(b) < 13 {
		return 0
	}
	at := 13 + colours(b[10])
	for at < len(b) {
		switch b[at] {
		case 0x21: // an extension: its kind, then blocks
			at += 2
		case 0x2C: // a frame: where it is, its colours, the width of codes, then blocks
			if at+10 > len(b) {
				return count
			}
			count++
			at += 11 + colours(b[at+9])
		default:
			return count
		}
		for at < len(b) && b[at] != 0 {
			at += int(b[at]) + 1
		}
		at++
	}
	return count
}
