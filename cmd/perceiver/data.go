// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/lab"
)

type dataCommand struct {
	List        dataListCommand        `cmd:"" help:"List the data sets that are known, and which of them are here."`
	Show        dataShowCommand        `cmd:"" help:"Show where a data set comes from, and where it belongs."`
	Get         dataGetCommand         `cmd:"" help:"Fetch a data set into the folder of data sets."`
	Verify      dataVerifyCommand      `cmd:"" help:"Compare the files of a folder with its list of digests."`
	CompareFlow dataCompareFlowCommand `cmd:"" help:"Measure how far an optical flow is from the true one."`
	Replay      dataReplayCommand      `cmd:"" help:"Show what a StarCraft II replay tells of its game."`
}

// dataRoot is the folder of data sets.
func dataRoot(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if dir := lab.DataFolder(); dir != "" {
		return dir, nil
	}
	return "", &usageError{"no folder of data sets is known: name one with --dir, or set PERCEIVER_DATA to it"}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
