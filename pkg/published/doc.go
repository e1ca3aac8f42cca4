// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package published opens models of the published port and proves that they compute what the port computes.
//
// A folder holds a model: config.json, model.safetensors under the published names and, where it is to be verified,
// io.safetensors with inputs and the port's answers to them. Anybody can write such a folder with the port, from the
// released weights or from weights of his own. Beside these there may be grads.safetensors (gradients of the weights),
// meta.json (how far apart numbers may be) and custom.json (sizes that the port fixes in code).
//
// The names in io.safetensors are
//
//	in.*              inputs; in.labels and in.cotangent.* are those of the loss
//	out.*             outputs, and out.loss
//	out64.*           the same, computed in float64
//	dbg.*             intermediate values: the input array, attention maps, hidden states, a layer in pieces
//	full.*            outputs at all places, decoded in parts
//	train.*           outputs, gradients and running statistics of one step in training mode
//
// The six published models in full size need no weights to be verified: VerifyFormula gives them weights and inputs by a
// formula, and the port's answers to these are part of this package.
package published
