// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package detach

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"
)

// What can be asked.
const (
	Status = "status" // how it is
	Save   = "save"   // to save its work as soon as it can
	Stop   = "stop"   // to save its work and end
)

// How a detached function stands.
const (
	Running = "running"
	Done    = "done"
	Failed  = "failed"
	Lost    = "lost" // it was killed, or the machine was switched off: it ended without a word
)

// State is how a detached function stands.
type State struct {
	Status  string          `json:"status"`
	Error   string          `json:"error,omitempty"` // why it failed
	PID     int             `json:"pid"`
	Started time.Time       `json:"started"`
	Note    json.RawMessage `json:"note,omitempty"` // what the function says of itself, by Note
	Log     string          `json:"-"`              // file of what it printed
}

// record is state.json.
type record struct {
	State
	Socket string `json:"socket,omitempty"` // while it runs
}

// NotFoundError says that nothing was started in a folder.
type NotFoundError struct{ Dir string }

// Error names the folder.
func (e *NotFoundError) Error() string { return fmt.Sprintf("nothing was started in %s", e.Dir) }

const (
	stateFile   = "state.json"
	logFile     = "log"
	programFile = "program"

	answerTime = 10 * time.Second
	mostAnswer = 64 << 20
)

// Ask asks the function that was started in a folder, and returns how it stands. An answer to Stop or Save says that
// the question was heard, not that it is done. The error is a *NotFoundError where nothing was started.
func Ask(dir, question string) (*State, error) {
	if question != Status && question != Save && question != Stop {
		return nil, fmt.Errorf("%q cannot be asked; there are %q, %q and %q", question, Status, Save, Stop)
	}
	r, err := read(dir)
	if err != nil {
		return nil, err
	}
	if r.Status != Running {
		return &r.State, nil
	}
	s, err := dial(r.Socket, question)
	if err == nil {
		s.Log = r.Log
		return s, nil
	}
	// It may have ended between the two looks.
	if r, again := read(dir); again == nil && r.Status != Running {
		return &r.State, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fmt.Errorf("%s does not answer: %w", dir, err)
	}
	r.Status, r.Error = Lost, "it ended without a word"
	return &r.State, nil
}

func read(dir string) (*record, error) {
	b, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NotFoundError{dir}
	}
	if err != nil {
		return nil, err
	}
	r := &record{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, stateFile), err)
	}
	r.Log = filepath.Join(dir, logFile)
	return r, nil
}

// write writes state.json, whole or not at all.
func (r *record) write(dir string) error {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	aside := filepath.Join(dir, stateFile+".new")
	if err := os.WriteFile(aside, append(b, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(aside, filepath.Join(dir, stateFile))
}

// dial asks over the socket: a line each way.
func dial(socket, question string) (*State, error) {
	c, err := net.DialTimeout("unix", socket, answerTime)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(answerTime))
	if _, err := io.WriteString(c, question+"\n"); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(c, mostAnswer))
	if err != nil {
		return nil, err
	}
	s := &State{}
	if err := json.Unmarshal(bytes.TrimSpace(b), s); err != nil {
		return nil, err
	}
	return s, nil
}
