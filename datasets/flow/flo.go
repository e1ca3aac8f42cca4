// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// The Middlebury format, little endian: the mark, width and height as int32, then u and v of each pixel, row by row.
const (
	floMark    = 202021.25 // the bytes PIEH
	floUnknown = 1e9       // numbers beyond it say that a movement is not known
	floAbsent  = 1666666752
)

// ReadFlo reads a .flo file. Pixels whose numbers are above 1e9 or not numbers are unknown.
func ReadFlo(r io.Reader) (*Field, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, fmt.Errorf("a .flo file begins with 12 bytes, and this one ends before: %w", short(err))
	}
	if mark := math.Float32frombits(binary.LittleEndian.Uint32(head[:])); mark != floMark {
		return nil, fmt.Errorf("it is no .flo file: it begins with %q instead of \"PIEH\"", head[:4])
	}
	width, height := int32(binary.LittleEndian.Uint32(head[4:])), int32(binary.LittleEndian.Uint32(head[8:]))
	if err := checkSize(int(width), int(height)); err != nil {
		return nil, err
	}
	f := &Field{Width: int(width), Height: int(height)}
	uv, err := readFloats(r, 2*f.Width*f.Height, binary.LittleEndian)
	if err != nil {
		return nil, err
	}
	f.UV = uv
	f.forgetBeyond(floUnknown)
	return f, nil
}

// forgetBeyond marks movements as unknown that are larger than a bound, or no numbers.
func (f *Field) forgetBeyond(bound float32) {
	for i := range f.Width * f.Height {
		u, v := f.UV[2*i], f.UV[2*i+1]
		if !(u <= bound && u >= -bound && v <= bound && v >= -bound) {
			f.forget(i)
		}
	}
}

// readFloats reads n numbers. Memory grows with what is there, not with what a header claims.
func readFloats(r io.Reader, n int, order binary.ByteOrder) ([]float32, error) {
	const chunk = 1 << 16
	out, buf := make([]float32, 0, min(n, chunk)), make([]byte, 4*min(n, chunk))
	for len(out) < n {
		part := buf[:4*min(n-len(out), chunk)]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, fmt.Errorf("the header announces %d numbers, and the file ends before: %w", n, short(err))
		}
		for i := 0; i < len(part); i += 4 {
			out = append(out, math.Float32frombits(order.Uint32(part[i:])))
		}
	}
	return out, nil
}

// short says of a file that ended early that it did: io.ReadFull has a name of its own for an empty rest.
func short(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// WriteFlo writes a .flo file.
func WriteFlo(w io.Writer, f *Field) error {
	if err := f.sound(); err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	var word [4]byte
	put := func(x uint32) {
		binary.LittleEndian.PutUint32(word[:], x)
		b.Write(word[:]) // the error stays with b until it is flushed
	}
	put(math.Float32bits(floMark))
	put(uint32(f.Width))
	put(uint32(f.Height))
	for i, x := range f.UV {
		if f.Known != nil && !f.Known[i/2] {
			x = floAbsent
		}
		put(math.Float32bits(x))
	}
	return b.Flush()
}
