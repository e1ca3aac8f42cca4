// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"fmt"
	"log"

	"github.com/perceiver-go/perceiver/datasets/flow"
)

// A generated pair, and how far standing still is from its truth.
func Example() {
	g := flow.Generator{Width: 32, Height: 24, Textures: flow.Textures(1, 16), Layers: 2, Motion: 4}
	if err := g.Validate(); err != nil {
		log.Fatal(err)
	}
	pair := g.Pair(0)
	errors, err := flow.Compare(pair.Flow, flow.NewField(32, 24), nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pair.A.Rect.Max, "at most", pair.Flow.Largest() <= 4, "and off by more than a pixel", errors.EPE > 1)
	// Output: (32,24) at most true and off by more than a pixel true
}
