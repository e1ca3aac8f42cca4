// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// ownGroup gives what a command starts a process group, by which it can be ended.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// ownSession keeps signals to the launcher's group or terminal away from a command, which holds the lock as well.
func ownSession(cmd *exec.Cmd, lock *os.File) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.ExtraFiles = []*os.File{lock}
}

const canLock = true

// lock takes a lock that ends with the processes that hold the file open.
func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// endGroup interrupts a group, its leader less gently, and kills what is left of it after a while.
func endGroup(group int, patience time.Duration) {
	if syscall.Kill(-group, syscall.SIGINT) != nil {
		return // there is nobody
	}
	syscall.Kill(group, syscall.SIGTERM)
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if errors.Is(syscall.Kill(-group, 0), syscall.ESRCH) {
			return
		}
	}
	syscall.Kill(-group, syscall.SIGKILL)
}

// alive says whether the process of a number in text exists; of what is no number that is not known, so yes.
func alive(text string) bool {
	pid, err := strconv.Atoi(text)
	return err != nil || pid < 1 || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// become turns this process into the real go command.
func become(program string, args []string) int {
	err := syscall.Exec(program, append([]string{"go"}, args...), os.Environ())
	fmt.Fprintln(os.Stderr, "perceiver-kernel:", program+":", err)
	return 1
}
