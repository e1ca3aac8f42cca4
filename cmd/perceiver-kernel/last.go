// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// last holds back what a program writes to stderr when it is about to end: the error that follows says it, and a cell
// that shows its error twice is hard to read. The zero value, with publish set, holds nothing.
type last struct {
	publish func(*wire.Message)
	wait    time.Duration // how long something is held back; a program that wrote it may go on after all

	mu    sync.Mutex
	cell  string // the request that it is the answer to
	first *wire.Message
	text  string
	timer *time.Timer
}

// lastWait is long, as nothing else waits for it: what is published in the meantime passes.
const lastWait = 5 * time.Second

// ending matches what stands in the last words of a program: Go's own, and those of display.Fail, which are a message and
// places in the cell.
var ending = regexp.MustCompile(`(?m)^(panic: |fatal error: |main\.\S+\n\t)`)

// keep takes a piece of stderr, where it is part of the last words or comes after them.
func (l *last) keep(m *wire.Message, text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first != nil && l.cell == m.Parent.ID {
		if len(l.text)+len(text) > maxTail {
			l.release()
			return false
		}
		l.text += text
		return true
	}
	l.release()
	if !ending.MatchString(text) && !exited.MatchString(strings.TrimSpace(strings.TrimPrefix(text, "^C"))) {
		return false
	}
	l.cell, l.first, l.text = m.Parent.ID, m, text
	l.timer = time.AfterFunc(l.wait, l.letGo)
	return true
}

// take returns what is held of a cell, and forgets it. The message is nil where there is nothing.
func (l *last) take(cell string) (*wire.Message, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first == nil || l.cell != cell {
		return nil, ""
	}
	m, text := l.first, l.text
	l.forget()
	return m, text
}

// letGo publishes what is held.
func (l *last) letGo() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.release()
}

func (l *last) release() {
	if l.first == nil {
		return
	}
	l.first.Encode(map[string]any{"name": "stderr", "text": l.text})
	l.publish(l.first)
	l.forget()
}

func (l *last) forget() {
	l.timer.Stop()
	l.first, l.text = nil, ""
}

// divide divides the last words into what is no part of the error, such as lines that the program wrote just before, and
// the error's trace. Where they are too long for a trace, or are not there, the trace stays as it is.
func divide(held, evalue string, trace []string) (before string, lines []string) {
	held = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(held), evalue))
	if held == "" {
		return "", trace
	}
	if at := strings.LastIndex(held, trace[0]); strings.HasPrefix(plain(trace[0]), "panic: ") && at >= 0 {
		before, held = held[:at], held[at:]
	}
	if lines = strings.Split(held, "\n"); len(lines) > traceLines {
		if before == "" && lines[0] != trace[0] {
			return held + "\n", trace
		}
		lines = lines[:traceLines]
	}
	return before, lines
}
