// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

func TestDivide(t *testing.T) {
	long := strings.TrimSuffix(strings.Repeat("line\n", traceLines+5), "\n")
	for name, x := range map[string]struct {
		held, evalue  string
		trace         []string
		before, lines string
	}{
		"nothing held":     {"", "exit status 1", []string{"a"}, "", "a"},
		"only the status":  {"exit status 1\n", "exit status 1", []string{"a"}, "", "a"},
		"a panic":          {"step 2\npanic: boom\n\ngoroutine 1\nexit status 2\n", "exit status 2", []string{"panic: boom", "", "goroutine 1"}, "step 2\n", "panic: boom\n\ngoroutine 1"},
		"a message of two": {"first\nsecond\nmain.main\n\tplace\nexit status 1", "exit status 1", []string{"second", "main.main", "\tplace"}, "", "first\nsecond\nmain.main\n\tplace"},
		"a long panic":     {"panic: x\n" + long, "exit status 2", []string{"panic: x"}, "", "panic: x\n" + strings.TrimSuffix(strings.Repeat("line\n", traceLines-1), "\n")},
		"a long message":   {long + "\nend\nmain.main\n\tplace", "exit status 1", []string{"end"}, long + "\nend\nmain.main\n\tplace\n", "end"},
	} {
		before, lines := divide(x.held, x.evalue, x.trace)
		if before != x.before || strings.Join(lines, "\n") != x.lines {
			t.Errorf("%s: %q and %q", name, before, lines)
		}
	}
}

// A program that writes as if it ended, and goes on, is heard all the same.
func TestLastWordsAreLetGo(t *testing.T) {
	heard := make(chan string, 9)
	l := last{wait: time.Millisecond, publish: func(m *wire.Message) {
		var c struct{ Text string }
		json.Unmarshal(m.Content, &c)
		heard <- c.Text
	}}
	say := func(cell, text string) bool {
		m, err := wire.New("stream", "s", json.RawMessage(`{"msg_id":"`+cell+`"}`), map[string]string{"name": "stderr", "text": text})
		if err != nil {
			t.Fatal(err)
		}
		m.Parent.ID = cell
		return l.keep(m, text)
	}
	if say("a", "working\n") {
		t.Error("what is no end was held back")
	}
	if !say("a", "panic: not yet\n") {
		t.Error("an end was not held back")
	}
	if got := <-heard; got != "panic: not yet\n" {
		t.Errorf("heard %q", got)
	}
	l.wait = time.Hour
	if !say("a", "panic: at last\n") || !say("a", "goroutine 1\n") || !say("b", "fatal error: b\n") {
		t.Error("an end was not held back")
	}
	if got := <-heard; got != "panic: at last\ngoroutine 1\n" {
		t.Errorf("heard %q when the next cell ended", got)
	}
	if m, text := l.take("a"); m != nil {
		t.Errorf("%q is held of a cell that was let go", text)
	}
	if m, text := l.take("b"); m == nil || text != "fatal error: b\n" {
		t.Errorf("%q is held", text)
	}
	if !say("b", "panic: ") || say("b", strings.Repeat("x", maxTail)) {
		t.Error("more was held back than may be")
	}
	if got := <-heard; got != "panic: " {
		t.Errorf("heard %q", got)
	}
}

// An error is shown once: what the program wrote before its end is on stderr, its end in the error.
func TestProxyShowsAnErrorOnce(t *testing.T) {
	w := newWorld(t)
	id := w.execute("a", true)
	cell := <-w.cells
	w.publish(cell, "stream", map[string]any{"name": "stderr", "text": "step 1\n"})
	w.publish(cell, "stream", map[string]any{"name": "stderr", "text": "step 2\npanic: boom\n"})
	w.publish(cell, "stream", map[string]any{"name": "stdout", "text": "late"})
	w.fail(cell, "\ngoroutine 1 [running]:\nmain.main()\n\t[[ Cell [1] Line 2 ]]\n")
	if got := w.reply(w.shell, id); got["evalue"] != "boom" {
		t.Errorf("the reply is %v", got)
	}
	for _, want := range []string{`"text":"step 1\n"`, `"text":"late"`, `"text":"step 2\n"`, `"traceback":["panic: boom","","goroutine 1 [running]:","main.main()"`} {
		if m := <-w.iopub; !strings.Contains(string(m.Content), want) {
			t.Errorf("published %s, want %s", m.Content, want)
		}
	}
	select {
	case m := <-w.iopub:
		t.Errorf("published %s too", m.Content)
	default:
	}
}
