// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package classical_test

import (
	"fmt"
	"log"

	"github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/datasets/flow/classical"
)

// One texture moves as a whole, and the method finds how far.
func ExampleHornSchunck() {
	g := flow.Generator{Width: 64, Height: 48, Textures: flow.Textures(1, 1), Motion: 3}
	pair := g.Pair(1)
	found, err := classical.HornSchunck(pair.A, pair.B, classical.Settings{})
	if err != nil {
		log.Fatal(err)
	}
	errors, err := flow.Compare(pair.Flow, found, pair.Matched())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("within a fifth of a pixel:", errors.EPE < 0.2)
	// Output: within a fifth of a pixel: true
}
