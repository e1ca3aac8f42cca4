// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package export_test

import (
	"fmt"
	"os"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/runs/export"
)

func Example() {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	r, err := runs.Create(dir, []byte("task = \"toy\"\n"), runs.Info{Experiment: "toy/one", Profile: "quick"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	r.Log(runs.Record{Step: 100, Eval: map[string]float64{"accuracy": 0.5}})

	rows, _ := export.Rows(r)
	for _, row := range rows {
		fmt.Println(row.Experiment, row.Step, row.Metric, row.Value)
	}
	// Output: toy/one 100 eval/accuracy 0.5
}
