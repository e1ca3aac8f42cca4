// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

type dataCommand struct {
	Replay dataReplayCommand `cmd:"" help:"Show what a StarCraft II replay tells of its game."`
}
