// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bufio"
	"fmt"
	"image"
	"io"
	"strconv"
)

// ReadPPM reads a binary picture of the kind P6 (colours) or P5 (grey) with up to 8 bits for a colour, as FlyingChairs has them.
func ReadPPM(r io.Reader) (image.Image, error) {
	b := bufio.NewReader(r)
	form, err := word(b)
	if err != nil || form != "P6" && form != "P5" {
		return nil, fmt.Errorf("it is no binary .ppm file: it begins with %q instead of \"P6\" or \"P5\"", form)
	}
	var head [3]int
	for i := range head {
		if head[i], err = number(b); err != nil {
			return nil, fmt.Errorf("the header of the .ppm file must have width, height and the largest value: %w", err)
		}
	}
	if err := checkSize(head[0], head[1]); err != nil {
		return nil, err
	}
	largest := head[2]
	if largest < 1 || largest > 255 {
		return nil, fmt.Errorf("the largest value of the .ppm file is %d; it must be from 1 to 255", largest)
	}
	channels := 3
	if form == "P5" {
		channels = 1
	}
	row := make([]byte, channels*head[0])
	var pix []byte // grows with what is there
	for range head[1] {
		if _, err := io.ReadFull(b, row); err != nil {
			return nil, fmt.Errorf("the header announces %d rows, and the file ends before: %w", head[1], short(err))
		}
		for x := range head[0] {
			for c := range 3 {
				pix = append(pix, uint8(min(255, int(row[channels*x+min(c, channels-1)])*255/largest)))
			}
			pix = append(pix, 255)
		}
	}
	return &image.NRGBA{Pix: pix, Stride: 4 * head[0], Rect: image.Rect(0, 0, head[0], head[1])}, nil
}

// WritePPM writes a picture as P6 with 8 bits for a colour; transparency is left out.
func WritePPM(w io.Writer, img image.Image) error {
	p := nrgba(img)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "P6\n%d %d\n255\n", p.Rect.Dx(), p.Rect.Dy())
	for i := 0; i < len(p.Pix); i += 4 {
		b.Write(p.Pix[i : i+3]) // the error stays with b until it is flushed
	}
	return b.Flush()
}

// word reads up to the next white space, which it takes too; comments, from # to the end of the line, are passed over.
func word(b *bufio.Reader) (string, error) {
	var out []byte
	for len(out) < 32 {
		c, err := b.ReadByte()
		switch {
		case err == io.EOF && len(out) > 0:
			return string(out), nil
		case err != nil:
			return "", short(err)
		case c == '#' && len(out) == 0:
			for c != '\n' {
				if c, err = b.ReadByte(); err != nil {
					return "", short(err)
				}
			}
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			if len(out) > 0 {
				return string(out), nil
			}
		default:
			out = append(out, c)
		}
	}
	return string(out), fmt.Errorf("%q goes on and on", out)
}

// number reads a whole number.
func number(b *bufio.Reader) (int, error) {
	w, err := word(b)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(w, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number", w)
	}
	return int(n), nil
}
