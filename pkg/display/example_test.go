// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display_test

import (
	"github.com/perceiver-go/perceiver/pkg/display"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

func Example() {
	display.Text("Outside of a notebook, text and tables are printed.")
	display.Table(viz.Table{Headers: []string{"model", "bits"}, Rows: [][]string{{"unigram", "4.56"}, {"perceiver", "2.76"}}})
	// Output:
	// Outside of a notebook, text and tables are printed.
	// model      bits
	// ─────────  ────
	// unigram    4.56
	// perceiver  2.76
}
