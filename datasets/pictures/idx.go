// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// The first four bytes of an idx file: unsigned bytes, and the number of axes.
const (
	idxLabels   = 0x801
	idxPictures = 0x803
)

// idxLimit bounds what is read of one file; MNIST has 47 MB.
const idxLimit = 1 << 30

// openIDX reads train-images-idx3-ubyte, train-labels-idx1-ubyte and those of t10k-, each as it is or with .gz behind.
// It returns nil where there are none.
func openIDX(root string) (*Set, error) {
	var parts [2]*memory
	for i, name := range []string{"train", "t10k"} {
		pictures, err := readIDX(filepath.Join(root, name+"-images-idx3-ubyte"), idxPictures)
		if i == 0 && errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		labels, err := readIDX(filepath.Join(root, name+"-labels-idx1-ubyte"), idxLabels)
		if err != nil {
			return nil, err
		}
		if pictures.sizes[0] != labels.sizes[0] {
			return nil, fmt.Errorf("%s: there are %d pictures and %d labels; each picture needs one", name, pictures.sizes[0], labels.sizes[0])
		}
		parts[i] = greyPictures(pictures.values, labels.values, pictures.sizes[1], pictures.sizes[2])
	}
	s := &Set{Train: parts[0], Held: parts[1]}
	for class := range int(slices.Max(slices.Concat(parts[0].class, parts[1].class))) + 1 {
		s.Labels = append(s.Labels, strconv.Itoa(class))
	}
	return s, nil
}

type idx struct {
	sizes  []int
	values []byte
}

// readIDX reads a file, or the one with .gz behind its name.
func readIDX(path string, magic uint32) (idx, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		path += ".gz"
		f, err = os.Open(path)
	}
	if err != nil {
		return idx{}, err
	}
	defer f.Close()
	var r io.Reader = f
	if filepath.Ext(path) == ".gz" {
		z, err := gzip.NewReader(f)
		if err != nil {
			return idx{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		r = z
	}
	b, err := io.ReadAll(io.LimitReader(r, idxLimit+1))
	if err != nil {
		return idx{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	x, err := parseIDX(b, magic)
	if err != nil {
		return idx{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return x, nil
}

// parseIDX reads the sizes and checks that there are as many bytes as they say.
func parseIDX(b []byte, magic uint32) (idx, error) {
	axes := int(magic & 0xff)
	if len(b) < 4*(1+axes) || binary.BigEndian.Uint32(b) != magic {
		return idx{}, fmt.Errorf("it is no idx file of bytes with %d axes", axes)
	}
	x := idx{values: b[4*(1+axes):]}
	want := 1
	for i := range axes {
		size := binary.BigEndian.Uint32(b[4*(1+i):])
		if size < 1 || size > idxLimit/uint32(want) {
			return idx{}, fmt.Errorf("axis %d has %d elements; the file may have from 1 to %d in all", i, size, idxLimit)
		}
		want *= int(size)
		x.sizes = append(x.sizes, int(size))
	}
	if len(x.values) != want {
		return idx{}, fmt.Errorf("it has %d bytes of content; its header says %d", len(x.values), want)
	}
	x.values = bytes.Clone(x.values)
	return x, nil
}
