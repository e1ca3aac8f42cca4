// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package perceiver is the Perceiver IO architecture and nothing else.
//
// Every task is the same three steps with other arrays:
//
//	inputs [B, M, C] --encode--> latents [B, N, D] --process--> latents [B, N, D] --decode(queries [B, O, Q])--> outputs [B, O, E]
//
// The letters are the paper's and stand for the same thing in every comment of this module:
//
//	B  batch                     M  input elements, of C channels
//	N  latents, of D channels    O  output elements (one per query), of E channels
//	Q  channels of a query       F  width inside an attention (Fqk for queries and keys, Fv for values), split over h heads
//
// The cost is O((M + O + L·N)·N·F) for L latent layers: linear in the size of the input and of the output (Perceiver IO, appendix E.2).
//
// A reader with the paper beside the screen goes through the files in this order:
//
//	layer.go      one attention layer, the only building block (E.1, equations 4-6)
//	model.go      Config: the latents, the encoder and the latent tower; the Perceiver of 2021 is a setting of it
//	decoder.go    Decoder: queries attend to the latents
//	queries.go    Queries: how a query array is composed from parts, whole or at a subset of its rows
//	positions.go  Fourier and learned position encodings
//	cost.go       parameters, FLOPs and bytes of each step, from the configuration alone
//	param.go      what a weight is: its shape in the graph, and the published tensors it holds
//	weights.go    the values of all weights, their initialisation, and the way to and from the published names
//	pass.go       one forward pass under construction
//
// Graph code of GoMLX panics on a mistake; what this package exports returns errors instead, with the path of the layer in them.
package perceiver
