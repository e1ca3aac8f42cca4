// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package battle_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/datasets/battle"
)

// Two armies that are alike: the one that focuses its fire wins.
func Example() {
	setup := battle.Default()
	setup.Mirror = true
	b := battle.New(7, setup)
	fmt.Println(len(b.Units), "units")
	r := b.Play(battle.FocusFire, battle.Nearest, 0)
	fmt.Printf("team %d wins after %d ticks\n", r.Winner, r.Ticks)
	// Output:
	// 10 units
	// team 0 wins after 128 ticks
}
