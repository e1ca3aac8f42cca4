// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// temp is the kernel's private folder, and the guard that removes it.
//
// The guard is a process of its own that waits for the end of a pipe, which comes whatever way the launcher ends, killed
// included. Then it ends what GoNB started and removes the folder. Programs that left for a session of their own, as
// detached runs do, live on.
type temp struct {
	dir  string
	lock *os.File
	pipe io.WriteCloser
	cmd  *exec.Cmd
}

const tempPrefix = "perceiver-kernel-"

func newTemp(parent string) (*temp, error) {
	dir, err := os.MkdirTemp(parent, tempPrefix)
	if err != nil {
		return nil, fmt.Errorf("no folder for the cells: %w", err)
	}
	t := &temp{dir: dir}
	self, err := os.Executable()
	if err == nil {
		t.lock, err = os.Create(filepath.Join(dir, "lock"))
	}
	if err == nil {
		err = lock(t.lock)
	}
	if err == nil {
		t.cmd = exec.Command(self, "-guard", dir)
		t.cmd.Stderr = os.Stderr
		ownSession(t.cmd, t.lock) // locked as long as either process lives
		t.pipe, err = t.cmd.StdinPipe()
	}
	if err == nil {
		err = t.cmd.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("the kernel's folder %s: %w", dir, err)
	}
	return t, nil
}

// guards names the process group that is to end with the launcher.
func (t *temp) guards(pid int) { fmt.Fprintln(t.pipe, pid) }

// close lets the guard do its work and waits for it.
func (t *temp) close() {
	t.pipe.Close()
	within(5*time.Second, func() { t.cmd.Wait() })
}

// patience is how long what GoNB started may take to save its work after an interrupt.
const patience = 3 * time.Second

// guard waits for the end of the pipe, ends the groups named on it and removes the folder.
func guard(pipe io.Reader, dir string) {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	var groups []int
	for s := bufio.NewScanner(pipe); s.Scan(); {
		if pid, err := strconv.Atoi(strings.TrimSpace(s.Text())); err == nil && pid > 1 {
			groups = append(groups, pid)
		}
	}
	for _, g := range groups {
		endGroup(g, patience)
	}
	if strings.HasPrefix(filepath.Base(dir), tempPrefix) {
		os.RemoveAll(dir)
	}
}

// clearStale removes folders of kernels whose guard was killed too, or that a power cut ended. A folder in use is locked;
// a very young one may be on its way to that.
func clearStale(parent string) {
	if !canLock {
		return
	}
	dirs, _ := filepath.Glob(filepath.Join(parent, tempPrefix+"*"))
	for _, dir := range dirs {
		if s, err := os.Stat(dir); err != nil || !s.IsDir() || time.Since(s.ModTime()) < time.Minute {
			continue
		}
		f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0)
		if err != nil {
			continue
		}
		if lock(f) == nil {
			os.RemoveAll(dir)
		}
		f.Close()
	}
}
