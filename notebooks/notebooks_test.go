// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package notebooks tests the notebooks of this folder: each is run as "perceiver notebook run" does, with fewer steps.
package notebooks

import (
	"bytes"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/notebook"
)

func TestNotebooks(t *testing.T) {
	if testing.Short() {
		t.Skip("notebooks build a program for each cell; leave -short out to run them")
	}
	files, err := filepath.Glob("*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("notebooks: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			nb, err := notebook.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range nb.Cells {
				if len(c.Outputs) > 0 {
					t.Fatalf("cell %s is committed with outputs; they belong into out/", c.ID)
				}
			}
			result, err := notebook.Run(t.Context(), nb, notebook.Options{Env: []string{
				"PERCEIVER_SET=train.steps=8", "PERCEIVER_NO_INSTALL=1", "PERCEIVER_RUNS=" + t.TempDir()}})
			if err != nil {
				t.Fatal(err)
			}
			if result.Ran != result.Cells || result.Pictures < 3 {
				t.Errorf("%d of %d cells ran, and left %d pictures; want all, and 3 pictures", result.Ran, result.Cells, result.Pictures)
			}
			page, err := notebook.HTML(nb)
			if err != nil {
				t.Fatal(err)
			}
			if outside := regexp.MustCompile(`(?i)(src|href)="?https?:|<script`).Find(bytes.ReplaceAll(page, []byte(`<a href="http`), nil)); outside != nil {
				t.Errorf("the page needs the network: %s", outside)
			}
		})
	}
}
