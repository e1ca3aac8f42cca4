// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"errors"
	"fmt"
	"hash/fnv"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// heldOutOf is the part that is held out where a collection does not say which pictures are: one of ten.
const heldOutOf = 10

// files are pictures in files of their own.
type files struct {
	paths []string
	class []int32
}

func (f *files) Len() int                           { return len(f.paths) }
func (f *files) Class(i int) int                    { return int(f.class[i]) }
func (f *files) Picture(i int) (*image.RGBA, error) { return Read(f.paths[i]) }

// mostPictures bounds a collection; ImageNet has 1.3 million.
const mostPictures = 1 << 24

// openClasses reads train/CLASS/PICTURE beside test/ or val/, or CLASS/PICTURE, of which a hash of the name holds out a tenth.
// It returns nil where there are no classes.
func openClasses(root string) (*Set, error) {
	train := filepath.Join(root, "train")
	held := firstFolder(root, "test", "val", "validation")
	if !isFolder(train) {
		return splitClasses(root)
	}
	labels, err := folders(train)
	if err != nil || len(labels) == 0 {
		return nil, err
	}
	s := &Set{Labels: labels}
	if held == "" {
		return splitClasses(train)
	}
	others, err := folders(held)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(labels, others) {
		return nil, fmt.Errorf("train/ and %s/ must have folders of the same names, one for each class; %s is in one of them only", filepath.Base(held), odd(labels, others))
	}
	trained, err := list(train, labels)
	if err != nil {
		return nil, err
	}
	tested, err := list(held, labels)
	s.Train, s.Held = trained, tested
	return s, errors.Join(err, enough(trained, tested))
}

func splitClasses(root string) (*Set, error) {
	labels, err := folders(root)
	if err != nil || len(labels) < 2 {
		return nil, err
	}
	all, err := list(root, labels)
	if err != nil || all.Len() == 0 {
		return nil, err
	}
	var train, held files
	for i, path := range all.paths {
		h := fnv.New32a()
		h.Write([]byte(labels[all.class[i]] + "/" + filepath.Base(path)))
		part := &train
		if h.Sum32()%heldOutOf == 0 {
			part = &held
		}
		part.paths, part.class = append(part.paths, path), append(part.class, all.class[i])
	}
	return &Set{Labels: labels, Train: &train, Held: &held}, enough(&train, &held)
}

func enough(train, held *files) error {
	if train.Len() == 0 || held.Len() == 0 {
		return fmt.Errorf("it has %d pictures to train on and %d held out; both need some (PNG, JPEG or GIF)", train.Len(), held.Len())
	}
	return nil
}

// odd is a name that only one of two lists has.
func odd(a, b []string) string {
	for _, pair := range [][2][]string{{a, b}, {b, a}} {
		for _, name := range pair[0] {
			if !slices.Contains(pair[1], name) {
				return name
			}
		}
	}
	return "none"
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func firstFolder(root string, names ...string) string {
	for _, name := range names {
		if path := filepath.Join(root, name); isFolder(path) {
			return path
		}
	}
	return ""
}

// folders are the names of the folders in a folder, in order.
func folders(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if isFolder(filepath.Join(root, e.Name())) && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// list finds the pictures of each class, in order.
func list(root string, labels []string) (*files, error) {
	f := &files{}
	for class, label := range labels {
		err := filepath.WalkDir(filepath.Join(root, label), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !isPicture(path) {
				return err
			}
			if len(f.paths) == mostPictures {
				return fmt.Errorf("it has more than %d pictures; give a part of them", mostPictures)
			}
			f.paths, f.class = append(f.paths, path), append(f.class, int32(class))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

func isPicture(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".png", ".jpg", ".jpeg", ".gif":
		return true
	}
	return false
}
