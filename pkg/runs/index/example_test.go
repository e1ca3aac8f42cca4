// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package index_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/runs/index"
)

func Example() {
	root, err := os.MkdirTemp("", "runs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(root)
	r, err := runs.Create(filepath.Join(root, "first"), []byte("task = \"toy\"\n"), runs.Info{Experiment: "toy/one"})
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Update(func(i *runs.Info) { i.Status, i.Step = runs.Done, 100 })
	r.Close()

	x, err := index.Open(context.Background(), root)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer x.Close()
	entries, _ := x.List(context.Background(), index.Filter{Status: runs.Done})
	for _, e := range entries {
		fmt.Println(filepath.Base(e.Dir), e.Info.Experiment, e.Info.Step)
	}
	// Output: first toy/one 100
}
