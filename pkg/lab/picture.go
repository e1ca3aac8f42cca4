// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"fmt"
	"image"
	_ "image/gif" // pictures of these kinds can be read
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
)

// largestPicture bounds the pixels of a picture that is read.
const largestPicture = 1 << 26

// readPicture reads a PNG, JPEG or GIF file, after a look at its size.
func readPicture(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(f)
	if err != nil {
		return nil, fmt.Errorf("%s: it is no picture that can be read (PNG, JPEG or GIF): %w", path, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > largestPicture/c.Height {
		return nil, fmt.Errorf("%s: a picture of %d×%d pixels (width × height) cannot be read; it may have %d in all", path, c.Width, c.Height, largestPicture)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	picture, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: the picture is damaged or cut off: %w", path, err)
	}
	return picture, nil
}
