// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
)

// Patches cuts a grid into blocks and lays the elements of each block side by side (space to depth): x [B, n_1, …, n_d, C]
// gives [B, n_1/b_1, …, n_d/b_d, b_1·…·b_d·C], the channels in row-major order with C running fastest. A picture has the
// axes y and x, a video t, y and x, a sound t. Blocks must divide their axes.
func Patches(x *Node, block ...int) *Node {
	dims := x.Shape().Dimensions
	if len(dims) != len(block)+2 {
		panic(fmt.Errorf("blocks %v need an array of %d axes with batch and channels, got shape %v", block, len(block)+2, dims))
	}
	split, order, out := []int{dims[0]}, []int{0}, []int{dims[0]}
	inside, channels := []int{}, dims[len(dims)-1]
	for i, b := range block {
		n := dims[i+1]
		if b < 1 || n%b != 0 {
			panic(fmt.Errorf("blocks %v must divide the grid of an array of shape %v", block, dims))
		}
		order, inside = append(order, len(split)), append(inside, len(split)+1)
		split, out = append(split, n/b, b), append(out, n/b)
		channels *= b
	}
	order = append(append(order, inside...), len(split))
	split, out = append(split, dims[len(dims)-1]), append(out, channels)
	return Reshape(TransposeAllAxes(Reshape(x, split...), order...), out...)
}
