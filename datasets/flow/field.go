// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math"
)

// Field is the movement of every pixel of a picture.
type Field struct {
	Width, Height int
	UV            []float32 // [Height, Width, 2]: u to the right and v down, in pixels
	Known         []bool    // [Height, Width]: where the movement is known; nil: everywhere
}

// NewField is a field without movement.
func NewField(width, height int) *Field {
	return &Field{Width: width, Height: height, UV: make([]float32, 2*width*height)}
}

// At is the movement of the pixel at (x, y), in pixels.
func (f *Field) At(x, y int) (u, v float32) {
	i := 2 * (y*f.Width + x)
	return f.UV[i], f.UV[i+1]
}

// IsKnown says whether the movement of the pixel at (x, y) is known.
func (f *Field) IsKnown(x, y int) bool { return f.Known == nil || f.Known[y*f.Width+x] }

// forget marks pixel i as unknown.
func (f *Field) forget(i int) {
	if f.Known == nil {
		f.Known = make([]bool, f.Width*f.Height)
		for k := range f.Known {
			f.Known[k] = true
		}
	}
	f.Known[i], f.UV[2*i], f.UV[2*i+1] = false, 0, 0
}

// Largest is the length of the largest known movement, in pixels.
func (f *Field) Largest() float64 {
	var largest float64
	for i := range f.Width * f.Height {
		if f.Known == nil || f.Known[i] {
			largest = max(largest, math.Hypot(float64(f.UV[2*i]), float64(f.UV[2*i+1])))
		}
	}
	return largest
}

// Mean is the mean length of the known movements, in pixels; 0 where there are none.
func (f *Field) Mean() float64 {
	sum, n := 0., 0
	for i := range f.Width * f.Height {
		if f.Known == nil || f.Known[i] {
			sum += math.Hypot(float64(f.UV[2*i]), float64(f.UV[2*i+1]))
			n++
		}
	}
	return sum / float64(max(n, 1))
}

// MaxPixels bounds the pictures and fields that are read: more would be a mistake, or a trap.
const MaxPixels = 1 << 26

// checkSize refuses sizes that no picture has, before memory is taken for it.
func checkSize(width, height int) error {
	if width < 1 || height < 1 || width > MaxPixels || height > MaxPixels || width*height > MaxPixels {
		return fmt.Errorf("a size of %d×%d (width × height) is not between 1 and %d pixels in all; the file is damaged or no picture", width, height, MaxPixels)
	}
	return nil
}

// sound finds a field whose parts do not fit together.
func (f *Field) sound() error {
	if err := checkSize(f.Width, f.Height); err != nil {
		return err
	}
	if n := f.Width * f.Height; len(f.UV) != 2*n || f.Known != nil && len(f.Known) != n {
		return fmt.Errorf("a field of %d×%d pixels has %d numbers and %d marks; it must have 2 and, if any, 1 for each pixel", f.Width, f.Height, len(f.UV), len(f.Known))
	}
	return nil
}
