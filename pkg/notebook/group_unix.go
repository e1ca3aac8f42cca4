// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package notebook

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup gives a kernel a process group, so that a Ctrl-C at the terminal reaches the runner alone, and that everything
// the kernel started can be ended with it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func tellToEnd(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGTERM) }

func killGroup(p *os.Process) { syscall.Kill(-p.Pid, syscall.SIGKILL) }
