// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// With model.stem = "conv" the network works at a quarter of the resolution, as the downsampled rows of the paper's
// ablation do: a convolution of 7×7 pixels and a pool of 3×3, both two apart, make an input element of 4×4 pixels, and the
// movement of each pixel is a mean of those of the nine elements around its own, with weights that the network gives out,
// as in RAFT. The convolution has a bias in place of the batch norm of the image models.
const (
	coarse     = 4 // pixels of an element along each axis
	convSide   = 7
	poolSide   = 3
	neighbours = 9 // elements that a pixel's movement is made of

	convName    = "perceiver.input_preprocessor.convnet"
	flowName    = "perceiver.decoder.flow"
	weightsName = "perceiver.decoder.upsampling"
)

// stemParams are the convolution's weights, as those of a linear layer over its window.
func (n *Network) stemParams() []perceiver.Param {
	return perceiver.NewLinear(convName, n.inputChannels(), n.FeatureDim, perceiver.FanIn)
}

// upsampleParams are the layers that make movement, and the weights of neighbours, of the decoder's features.
func (n *Network) upsampleParams() []perceiver.Param {
	return append(perceiver.NewLinear(flowName, n.FeatureDim, 2, perceiver.Fill(0)),
		perceiver.NewLinear(weightsName, n.FeatureDim, neighbours*coarse*coarse, perceiver.FanIn)...)
}

// convolve makes features of pictures: [B, H, W, channels] to [B, H/4·W/4, FeatureDim].
func (n *Network) convolve(p *perceiver.Pass, x *Node) *Node {
	kernel := Reshape(p.Weight(convName+".weight"), convSide, convSide, x.Shape().Dim(-1), n.FeatureDim)
	pads := [][2]int{{2, 3}, {2, 3}} // as little as covers the picture, more after it than before
	x = Convolve(x, kernel).Strides(2).PaddingPerDim(pads).Done()
	x = Add(x, Reshape(p.Weight(convName+".bias"), 1, 1, 1, n.FeatureDim))
	x = pool(Max(x, ScalarZero(x.Graph(), x.DType())))
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1]*d[2], d[3])
}

// pool is the maximum over windows of 3×3, two apart, of an array [B, H, W, C] of even H and W without negative values. It is
// made of slices: their gradient runs on every backend.
func pool(x *Node) *Node {
	for axis := 1; axis <= 2; axis++ {
		n := x.Shape().Dim(axis)
		edge := append([]int{}, x.Shape().Dimensions...)
		edge[axis] = 1
		x = Concatenate([]*Node{x, BroadcastToDims(ScalarZero(x.Graph(), x.DType()), edge...)}, axis)
		var y *Node
		for i := range poolSide {
			part := SliceAxis(x, axis, AxisRange(i, i+n-1).Stride(2))
			if y == nil {
				y = part
			} else {
				y = Max(y, part)
			}
		}
		x = y
	}
	return x
}

// upsample makes the movement of each pixel [B, H·W, 2] of what the decoder gives out for each element [B, H/4·W/4, FeatureDim].
func (n *Network) upsample(p *perceiver.Pass, y *Node) *Node {
	b, h, w := y.Shape().Dim(0), n.Height/coarse, n.Width/coarse
	flow := Reshape(p.Linear(flowName, y), b, h, w, 2)
	around := make([]*Node, 0, neighbours) // beyond the edge there is no movement
	tall := ScalarZero(y.Graph(), y.DType())
	flow = Concatenate([]*Node{BroadcastToDims(tall, b, 1, w, 2), flow, BroadcastToDims(tall, b, 1, w, 2)}, 1)
	flow = Concatenate([]*Node{BroadcastToDims(tall, b, h+2, 1, 2), flow, BroadcastToDims(tall, b, h+2, 1, 2)}, 2)
	for ky := range 3 {
		for kx := range 3 {
			around = append(around, Slice(flow, AxisRange(), AxisRange(ky, ky+h), AxisRange(kx, kx+w)))
		}
	}
	all := Stack(around, 3)                                                                       // [B, h, w, 9, 2]
	weights := Softmax(Reshape(p.Linear(weightsName, y), b, h, w, coarse*coarse, neighbours), -1) // [B, h, w, 16, 9]
	fine := ReduceSum(Mul(ExpandDims(weights, -1), ExpandDims(all, 3)), 4)                        // [B, h, w, 16, 2]
	fine = TransposeAllAxes(Reshape(fine, b, h, w, coarse, coarse, 2), 0, 1, 3, 2, 4, 5)          // [B, h, 4, w, 4, 2]
	return Reshape(fine, b, n.pixels(), 2)
}
