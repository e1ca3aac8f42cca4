// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build !unix

package main

import (
	"os"
	"os/exec"
	"time"
)

// Where there are no process groups, GoNB itself is ended, and nothing tells a folder in use from a stale one.

func ownGroup(*exec.Cmd) {}

func ownSession(*exec.Cmd, *os.File) {}

const canLock = false

func lock(*os.File) error { return nil }

func endGroup(leader int, _ time.Duration) {
	if p, err := os.FindProcess(leader); err == nil {
		p.Kill()
	}
}

func alive(string) bool { return true }

func become(program string, args []string) int { return runGo(program, args, os.Environ(), nil) }
