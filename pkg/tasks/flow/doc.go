// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package flow is optical flow: for each pixel of a picture, where it has gone in the next one (Perceiver IO, section 4.2).
//
//	inputs   3×3 neighbourhoods of each pixel in both pictures, 54 numbers, made into 64 by a linear layer, beside a Fourier position [B, H·W, C]
//	queries  the input array itself: what the pixel looks like, and where it is                                                     [B, H·W, C]
//	outputs  horizontal and vertical movement, u to the right and v down                                                            [B, H·W, 2]
//
// There are two scales, and the network's own output is in neither of the obvious units. The decoder's output is divided
// by OutputDivisor, 100, to begin training with small movements; the result, which the published model gives out as
// "logits", is in units of FlowUnit, 20 pixels, because training targets were divided by that. So
//
//	pixels = FlowUnit · (decoder output / OutputDivisor) = 0.2 · decoder output
//
// A network is made for one size of picture, 368×496 as published. An Estimator cuts larger pictures into overlapping
// tiles of that size and merges what the network says about each.
package flow
