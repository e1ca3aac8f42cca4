// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text_test

import (
	"fmt"

	"github.com/perceiver-go/perceiver/datasets/text"
)

func Example() {
	ids := text.Encode("to [MASK]e")
	fmt.Println(ids)
	fmt.Println(text.Decode(ids))

	masked := text.MaskWords([]byte("or not to be"), 0.5, text.MaskRand(1, 0, 0))
	fmt.Println(text.Decode(masked.IDs))
	fmt.Println(text.Decode(masked.Labels))
	// Output:
	// [122 117 38 3 107]
	// to [MASK]e
	// or not[MASK][MASK][MASK] be
	// or not to be
}
