// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Killed is the state of a run whose run.json says that it runs, while its process is gone. It goes on when it is
// started again.
const Killed = "killed"

// State is how the run stands: the status of run.json, or Killed.
func (r *Run) State() string { return State(r.Dir, r.Info) }

// State is how the run in a folder stands, where its run.json is known already.
func State(dir string, info Info) string {
	if info.Status == Running && !Held(dir) {
		return Killed
	}
	return info.Status
}

// Held reports whether a process trains in a run folder. It asks who took the lock and whether they live, so that it
// does not stand in the way of one that is about to take it; of a process on another machine it assumes that it lives.
func Held(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, lockFile))
	if err != nil {
		return false
	}
	var pid int
	var host string
	if n, _ := fmt.Sscanf(strings.TrimSpace(string(b)), "process %d on %s", &pid, &host); n < 2 {
		return false
	}
	if here, _ := os.Hostname(); host != here {
		return true
	}
	return alive(pid)
}

// A Lock holds a folder for one process, as Create holds a run folder.
type Lock struct{ flock *flock.Flock }

// Hold takes the lock of a folder, which must exist. Where another process has it, the error is a *HeldError. The
// system frees the lock when the process ends, however it ends.
func Hold(dir string) (*Lock, error) {
	path := filepath.Join(dir, lockFile)
	lock := flock.New(path)
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", dir, err)
	}
	if !held {
		holder, _ := os.ReadFile(path)
		return nil, &HeldError{dir, strings.TrimSpace(string(holder))}
	}
	host, _ := os.Hostname()
	if err := os.WriteFile(path, fmt.Appendf(nil, "process %d on %s\n", os.Getpid(), host), 0o644); err != nil {
		lock.Close()
		return nil, fmt.Errorf("folder %s: %w", dir, err)
	}
	return &Lock{lock}, nil
}

// Close lets the folder go.
func (l *Lock) Close() error {
	_ = os.Truncate(l.flock.Path(), 0) // who reads it later is not sent after a process that has gone on to other things
	return l.flock.Close()
}
