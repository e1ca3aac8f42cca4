// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package replay reads StarCraft II replays: the map, the races and the result of a game, and what its tracker wrote
// down of the units: when they were born, where they stood, what they became and when they died.
//
// Replays are files of players. Their names, their accounts and what they said to each other are passed over where
// they stand, and appear neither in a Replay nor in an error.
//
// A file may come from anywhere, so it is read with bounds on everything it claims: a bad one costs an error that says
// what is wrong with it, and never much memory or time.
package replay
