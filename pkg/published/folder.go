// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// Files of a folder.
const (
	ConfigFile  = "config.json"
	ModelFile   = "model.safetensors"
	AnswersFile = "io.safetensors"

	customFile = "custom.json"
	gradsFile  = "grads.safetensors"
	metaFile   = "meta.json"
)

// Folder is a published model in a folder.
type Folder struct {
	Model
	Dir    string
	Class  string // as config.json names it, for example "PerceiverForMaskedLM"
	Config perceiver.PublishedConfig
}

// Open builds the model of a folder. A model of pictures is built for the size of those in io.safetensors, or for the
// size that it was trained with where there are none. Load reads the weights.
func Open(dir string) (*Folder, error) {
	config, err := readSmall(filepath.Join(dir, ConfigFile))
	if err != nil {
		return nil, err
	}
	custom, err := readSmall(filepath.Join(dir, customFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	height, width, err := pictureSize(filepath.Join(dir, AnswersFile))
	if err != nil {
		return nil, err
	}
	m, c, err := build(config, custom, height, width)
	if err != nil {
		return nil, fmt.Errorf("published %s: %w", dir, err)
	}
	return &Folder{m, dir, c.Architectures[0], c}, nil
}

// pictureSize is the height and width of the pictures in a file of inputs, 0 where there is no file, or there are none.
func pictureSize(path string) (height, width int, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	f, err := weights.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	if x, ok := f.Tensor("in.pixel_values"); ok && len(x.Shape) == 4 {
		height, width = x.Shape[2], x.Shape[3]
	}
	return height, width, nil
}

// smallFile bounds the size of JSON files; the largest published one has 46 kilobytes.
const smallFile = 16 << 20

func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("published: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > smallFile {
		return nil, fmt.Errorf("published %s: it must be a file of %d bytes at most", path, smallFile)
	}
	return os.ReadFile(path)
}
