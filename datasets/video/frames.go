// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"fmt"
	"image"
	_ "image/jpeg" // pictures of these kinds can be read
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/draw"
)

// fit takes the middle of a picture, of the proportions of a frame, in the size of a frame. What is transparent is black.
func (f Format) fit(img image.Image) []byte {
	box := img.Bounds()
	w, h := box.Dx(), box.Dy()
	if w*f.Height > h*f.Width {
		w = max(1, h*f.Width/f.Height)
	} else {
		h = max(1, w*f.Height/f.Width)
	}
	x, y := box.Min.X+(box.Dx()-w)/2, box.Min.Y+(box.Dy()-h)/2
	small := image.NewRGBA(image.Rect(0, 0, f.Width, f.Height))
	draw.CatmullRom.Scale(small, small.Rect, img, image.Rect(x, y, x+w, y+h), draw.Src, nil)
	out := make([]byte, 0, 3*f.Width*f.Height)
	for i := 0; i < len(small.Pix); i += 4 {
		out = append(out, small.Pix[i:i+3]...)
	}
	return out
}

// maxPixels bounds a picture that is read.
const maxPixels = 1 << 26

// readPicture reads a picture, after a look at its size.
func readPicture(path string) (image.Image, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	c, _, err := image.DecodeConfig(file)
	if err != nil {
		return nil, fmt.Errorf("%s: it is no picture that can be read (PNG, JPEG or GIF): %w", path, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxPixels/c.Height {
		return nil, fmt.Errorf("%s: a picture of %d×%d pixels (width × height) cannot be read; it may have %d in all", path, c.Width, c.Height, maxPixels)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: the picture is damaged or cut off: %w", path, err)
	}
	return img, nil
}

// isPicture tells a frame by its name.
func isPicture(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg"}, strings.ToLower(filepath.Ext(name)))
}

// readFolder reads at most so many frames from a folder of pictures, in the order of their names.
func (f Format) readFolder(dir string, most int) ([]byte, error) {
	names, err := pictures(dir)
	if err != nil {
		return nil, err
	}
	var out []byte
	var first image.Point
	for i, name := range names[:min(most, len(names))] {
		path := filepath.Join(dir, name)
		img, err := readPicture(path)
		if err != nil {
			return nil, err
		}
		if size := img.Bounds().Size(); i == 0 {
			first = size
		} else if size != first {
			return nil, fmt.Errorf("%s: it has %d×%d pixels (width × height), and the first frame of its folder has %d×%d; frames of a video have one size", path, size.X, size.Y, first.X, first.Y)
		}
		out = append(out, f.fit(img)...)
	}
	return out, nil
}

// pictures are the names of the pictures in a folder, in order.
func pictures(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() && isPicture(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
