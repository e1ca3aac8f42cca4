// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// world is a client and a stand-in for GoNB with the proxy between them. Like GoNB, the stand-in answers everything on
// its shell channel, in the session of who asked.
type world struct {
	t              *testing.T
	key            []byte
	shell, control *wire.Conn // the client's
	iopub          chan *wire.Message
	router, pub    zmq4.Socket        // GoNB's
	cells          chan *wire.Message // that reach GoNB
	interrupts     chan *wire.Message
	states         chan string // of the kernel, published as an answer to nothing
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "px")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	sub := func(name string) string {
		if err := os.Mkdir(dir+"/"+name, 0o700); err != nil {
			t.Fatal(err)
		}
		return dir + "/" + name
	}
	front := wire.Local(sub("f"), "key")
	inner := wire.Local(sub("b"), "key")
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	w := &world{t: t, key: []byte("key"), router: zmq4.NewRouter(ctx), pub: zmq4.NewPub(ctx),
		cells: make(chan *wire.Message, 10), interrupts: make(chan *wire.Message, 10), iopub: make(chan *wire.Message, 100), states: make(chan string, 10)}
	p, err := startProxy(front, inner, dir)
	if err != nil {
		t.Fatal(err)
	}
	control, stdin := zmq4.NewRouter(ctx), zmq4.NewRouter(ctx)
	for channel, s := range map[string]zmq4.Socket{wire.Shell: w.router, wire.Control: control, wire.Stdin: stdin, wire.IOPub: w.pub} {
		if err := s.Listen(inner.Address(channel)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
	}
	for _, s := range []zmq4.Socket{w.router, control} {
		go func() {
			for {
				z, err := s.Recv()
				if err != nil {
					return
				}
				m, err := wire.Parse(z.Frames, w.key)
				if err != nil {
					t.Errorf("GoNB got a bad message: %v", err)
					continue
				}
				switch m.Header.Type {
				case "kernel_info_request":
					w.publish(m, "status", map[string]any{"execution_state": "idle"})
					w.answer(m, "kernel_info_reply", map[string]any{"status": "ok", "implementation": "gonb", "language_info": map[string]any{"name": "go", "version": "go1.99"}})
				case "interrupt_request":
					w.interrupts <- m
					w.answer(m, "interrupt_reply", map[string]any{"status": "ok"})
				default:
					w.cells <- m
				}
			}
		}()
	}
	dial := func(channel string, kind zmq4.SocketType) *wire.Conn {
		c, err := wire.Dial(ctx, front.Address(channel), kind, "client")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	w.shell, w.control = dial(wire.Shell, zmq4.Dealer), dial(wire.Control, zmq4.Dealer)
	io := dial(wire.IOPub, zmq4.Sub)
	go func() {
		for {
			f, err := io.Recv()
			if err != nil {
				return
			}
			m, err := wire.Parse(f, w.key)
			if err != nil {
				continue
			}
			if m.Header.Session != p.session {
				t.Errorf("a %s is of session %q, not of the kernel's", m.Header.Type, m.Header.Session)
			}
			switch {
			case m.Header.Type != "status":
				w.iopub <- m
			case m.Parent.ID == "":
				w.states <- string(m.Content)
			}
		}
	}()
	return w
}

func (w *world) answer(to *wire.Message, kind string, content any) {
	m, _ := wire.New(kind, to.Header.Session, to.RawHeader, content)
	m.Identities = to.Identities
	w.router.SendMulti(zmq4.NewMsgFrom(m.Frames(w.key)...))
}

func (w *world) publish(to *wire.Message, kind string, content any) {
	m, _ := wire.New(kind, to.Header.Session, to.RawHeader, content)
	m.Identities = [][]byte{[]byte(kind)}
	w.pub.SendMulti(zmq4.NewMsgFrom(m.Frames(w.key)...))
}

// ask sends a request and returns its identifier.
func (w *world) ask(c *wire.Conn, kind string, content any) string {
	w.t.Helper()
	m, err := wire.New(kind, "client", nil, content)
	if err == nil {
		err = c.Send(m.Frames(w.key))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return m.Header.ID
}

// reply waits for the next reply and checks what it answers.
func (w *world) reply(c *wire.Conn, to string) map[string]any {
	w.t.Helper()
	frames, err := c.Recv()
	if err != nil {
		w.t.Fatal(err)
	}
	m, err := wire.Parse(frames, w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	if m.Header.Session == "client" {
		w.t.Errorf("a %s is of the client's own session", m.Header.Type)
	}
	if m.Parent.ID != to {
		w.t.Fatalf("%s answers %s, and %s was asked", m.Header.Type, m.Parent.ID, to)
	}
	var content map[string]any
	json.Unmarshal(m.Content, &content)
	return content
}

func (w *world) execute(code string, stop bool) string {
	w.t.Helper()
	return w.ask(w.shell, "execute_request", map[string]any{"code": code, "stop_on_error": stop})
}

func (w *world) ok(cell *wire.Message) {
	w.answer(cell, "execute_reply", map[string]any{"status": "ok"})
}

func (w *world) fail(cell *wire.Message, stderr string) {
	e := map[string]any{"status": "error", "ename": "ERROR", "evalue": "exit status 1", "traceback": []string{"exit status 1"}}
	w.publish(cell, "stream", map[string]any{"name": "stderr", "text": stderr})
	w.publish(cell, "stream", map[string]any{"name": "stderr", "text": "exit status 1\n"})
	w.publish(cell, "error", e)
	w.answer(cell, "execute_reply", e)
}

func TestProxyAborts(t *testing.T) {
	w := newWorld(t)
	a, b, c := w.execute("a", true), w.execute("b", true), w.execute("c", true)
	cell := <-w.cells
	if cell.Header.ID != a {
		t.Fatal("the cells come in another order")
	}
	// Everything that the client sent is with the proxy once it answers a later question.
	q := w.ask(w.shell, "is_complete_request", map[string]any{"code": "%%"})
	if got := w.reply(w.shell, q); got["status"] != "incomplete" {
		t.Errorf("is_complete: %v", got)
	}
	w.fail(cell, "data x: no such file\n")
	if got := w.reply(w.shell, a); got["status"] != "error" || got["evalue"] != "data x: no such file" || got["ename"] != "exit status 1" {
		t.Errorf("the reply is %v", got)
	}
	for _, id := range []string{b, c} {
		if got := w.reply(w.shell, id); got["status"] != "aborted" {
			t.Errorf("a cell after a failing one: %v", got)
		}
	}
	for _, want := range []string{`"text":"data x: no such file\n"`, `"evalue":"data x: no such file"`} {
		if m := <-w.iopub; !strings.Contains(string(m.Content), want) {
			t.Errorf("published %s, want %s", m.Content, want)
		}
	}
	select {
	case m := <-w.cells:
		t.Errorf("%s ran", m.Content)
	default:
	}
	d := w.execute("d", true) // afterwards all is as before
	w.ok(<-w.cells)
	if got := w.reply(w.shell, d); got["status"] != "ok" {
		t.Error(got)
	}
}

func TestProxyRunsOnWhenAsked(t *testing.T) {
	w := newWorld(t)
	a, b := w.execute("a", false), w.execute("b", true)
	w.fail(<-w.cells, "x\n")
	w.reply(w.shell, a)
	w.ok(<-w.cells)
	if got := w.reply(w.shell, b); got["status"] != "ok" {
		t.Error(got)
	}
}

func TestProxyInterrupt(t *testing.T) {
	w := newWorld(t)
	a, b := w.execute("a", true), w.execute("b", true)
	cell := <-w.cells
	w.reply(w.shell, w.ask(w.shell, "is_complete_request", map[string]any{"code": ""}))
	i := w.ask(w.control, "interrupt_request", map[string]any{})
	<-w.interrupts
	if got := w.reply(w.control, i); got["status"] != "ok" { // GoNB sent it to the shell channel
		t.Error(got)
	}
	w.ok(cell) // the program saved and ended well
	if got := w.reply(w.shell, a); got["status"] != "ok" {
		t.Error(got)
	}
	if got := w.reply(w.shell, b); got["status"] != "aborted" {
		t.Errorf("after an interrupt the next cell is %v", got)
	}
}

func TestProxyKernelInfo(t *testing.T) {
	w := newWorld(t)
	got := w.reply(w.shell, w.ask(w.shell, "kernel_info_request", map[string]any{}))
	info, _ := got["language_info"].(map[string]any)
	if got["implementation"] != "gonb" || info["pygments_lexer"] != "go" || info["version"] != "" {
		t.Error(got)
	}
}

// JupyterLab asks for kernel_info and the history when it opens a notebook, and shows the state that it is told then.
func TestProxyTellsItsState(t *testing.T) {
	w := newWorld(t)
	for _, want := range []string{"idle", "busy"} {
		w.reply(w.shell, w.ask(w.shell, "kernel_info_request", map[string]any{}))
		if got := <-w.states; !strings.Contains(got, want) {
			t.Errorf("the state is %s, want %s", got, want)
		}
		if want == "idle" {
			w.execute("a", true)
			<-w.cells
		}
	}
	if got := w.reply(w.shell, w.ask(w.shell, "history_request", map[string]any{})); fmt.Sprint(got["history"]) != "[]" {
		t.Errorf("the history is %v", got)
	}
}

// Unsigned, forged and malformed messages stop at the proxy, and it goes on.
func TestProxyDropsBadMessages(t *testing.T) {
	w := newWorld(t)
	m, _ := wire.New("execute_request", "client", nil, map[string]any{"code": "evil"})
	for _, f := range [][][]byte{
		m.Frames(nil), m.Frames([]byte("wrong")), {[]byte("junk")}, {[]byte("<IDS|MSG>")}, {{}},
	} {
		if err := w.shell.Send(f); err != nil {
			t.Fatal(err)
		}
		if err := w.control.Send(f); err != nil {
			t.Fatal(err)
		}
	}
	id := w.execute("good", true)
	cell := <-w.cells
	if cell.Header.ID != id || !strings.Contains(string(cell.Content), "good") {
		t.Fatalf("GoNB got %s", cell.Content)
	}
	w.ok(cell)
	w.reply(w.shell, id)
}

func TestStartProxyTaken(t *testing.T) {
	dir, err := os.MkdirTemp("", "px")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	at := wire.Local(dir, "key")
	write(t, strings.TrimPrefix(at.Address(wire.Shell), "ipc://"), "taken")
	if _, err := startProxy(at, at, dir); err == nil || !strings.Contains(fmt.Sprint(err), "shell channel") {
		t.Error(err)
	}
}
