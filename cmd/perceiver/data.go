// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

type dataCommand struct {
	CompareFlow dataCompareFlowCommand `cmd:"" help:"Measure how far an optical flow is from the true one."`
	Replay      dataReplayCommand      `cmd:"" help:"Show what a StarCraft II replay tells of its game."`
}
