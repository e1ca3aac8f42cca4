// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend_test

import (
	"context"
	"fmt"
	"os"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/backend"
)

// The fastest backend that is there; a sentence about which one it is goes to standard error.
func ExampleOpen() {
	b, err := backend.Open(context.Background(), backend.Options{Log: os.Stderr})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Close()
	sum, err := NewExec(b.Compute, func(x, y *Node) *Node { return Add(x, y) })
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := sum.Call(float32(1), float32(2))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Value())
	// Output: 3
}
