// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
)

// The published model with Fourier positions, and what classifying one picture with it costs.
func Example() {
	n, err := image.Defaults().Network(224, 224)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := n.Shapes()
	fmt.Printf("inputs [%d, %d], latents [%d, %d], classes %d\n", s.M, s.C, s.N, s.D, s.E)
	fmt.Printf("%d weights, %.0f billion operations\n", perceiver.Count(n.Params()), n.Cost().Total().FLOPs/1e9)
	// Output:
	// inputs [50176, 261], latents [512, 1024], classes 1000
	// 48440627 weights, 406 billion operations
}
