// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	_ "image/gif" // pictures may be of any of these kinds
	_ "image/jpeg"
	_ "image/png"
)

// Set is a collection of pictures, each of one class, in two parts that have no picture in common.
type Set struct {
	Name   string
	Labels []string // names of the classes, by number
	Train  Part
	Held   Part // held out
}

// Part is some of the pictures. Its methods may be called from several goroutines.
type Part interface {
	Len() int
	// Class is the class of picture i.
	Class(i int) int
	// Picture is picture i, opaque, with its corner at (0, 0).
	Picture(i int) (*image.RGBA, error)
}

// ErrUnknown is the reason where a path holds nothing that this package can read.
var ErrUnknown = errors.New("it holds no labelled pictures; give a folder with a folder for each class, or with train/ and test/ or val/ of that kind, " +
	"binary batches of CIFAR-10, idx files of the MNIST kind, or the picture of 5,000 handwritten digits")

// Open opens a collection: a folder in one of the layouts of this package, the picture of digits, or "", ShapesName, the
// generator. Seed chooses the pictures of the generator; those that are held out are the same for every seed.
func Open(path string, seed uint64) (*Set, error) {
	if path == "" || path == ShapesName {
		return NewShapes(seed), nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("data %s: there is no such file or folder", path)
	}
	var s *Set
	switch {
	case err != nil:
	case info.IsDir():
		s, err = openFolder(path)
	case strings.Contains(filepath.Base(path), ".tar") || strings.HasSuffix(path, ".zip"):
		err = errors.New("it is an archive; unpack it and give the folder")
	default:
		s, err = readSheet(path)
	}
	if err != nil {
		return nil, fmt.Errorf("data %s: %w", path, err)
	}
	s.Name = path
	return s, nil
}

func openFolder(path string) (*Set, error) {
	for _, open := range []func(string) (*Set, error){openCIFAR, openIDX, openClasses} {
		if s, err := open(path); s != nil || err != nil {
			return s, err
		}
	}
	return nil, ErrUnknown
}

// largestPicture bounds the pixels of a picture that is read.
const largestPicture = 1 << 26

// Read decodes a picture: PNG, JPEG or GIF, of which the first frame counts. A header that promises more pixels than are sensible costs an error, not the memory.
func Read(path string) (*image.RGBA, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, _, err := image.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: it is no picture that can be read (PNG, JPEG or GIF): %w", path, err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > largestPicture/c.Height {
		return nil, fmt.Errorf("%s: a picture of %d×%d pixels (width × height) cannot be read; it may have %d in all", path, c.Width, c.Height, largestPicture)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: the picture is damaged or cut off: %w", path, err)
	}
	return Opaque(img), nil
}
