// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The guard ends the group, one member of which does not listen to interrupts, and removes the folder.
func TestGuard(t *testing.T) {
	dir := filepath.Join(t.TempDir(), tempPrefix+"x")
	write(t, filepath.Join(dir, "deep", "file"), "x")
	cmd := exec.Command("sh", "-c", "trap '' INT TERM; sleep 1000 & wait; wait")
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	reaped := make(chan struct{})
	go func() { cmd.Wait(); close(reaped) }()
	guard(strings.NewReader(fmt.Sprintf("nonsense\n1\n%d\n", cmd.Process.Pid)), dir)
	<-reaped
	if err := syscall.Kill(cmd.Process.Pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the process is still there (%v)", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there (%v)", err)
	}
}

// A folder of another name is not the kernel's to remove.
func TestGuardKeepsOthers(t *testing.T) {
	dir := t.TempDir()
	guard(strings.NewReader(""), dir)
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}

func TestClearStale(t *testing.T) {
	parent := t.TempDir()
	folder := func(name string, age time.Duration) string {
		dir := filepath.Join(parent, name)
		write(t, filepath.Join(dir, "lock"), "")
		if err := os.Chtimes(dir, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	stale, young := folder(tempPrefix+"1", time.Hour), folder(tempPrefix+"2", 0)
	used, other := folder(tempPrefix+"3", time.Hour), folder("other", time.Hour)
	f, err := os.OpenFile(filepath.Join(used, "lock"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := lock(f); err != nil {
		t.Fatal(err)
	}
	clearStale(parent)
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Error("the stale folder is still there")
	}
	for _, dir := range []string{young, used, other} {
		if _, err := os.Stat(dir); err != nil {
			t.Error(err)
		}
	}
}

func TestAlive(t *testing.T) {
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Skip(err)
	}
	if alive(fmt.Sprint(cmd.Process.Pid)) || !alive(fmt.Sprint(os.Getpid())) || !alive("not a number") {
		t.Error("who is alive is not known")
	}
}
