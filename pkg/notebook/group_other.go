// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package notebook

import (
	"os"
	"os/exec"
)

// Where there are no process groups, the kernel alone is ended.

func ownGroup(*exec.Cmd) {}

func tellToEnd(*os.Process) {}

func killGroup(p *os.Process) { p.Kill() }
