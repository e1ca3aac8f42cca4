// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

// A learning curve beside what two baselines reach, as a picture for a file or a notebook.
func Example() {
	loss := viz.Series{Name: "held out", X: []float64{100, 200, 300, 400}, Y: []float64{4.1, 3.4, 3.0, 2.9}}
	p := viz.Curves("Masked bytes", "step", "bits per masked byte", []viz.Series{loss},
		viz.Reference{Name: "unigram", Y: 4.56}, viz.Reference{Name: "order 2", Y: 3.1})
	png, err := viz.PNG(p, 0, 0)
	fmt.Println(len(png) > 10_000, err)
	// Output: true <nil>
}

func ExampleTable() {
	fmt.Print(viz.Table{
		Headers: []string{"step", "parameters", "FLOPs"},
		Rows: [][]string{
			{"Encode", viz.Human(91_000, ""), viz.Human(12.1e6, "FLOP")},
			{"Process", viz.Human(264_000, ""), viz.Human(20.4e6, "FLOP")},
		},
	}.Text())
	// Output:
	// step     parameters       FLOPs
	// ───────  ──────────  ──────────
	// Encode         91 k  12.1 MFLOP
	// Process       264 k  20.4 MFLOP
}
