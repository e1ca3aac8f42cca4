// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strings"
)

// tail is the end of a text.
type tail []byte

const maxTail = 64 << 10

func (t *tail) add(s string) {
	*t = append(*t, s...)
	if len(*t) > 2*maxTail {
		*t = append(tail(nil), (*t)[len(*t)-maxTail:]...)
	}
}

// words is what a cell's program left behind when it failed.
type words struct {
	stderr      string
	interrupted bool
}

// traceLines is how much of the program's last words an error repeats.
const traceLines = 60

var (
	exited = regexp.MustCompile(`^(exit status \d+|signal: [a-z ]+)$`)
	ansi   = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
)

// explain makes an error's name, value and traceback from the way the program ended, "exit status 1", and what it wrote
// last. It is not ok when there is nothing better to say: the cell did not compile, or the program wrote nothing.
func (w words) explain(evalue string) (name, value string, trace []string, ok bool) {
	if !exited.MatchString(evalue) {
		return "", "", nil, false
	}
	// GoNB ends stderr with the way the program ended.
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(w.stderr), evalue))
	lines := strings.Split(text, "\n")
	if text == "" {
		if !w.interrupted {
			return "", "", nil, false
		}
		return "interrupted", evalue, []string{"interrupted: " + evalue}, true
	}
	name, at := evalue, len(lines)-1
	for i := at; i >= 0; i-- {
		if l := plain(lines[i]); strings.HasPrefix(l, "panic: ") || strings.HasPrefix(l, "fatal error: ") {
			at = i
			name, value, _ = strings.Cut(l, ": ")
			break
		}
	}
	if value == "" {
		// An error printed with its stack ends in pairs of a function and an indented place; the message stands above.
		for at > 1 && strings.HasPrefix(lines[at], "\t") {
			at -= 2
		}
		for at > 0 && strings.TrimSpace(lines[at]) == "" {
			at--
		}
		value = plain(lines[at])
		if w.interrupted {
			name = "interrupted"
		}
	}
	lines = lines[at:]                          // what stands above was shown as it was written
	lines = lines[:min(len(lines), traceLines)] // the cell's own frames come first
	return name, value, lines, true
}

func plain(line string) string { return strings.TrimSpace(ansi.ReplaceAllString(line, "")) }

// buildError is what the compiler said of a cell, without the line that names GoNB's temporary package.
func buildError(evalue string) (string, bool) {
	head, reason, _ := strings.Cut(evalue, "\n")
	return strings.TrimSpace(reason), strings.HasPrefix(head, "# gonb_") && strings.TrimSpace(reason) != ""
}
