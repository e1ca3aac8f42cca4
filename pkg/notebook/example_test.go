// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook_test

import (
	"bytes"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/notebook"
)

// A notebook made in code, and a page of it. notebook.Run would execute it in between.
func Example() {
	nb := notebook.New()
	nb.Add(notebook.Markdown, "# First steps")
	cell := nb.Add(notebook.Code, "%%\nfmt.Println(6 * 7)")
	fmt.Println(cell.ID, nb.Kernel())

	page, err := notebook.HTML(nb)
	fmt.Println(bytes.Contains(page, []byte("<title>First steps</title>")), err)
	// Output:
	// c01-e0119b perceiver-go
	// true <nil>
}
