// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package notebooks tests the notebooks of this folder: each is run as "perceiver notebook run" does, with fewer steps.
package notebooks

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/notebook"
)

// quick are the settings with which notebooks are tested: few steps, and no installation.
func quick(t *testing.T) []string {
	return []string{"PERCEIVER_SET=train.steps=8", "PERCEIVER_NO_INSTALL=1", "PERCEIVER_RUNS=" + t.TempDir()}
}

// fewest is the least number of pictures that a notebook is to show.
const fewest = 3

// The committed form of the notebooks: no outputs, a title, the kernel of this module.
func TestNotebooksAreTidy(t *testing.T) {
	for _, file := range notebooks(t) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range notebook.Problems(b) {
			t.Errorf("%s: %s", file, p)
		}
	}
}

func notebooks(t *testing.T) []string {
	files, err := filepath.Glob("*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("notebooks: %v, %v", files, err)
	}
	return files
}

// Every notebook runs to its end. On a slow machine those for which the time of the tests is too short are skipped;
// go test -timeout 60m ./notebooks runs them all.
func TestNotebooks(t *testing.T) {
	if testing.Short() {
		t.Skip("notebooks build a program for each cell; leave -short out to run them")
	}
	var longest time.Duration
	for _, file := range notebooks(t) {
		t.Run(file, func(t *testing.T) {
			began := time.Now()
			if end, ok := t.Deadline(); ok && time.Until(end) < 2*longest+time.Minute {
				t.Skipf("the tests have %s left and a notebook took %s; run them with a longer -timeout", time.Until(end).Round(time.Second), longest.Round(time.Second))
			}
			run(t, file)
			longest = max(longest, time.Since(began))
		})
	}
}

func run(t *testing.T, file string) {
	nb, err := notebook.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	result, err := notebook.Run(t.Context(), nb, notebook.Options{Timeout: 5 * time.Minute, Env: quick(t)})
	var failed *notebook.CellError
	if errors.As(err, &failed) {
		t.Fatalf("%v\n%s", err, nb.Cells[failed.Index].Source)
	}
	if err != nil {
		t.Fatal(err)
	}
	if result.Ran != result.Cells || result.Pictures < fewest {
		t.Errorf("%d of %d cells ran, and left %d pictures; want all, and %d pictures", result.Ran, result.Cells, result.Pictures, fewest)
	}
	page, err := notebook.HTML(nb)
	if err != nil {
		t.Fatal(err)
	}
	if outside := regexp.MustCompile(`(?i)(src|href)="?https?:|<script`).Find(bytes.ReplaceAll(page, []byte(`<a href="http`), nil)); outside != nil {
		t.Errorf("the page needs the network: %s", outside)
	}
}
