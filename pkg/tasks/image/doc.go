// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package image is picture classification (Perceiver IO, appendix A): the pixels of a picture go in as a plain list,
// each with its place, and one learned query asks for the class.
//
// There are three ways to make the input array, each of them a published model:
//
//	learned  1×1 convolution to 256 channels, beside a learned table of places that a linear layer projects to 256    [B, 50176, 512]
//	fourier  the three colours, beside 258 Fourier features                                                          [B, 50176, 261]
//	conv     7×7 convolution, batch norm, ReLU and max pool to 64 channels, beside 258 Fourier features               [B, 3025, 322]
//
// The published port and the original code differ in three places, and both ways can be had; the port's is the default,
// because published weights are compared with it. The port's convolution leaves 55×55 places where the original leaves
// 56×56 (stem). The port's decoder adds the query of the learned model to its output (no_decoder_residual), and the
// original does not. The port's GELU is exact, the original's an approximation (activation).
package image
