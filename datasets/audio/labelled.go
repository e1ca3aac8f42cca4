// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// LabelFile is the list that a folder of sounds has.
const LabelFile = "labels.csv"

// mostLabelled bounds the lines of a list.
const mostLabelled = 1 << 20

// Labelled reads a folder of sounds with a list, labels.csv, of their files, classes and parts:
//
//	file,classes,part
//	street/1.wav,car;horn,train
//	street/2.wav,,train
//	street/3.ogg,horn,test
//
// Files are named from the folder. A sound has any number of the classes in names, with a semicolon between them; where
// several is false it has one. The part is "train" or "test".
func Labelled(ctx context.Context, dir string, names []string, several bool, rate int, seed uint64) (*Set, error) {
	if err := checkClasses(names); err != nil {
		return nil, err
	}
	list := filepath.Join(dir, LabelFile)
	f, err := os.Open(list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: the folder has no list %s of its sounds and their classes", dir, LabelFile)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	files, err := readLabels(f, names, several)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	root, err := os.OpenRoot(dir) // a list cannot reach outside of its folder
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for i := range files {
		if _, err := root.Stat(files[i].path); err != nil {
			return nil, fmt.Errorf("%s: it names %s, which is not there: %w", list, files[i].path, err)
		}
		files[i].path = filepath.Join(dir, files[i].path)
	}
	train, held, err := load(files, func(path string) (*Sound, error) { return openAt(ctx, path, rate) })
	if err != nil {
		return nil, err
	}
	set, err := newSet(names, several, train, held, seed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	return set, nil
}

// readLabels reads a list; each error names the line.
func readLabels(r io.Reader, names []string, several bool) ([]file, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = 3
	head, err := in.Read()
	if err != nil || head[0] != "file" || head[1] != "classes" || head[2] != "part" {
		return nil, errors.New("the first line must be file,classes,part")
	}
	var files []file
	seen := map[string]int{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			return files, nil
		} else if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		f := file{path: row[0], held: row[2] == "test"}
		for _, name := range strings.Split(row[1], ";") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			k := slices.Index(names, name)
			if k < 0 {
				return nil, fmt.Errorf("line %d: %s has the class %q, which is none of the experiment's: %s", line, row[0], name, strings.Join(names, ", "))
			}
			f.classes = append(f.classes, k)
		}
		slices.Sort(f.classes)
		switch {
		case row[0] == "":
			return nil, fmt.Errorf("line %d: there is no file", line)
		case seen[row[0]] > 0:
			return nil, fmt.Errorf("line %d: %s is in line %d already", line, row[0], seen[row[0]])
		case row[2] != "train" && row[2] != "test":
			return nil, fmt.Errorf("line %d: %s is in the part %q; it must be train or test", line, row[0], row[2])
		case !several && len(f.classes) != 1:
			return nil, fmt.Errorf("line %d: %s has %d classes, and should have one; set data.several where sounds have any number", line, row[0], len(f.classes))
		case len(slices.Compact(slices.Clone(f.classes))) != len(f.classes):
			return nil, fmt.Errorf("line %d: %s has a class twice", line, row[0])
		case len(files) == mostLabelled:
			return nil, fmt.Errorf("it has more than %d lines", mostLabelled)
		}
		seen[row[0]] = line
		files = append(files, f)
	}
}
