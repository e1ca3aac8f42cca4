// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"math"

	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Stem says where the windows of the convolution lie, and how its batch norm averages.
type Stem string

const (
	// StemPort pads the convolution by 3 on each side and does not pad the pool: 224×224 pixels leave 55×55 places. The
	// running statistics move by a tenth in each step of training, with the unbiased variance. It is the default.
	StemPort Stem = "port"
	// StemOriginal pads both as little as covers the picture, more after it than before: 224×224 pixels leave 56×56
	// places. The running statistics are an average without a bias to their initial values, with the biased variance.
	StemOriginal Stem = "original"
)

const (
	convKernel, poolKernel, stemStride = 7, 3, 2
	batchNormEpsilon                   = 1e-5
	batchNormDecay                     = 0.9
)

// padding is what is added before and after an axis of n elements for a window.
func (s Stem) padding(n, window int) [2]int {
	switch {
	case s == StemOriginal:
		total := max((half(n)-1)*stemStride+window-n, 0)
		return [2]int{total / 2, total - total/2}
	case window == convKernel:
		return [2]int{window / 2, window / 2}
	}
	return [2]int{}
}

// half is n/2, rounded up: the length of an axis after the convolution.
func half(n int) int { return (n + 1) / 2 }

// grid is the number of places that a picture leaves.
func (s Stem) grid(height, width int) [2]int {
	var out [2]int
	for axis, n := range []int{height, width} {
		n = half(n)
		pad := s.padding(n, poolKernel)
		if n += pad[0] + pad[1] - poolKernel; n >= 0 {
			out[axis] = n/stemStride + 1
		}
	}
	return out
}

// params are the weights and the running statistics.
func (s Stem) params(channels int) []perceiver.Param {
	norm := stemName + ".batchnorm."
	return []perceiver.Param{
		perceiver.Tensor(stemName+".conv.weight", perceiver.FanIn, channels, colours, convKernel, convKernel),
		perceiver.Tensor(norm+"weight", perceiver.Fill(1), channels), perceiver.Tensor(norm+"bias", perceiver.Fill(0), channels),
		perceiver.BufferTensor(norm+"running_mean", perceiver.Fill(0), channels), perceiver.BufferTensor(norm+"running_var", perceiver.Fill(1), channels),
		perceiver.Counter(norm + "num_batches_tracked"),
	}
}

func (s Stem) cost(height, width, channels int) perceiver.Step {
	places, window := float64(half(height)*half(width)), float64(colours*convKernel*convKernel)
	params := perceiver.Count(s.params(channels))
	return perceiver.Step{Params: params, FLOPs: 2 * places * window * float64(channels),
		Bytes: 4 * (float64(params) + 2*(float64(colours*height*width)+2*places*float64(channels)))}
}

// forward is convolution, batch norm, ReLU and pool: [B, H, W, 3] to [B, h, w, channels].
func (s Stem) forward(p *perceiver.Pass, x *Node) *Node {
	h, w := x.Shape().Dim(1), x.Shape().Dim(2)
	kernel := TransposeAllAxes(p.Weight(stemName+".conv.weight"), 2, 3, 1, 0) // published [out, in, y, x]
	x = Convolve(x, kernel).Strides(stemStride).PaddingPerDim([][2]int{s.padding(h, convKernel), s.padding(w, convKernel)}).Done()
	show := func(name string, x *Node) {
		if p.Tap != nil {
			p.Show(name, channelsFirst(x))
		}
	}
	show("convnet.conv", x)
	x = s.batchNorm(p, x)
	show("convnet.batchnorm", x)
	x = s.pool(Max(x, ScalarZero(x.Graph(), x.DType())))
	show("convnet", x)
	return x
}

// batchNorm normalises each channel: with the statistics of the batch in training, which also move the running ones,
// and with the running ones outside of it.
func (s Stem) batchNorm(p *perceiver.Pass, x *Node) *Node {
	name := stemName + ".batchnorm."
	mean, variance := p.Weight(name+"running_mean"), p.Weight(name+"running_var")
	if p.Training() {
		batch := ReduceMean(x, 0, 1, 2)
		spread := ReduceMean(Square(Sub(x, ExpandLeftToRank(batch, 4))), 0, 1, 2)
		s.track(p, x.Shape().Size()/x.Shape().Dim(-1), mean, variance, batch, spread)
		mean, variance = batch, spread
	}
	scale := Mul(p.Weight(name+"weight"), Reciprocal(Sqrt(AddScalar(variance, batchNormEpsilon))))
	y := Mul(Sub(x, ExpandLeftToRank(mean, 4)), ExpandLeftToRank(scale, 4))
	return Add(y, ExpandLeftToRank(p.Weight(name+"bias"), 4))
}

// track moves the running statistics by those of a batch of count places.
func (s Stem) track(p *perceiver.Pass, count int, mean, variance, batch, spread *Node) {
	name := stemName + ".batchnorm."
	steps := AddScalar(p.Weight(name+"num_batches_tracked"), 1)
	var keep, add *Node
	if s == StemOriginal {
		// The average that is kept is the sum of decaying shares over the sum of the shares, 1-decay^steps.
		shares := func(n *Node) *Node { return OneMinus(Exp(MulScalar(n, math.Log(batchNormDecay)))) }
		keep = MulScalar(Div(shares(AddScalar(steps, -1)), shares(steps)), batchNormDecay)
		add = OneMinus(keep)
	} else {
		keep = AddScalar(ZerosLike(steps), batchNormDecay)
		add = OneMinus(keep)
		if count > 1 {
			spread = MulScalar(spread, float64(count)/float64(count-1))
		}
	}
	blend := func(old, new *Node) *Node { return StopGradient(Add(Mul(old, keep), Mul(new, add))) }
	p.Update(name+"running_mean", blend(mean, batch))
	p.Update(name+"running_var", blend(variance, spread))
	p.Update(name+"num_batches_tracked", steps)
}

// pool is the maximum over windows of 3×3, two apart. It is made of slices: their gradient runs on every backend, that
// of a pool does not run on pure Go.
func (s Stem) pool(x *Node) *Node {
	d := x.Shape().Dimensions
	var ranges [2][poolKernel]SliceAxisSpec
	for axis := range ranges {
		n := d[axis+1]
		pad := s.padding(n, poolKernel)
		if pad != [2]int{} { // values are not negative, so that zeros never win
			pads := make([]PadAxis, 4)
			pads[axis+1] = PadAxis{Start: pad[0], End: pad[1]}
			x = Pad(x, ScalarZero(x.Graph(), x.DType()), pads...)
			n += pad[0] + pad[1]
		}
		places := (n-poolKernel)/stemStride + 1
		for i := range poolKernel {
			ranges[axis][i] = AxisRange(i, i+(places-1)*stemStride+1).Stride(stemStride)
		}
	}
	var y *Node
	for _, rows := range ranges[0] {
		for _, columns := range ranges[1] {
			part := Slice(x, AxisRange(), rows, columns, AxisRange())
			if y == nil {
				y = part
			} else {
				y = Max(y, part)
			}
		}
	}
	return y
}
