// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package catalog knows the data sets that this module reads: where they come from, under which terms, and where they lie
// below the folder of data sets, which it finds (folder.go). Some it can fetch (get.go); what lies there it compares with a
// list of digests (verify.go).
//
// Nothing needs it: every task makes data of its own where no data set is named.
package catalog

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

//go:embed catalog.toml
var content []byte

// Set is a data set.
type Set struct {
	Name   string   `toml:"-" json:"name"`
	Title  string   `toml:"title" json:"title"`
	Task   string   `toml:"task" json:"task"`     // package below pkg/tasks that uses it
	Folder string   `toml:"folder" json:"folder"` // below the folder of data sets, with slashes
	Home   string   `toml:"home" json:"home"`     // page on which it is described
	Terms  string   `toml:"terms" json:"terms"`
	Files  []string `toml:"files" json:"files,omitempty"` // addresses that Get fetches; none: only a person can
	Inside string   `toml:"inside" json:"-"`              // what of an archive is taken: this folder below its one top folder; "": all of it as it is
	Hand   string   `toml:"hand" json:"hand,omitempty"`   // what a person has to do
	Use    string   `toml:"use" json:"use"`               // a command that uses it; DATA stands for the folder of data sets
}

// All are the data sets in the order of their names.
func All() ([]Set, error) {
	named := map[string]Set{}
	d := toml.NewDecoder(strings.NewReader(string(content))).DisallowUnknownFields()
	if err := d.Decode(&named); err != nil {
		return nil, fmt.Errorf("the catalogue of data sets: %w", err)
	}
	var all []Set
	for name, s := range named {
		s.Name = name
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Set) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// ErrUnknown is the reason where there is no data set of a name.
var ErrUnknown = errors.New("there is no such data set")

// Find is the data set of a name.
func Find(name string) (Set, error) {
	all, err := All()
	if err != nil {
		return Set{}, err
	}
	var names []string
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Set{}, fmt.Errorf("%q: %w; there are %s", name, ErrUnknown, strings.Join(names, ", "))
}

// Here is what lies in the folder of a data set.
type Here struct {
	Path  string `json:"path"` // of its folder
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// Look counts what lies in the set's folder below a folder of data sets; nothing where there is no such folder.
func (s Set) Look(root string) (Here, error) {
	h := Here{Path: filepath.Join(root, filepath.FromSlash(s.Folder))}
	err := filepath.WalkDir(h.Path, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		h.Files, h.Bytes = h.Files+1, h.Bytes+info.Size()
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return h, err
}
