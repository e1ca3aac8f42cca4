// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/reproduce"
)

func Example() {
	file := []byte(`task = "language"
[[paper]]
table = "language"
source = "Table 1"
row = "Perceiver IO"
metric = "GLUE"
value = 81.0
note = "GLUE is not done here"
`)
	x, err := experiment.Parse("example.toml", "example", file, experiment.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	tables, err := reproduce.Collect([]*experiment.Experiment{x}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	page := &reproduce.Page{Table: tables[0].Name}
	page.Judge(tables[0], nil)
	_, rows := page.Grid()
	fmt.Println(rows[0])
	// Output: [Table 1 Perceiver IO GLUE 81 not attempted]
}
