// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package detach

import (
	"os/exec"
	"syscall"
)

// ownSession keeps the signals of this program's terminal and group away from the copy.
func ownSession(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
