// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
)

// ReadPFM reads a .pfm file: rows of float32 from the bottom up. Of three numbers for each pixel the first two are the
// movement, as in FlyingThings3D; a single one is a disparity, as in Middlebury's stereo pairs, and gives u = -disparity.
// Infinite numbers are unknown.
func ReadPFM(r io.Reader) (*Field, error) {
	b := bufio.NewReader(r)
	form, err := word(b)
	if err != nil || form != "PF" && form != "Pf" {
		return nil, fmt.Errorf("it is no .pfm file: it begins with %q instead of \"PF\" or \"Pf\"", form)
	}
	var sizes [2]int
	for i := range sizes {
		if sizes[i], err = number(b); err != nil {
			return nil, fmt.Errorf("the header of the .pfm file must have a width and a height: %w", err)
		}
	}
	scale, err := word(b)
	s, parsed := strconv.ParseFloat(scale, 64)
	if err != nil || parsed != nil || s == 0 || math.IsNaN(s) || math.IsInf(s, 0) {
		return nil, fmt.Errorf("the header of the .pfm file must end with a scale that is not 0, and it has %q", scale)
	}
	if err := checkSize(sizes[0], sizes[1]); err != nil {
		return nil, err
	}
	order, channels := binary.ByteOrder(binary.BigEndian), 3
	if s < 0 {
		order = binary.LittleEndian
	}
	if form == "Pf" {
		channels = 1
	}
	f := &Field{Width: sizes[0], Height: sizes[1]}
	values, err := readFloats(b, channels*f.Width*f.Height, order)
	if err != nil {
		return nil, err
	}
	f.UV = make([]float32, 2*f.Width*f.Height)
	for y := range f.Height {
		for x := range f.Width {
			from, to := channels*((f.Height-1-y)*f.Width+x), 2*(y*f.Width+x)
			if channels == 1 {
				f.UV[to] = -values[from]
			} else {
				f.UV[to], f.UV[to+1] = values[from], values[from+1]
			}
		}
	}
	f.forgetBeyond(floUnknown)
	return f, nil
}

// WritePFM writes a .pfm file of three numbers for each pixel, little endian, the third being 0. Unknown movements are infinite.
func WritePFM(w io.Writer, f *Field) error {
	if err := f.sound(); err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "PF\n%d %d\n-1.0\n", f.Width, f.Height)
	var triple [12]byte
	for y := f.Height - 1; y >= 0; y-- {
		for x := range f.Width {
			u, v := f.At(x, y)
			if !f.IsKnown(x, y) {
				u, v = float32(math.Inf(1)), float32(math.Inf(1))
			}
			binary.LittleEndian.PutUint32(triple[:], math.Float32bits(u))
			binary.LittleEndian.PutUint32(triple[4:], math.Float32bits(v))
			b.Write(triple[:]) // the error stays with b until it is flushed
		}
	}
	return b.Flush()
}
