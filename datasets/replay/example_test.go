// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/datasets/replay"
)

func Example() {
	r, err := replay.ReadFile("testdata/small.SC2Replay")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range r.Players {
		fmt.Println(p.Race, p.Result)
	}
	for _, u := range replay.Owned(r.UnitsAt(20 * replay.LoopsPerSecond)) {
		fmt.Println(u.Type, u.X, u.Y)
	}
	// Output:
	// Terran win
	// Zerg loss
	// SCV 31 41
	// Egg 131 141
	// Barracks 33 44
}
