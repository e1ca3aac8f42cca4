// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/perceiver-go/perceiver/datasets/catalog"
	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// knownSet is a data set of the catalogue, and what is here of it.
type knownSet struct {
	catalog.Set
	Here *catalog.Here `json:"here"` // null where no file of it is here
}

func look(s catalog.Set, root string) (knownSet, error) {
	k := knownSet{Set: s}
	if root == "" {
		return k, nil
	}
	h, err := s.Look(root)
	if err == nil && h.Files > 0 {
		k.Here = &h
	}
	return k, err
}

type dataListCommand struct {
	Dir  string `help:"Folder of data sets; the default is PERCEIVER_DATA, or shared/data beside the clone." placeholder:"DIR" type:"path"`
	JSON bool   `help:"Print the list as JSON."`
}

func (dataListCommand) Help() string {
	return "No experiment needs a data set unless its title says so: where none is named, tasks make data of their own.\n\nExamples:\n  perceiver data list\n  perceiver data list --json"
}

func (c *dataListCommand) Run(out io.Writer) error {
	all, err := catalog.All()
	if err != nil {
		return err
	}
	root := c.Dir
	if root == "" {
		root = lab.DataFolder()
	}
	known := make([]knownSet, len(all))
	table := viz.Table{Headers: []string{"data set", "task", "here", "how to get it", "terms"}}
	for i, s := range all {
		if known[i], err = look(s, root); err != nil {
			return err
		}
		here, how := "", "by hand"
		if h := known[i].Here; h != nil {
			here = fmt.Sprintf("%d files, %s", h.Files, megabytes(h.Bytes))
		}
		if len(s.Files) > 0 {
			how = "perceiver data get " + s.Name
		}
		table.Rows = append(table.Rows, []string{s.Name, s.Task, here, how, s.Terms})
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(map[string]any{"dir": root, "sets": known})
	}
	where := "No folder of data sets is known; PERCEIVER_DATA names one."
	if root != "" {
		where = "The folder of data sets is " + root + "."
	}
	_, err = fmt.Fprintf(out, "%s%s\n", table.Text(), where)
	return err
}

type dataShowCommand struct {
	Name string `arg:"" name:"set" help:"Data set, as in perceiver data list."`
	Dir  string `help:"Folder of data sets." placeholder:"DIR" type:"path"`
	JSON bool   `help:"Print JSON."`
}

func (dataShowCommand) Help() string {
	return "Examples:\n  perceiver data show fsdd\n  perceiver data show sintel --json"
}

func (c *dataShowCommand) Run(out io.Writer) error {
	s, err := findSet(c.Name)
	if err != nil {
		return err
	}
	root := c.Dir
	if root == "" {
		root = lab.DataFolder()
	}
	k, err := look(s, root)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(k)
	}
	line := func(what, format string, args ...any) {
		fmt.Fprintf(out, "%-7s %s\n", what, fmt.Sprintf(format, args...))
	}
	fmt.Fprintln(out, s.Title)
	line("home", "%s", s.Home)
	line("terms", "%s", s.Terms)
	switch {
	case len(s.Files) > 0:
		line("get", "perceiver data get %s", s.Name)
	default:
		line("get", "%s", s.Hand)
	}
	line("folder", "%s, below the folder of data sets", s.Folder)
	if k.Here != nil {
		line("here", "%s: %d files, %s", k.Here.Path, k.Here.Files, megabytes(k.Here.Bytes))
	} else {
		line("here", "not here")
	}
	data := root
	if data == "" {
		data = "DATA"
	}
	line("use", "%s", strings.ReplaceAll(s.Use, "DATA", data))
	return nil
}

// findSet is a data set; one that is unknown was named wrongly.
func findSet(name string) (catalog.Set, error) {
	s, err := catalog.Find(name)
	if errors.Is(err, catalog.ErrUnknown) {
		return s, &usageError{err.Error()}
	}
	return s, err
}

type dataGetCommand struct {
	Name string `arg:"" name:"set" help:"Data set, as in perceiver data list."`
	Dir  string `help:"Folder of data sets; the default is PERCEIVER_DATA, or shared/data beside the clone." placeholder:"DIR" type:"path"`
}

func (dataGetCommand) Help() string {
	return `What was fetched goes into the data set's place below the folder of data sets. A download that was cut short goes on where it
stopped. The digests of a first fetch are kept, and a later one must have the same.

Examples:
  perceiver data get fsdd --dir ~/data
  PERCEIVER_DATA=~/data perceiver data get cifar10`
}

func (c *dataGetCommand) Run(ctx context.Context, out io.Writer) error {
	s, err := findSet(c.Name)
	if err != nil {
		return err
	}
	root, err := dataRoot(c.Dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s\nTerms: %s; see %s\n", s.Title, s.Terms, s.Home)
	if err := catalog.Get(ctx, http.DefaultClient, s, root, os.Stderr); err != nil {
		return err
	}
	h, err := s.Look(root)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %d files, %s\n", h.Path, h.Files, megabytes(h.Bytes))
	return err
}

type dataVerifyCommand struct {
	Folder string `arg:"" optional:"" help:"Folder with a list SHA256SUMS; the default is the folder of data sets." type:"path"`
	JSON   bool   `help:"Print JSON."`
}

func (dataVerifyCommand) Help() string {
	return `The list has the form of the program sha256sum, with paths below the folder. The exit code is 1 where a file is missing or
another than the list says.

Examples:
  perceiver data verify
  perceiver data verify ~/data/audio/fsdd --json`
}

func (c *dataVerifyCommand) Run(ctx context.Context, out io.Writer) error {
	folder, err := dataRoot(c.Folder)
	if err != nil {
		return err
	}
	v, err := catalog.Verify(ctx, folder)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(out).Encode(v)
	} else {
		for _, name := range v.Changed {
			fmt.Fprintf(out, "changed: %s\n", name)
		}
		for _, name := range v.Missing {
			fmt.Fprintf(out, "missing: %s\n", name)
		}
		_, err = fmt.Fprintf(out, "%s: %d files are as listed, %d changed, %d missing, %d in no list\n", v.Folder, v.Good, len(v.Changed), len(v.Missing), v.Extra)
	}
	if err == nil && !v.OK() {
		err = &quietError{failed}
	}
	return err
}
