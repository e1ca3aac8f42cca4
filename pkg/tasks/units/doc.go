// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package units is sets of units in, one answer for each unit and one for the whole out, as in a game of strategy
// (Perceiver IO, appendix B). The paper replaces the Transformer over the entities of AlphaStar by a small Perceiver IO
// whose queries are the features of the units themselves, and keeps the win rate at a third of the cost.
//
//	features [B, M, C], kinds [B, M]  --input-->  units [B, M, W]
//	units, mask  --encoder-->  one vector for each unit [B, M, W]  --heads-->  embeddings [B, M, W], and a masked mean [B, W]
//
// The encoder is one of three under one interface, and the key model.encoder names it: "perceiver"; "transformer", which
// it replaces; and "meanpool", in which units know of each other by their mean only.
//
//	encoder.go      the interface, and the Perceiver IO
//	transformer.go  the Transformer of AlphaStar
//	meanpool.go     the mean
//	model.go        inputs, encoder and heads; what they cost
//	question.go     what is asked of units, and how answers are scored
//	battle.go       examples from battles that are fought for the purpose
//	replays.go      examples from replays of StarCraft II
//	task.go         the task
//	play.go         a trained model plays; its win rate
//	predict.go      answers about one battle or replay
package units
