// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/published"
)

// A folder written by the port is opened, and its weights are loaded under their published names. Verify would now run
// it and compare every number with the port's.
func Example() {
	folder, err := published.Open("testdata/optical_flow_small")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := folder.Load(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(folder.Class, "with", perceiver.Count(folder.Params()), "weights")
	// Output: PerceiverForOpticalFlow with 14635 weights
}
