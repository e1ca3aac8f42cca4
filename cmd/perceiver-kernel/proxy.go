// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// proxy stands between a Jupyter client and GoNB. What it changes on the way:
//
//   - cells are handed on one by one, and those that wait are aborted after an error or an interrupt (GoNB runs on);
//   - an error holds the last words of the program instead of "exit status 1", and they are shown once;
//   - is_complete is answered, which consoles need (GoNB says nothing);
//   - kernel_info names the language in full, and no version, which would end up in every file;
//   - replies to control messages go to the control channel (GoNB sends them to the other one);
//   - unsigned and malformed messages stop here (GoNB stops at the first of them);
//   - all messages to the client are of one session (GoNB's are of the client that asked, and JupyterLab drops what it is
//     busy with when a message of another session comes: with two pages open on a notebook, outputs would be lost);
//   - after kernel_info the client is told whether the kernel is busy (JupyterLab shows "Unknown" otherwise);
//   - heartbeats, and questions for the history, which is empty, are answered here.
type proxy struct {
	key     []byte
	session string
	tmp     string // where the shim says that it builds

	shell, control, stdin, pub zmq4.Socket                 // towards the client
	back                       map[string]*wire.Conn       // towards GoNB, by channel
	sending                    map[zmq4.Socket]*sync.Mutex // one message at a time

	queue queue
	limit limit // of what a cell prints
	last  last  // words of a program that ends

	mu       sync.Mutex
	toldStop bool            // the client asked for a shutdown
	controls map[string]bool // control messages that wait for an answer

	pumps sync.WaitGroup // goroutines that bring messages from GoNB
}

// startTime is how long GoNB may take to listen.
const startTime = time.Minute

// startProxy listens for the client and connects to GoNB as soon as that listens.
func startProxy(front, inner wire.Connection, tmp string) (*proxy, error) {
	ctx := context.Background()
	p := &proxy{
		key: []byte(front.Key), session: wire.NewID(), tmp: tmp,
		shell: zmq4.NewRouter(ctx), control: zmq4.NewRouter(ctx), stdin: zmq4.NewRouter(ctx), pub: zmq4.NewPub(ctx),
		back: map[string]*wire.Conn{}, sending: map[zmq4.Socket]*sync.Mutex{}, controls: map[string]bool{},
	}
	p.queue.abort = p.abort
	p.last.wait, p.last.publish = lastWait, func(m *wire.Message) { p.send(p.pub, m) }
	hb := zmq4.NewRep(ctx)
	for channel, s := range map[string]zmq4.Socket{wire.Shell: p.shell, wire.Control: p.control, wire.Stdin: p.stdin, wire.IOPub: p.pub, wire.HB: hb} {
		p.sending[s] = &sync.Mutex{}
		if err := s.Listen(front.Address(channel)); err != nil {
			return nil, fmt.Errorf("the %s channel: %w; is another kernel using this connection file?", channel, err)
		}
	}
	go func() {
		for {
			m, err := hb.Recv()
			if err != nil {
				return
			}
			hb.Send(m)
		}
	}()
	p.pumps.Add(1)
	go func() {
		defer p.pumps.Done()
		if err := p.connect(inner); err != nil {
			fmt.Fprintln(os.Stderr, "perceiver-kernel: GoNB does not answer:", err)
			return
		}
		p.pumps.Go(func() { p.pump(wire.Shell, p.fromShell) })
		p.pumps.Go(func() { p.pump(wire.Control, p.fromShell) })
		p.pumps.Go(func() { p.pump(wire.Stdin, func(m *wire.Message) { p.send(p.stdin, m) }) })
		p.pumps.Go(func() { p.pump(wire.IOPub, p.fromIOPub) })
		go p.listen(p.shell, p.toShell)
		go p.listen(p.control, p.toControl)
		go p.listen(p.stdin, func(m *wire.Message) { p.pass(wire.Stdin, m) })
	}()
	return p, nil
}

// connect connects to GoNB, and returns when its iopub channel is heard too: a subscription takes effect at some time
// after it was sent, and what is published before is lost.
func (p *proxy) connect(inner wire.Connection) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	for channel, kind := range map[string]zmq4.SocketType{wire.Shell: zmq4.Dealer, wire.Control: zmq4.Dealer, wire.Stdin: zmq4.Dealer, wire.IOPub: zmq4.Sub} {
		c, err := wire.Dial(ctx, inner.Address(channel), kind, p.session)
		if err != nil {
			return err
		}
		p.back[channel] = c
	}
	heard := make(chan error, 1)
	go func() {
		_, err := p.back[wire.IOPub].Recv()
		heard <- err
	}()
	for {
		m, err := wire.New("kernel_info_request", p.session, nil, struct{}{})
		if err != nil {
			return err
		}
		if err := p.back[wire.Shell].Send(m.Frames(p.key)); err != nil {
			return err
		}
		select {
		case err := <-heard:
			return err // replies to these requests name no client, so they are dropped below
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// listen brings messages of the client to do, until the socket is closed.
func (p *proxy) listen(s zmq4.Socket, do func(*wire.Message)) {
	for {
		z, err := s.Recv()
		if err != nil {
			return
		}
		m, err := wire.Parse(z.Frames, p.key)
		if err != nil {
			fmt.Fprintln(os.Stderr, "perceiver-kernel: a message was dropped:", err)
			continue
		}
		do(m)
	}
}

// pump brings messages of GoNB to do, until GoNB ends.
func (p *proxy) pump(channel string, do func(*wire.Message)) {
	for {
		frames, err := p.back[channel].Recv()
		if err != nil {
			return
		}
		m, err := wire.Parse(frames, p.key)
		if err != nil {
			continue
		}
		if err := m.SetSession(p.session); err == nil {
			do(m)
		}
	}
}

func (p *proxy) send(s zmq4.Socket, m *wire.Message) {
	p.sending[s].Lock()
	defer p.sending[s].Unlock()
	s.SendMulti(zmq4.NewMsgFrom(m.Frames(p.key)...)) // fails when the client has gone, and then nobody waits for it
}

func (p *proxy) pass(channel string, m *wire.Message) {
	p.back[channel].Send(m.Frames(p.key)) // fails when GoNB has ended, which the launcher sees
}

// toShell takes a message of the client's shell channel.
func (p *proxy) toShell(m *wire.Message) {
	switch m.Header.Type {
	case "execute_request":
		var c struct {
			Stop *bool `json:"stop_on_error"`
		}
		if err := m.Decode(&c); err != nil {
			fmt.Fprintln(os.Stderr, "perceiver-kernel: a message was dropped:", err)
			return
		}
		if next := p.queue.add(m, c.Stop == nil || *c.Stop); next != nil {
			p.pass(wire.Shell, next)
		}
	case "is_complete_request":
		var c struct{ Code string }
		if err := m.Decode(&c); err == nil {
			p.reply(p.shell, m, "is_complete_reply", isComplete(c.Code))
		}
	case "history_request":
		p.reply(p.shell, m, "history_reply", map[string]any{"status": "ok", "history": []any{}})
	case "shutdown_request":
		p.noteShutdown()
		p.pass(wire.Shell, m)
	default:
		p.pass(wire.Shell, m)
	}
}

// toControl takes a message of the client's control channel.
func (p *proxy) toControl(m *wire.Message) {
	switch m.Header.Type {
	case "interrupt_request":
		p.queue.interrupt()
		p.interruptBuild()
	case "shutdown_request":
		p.noteShutdown()
	}
	p.mu.Lock()
	p.controls[m.Header.ID] = true
	p.mu.Unlock()
	p.pass(wire.Control, m)
}

// fromShell takes a reply of GoNB.
func (p *proxy) fromShell(m *wire.Message) {
	if len(m.Identities) == 0 {
		return // answers what the proxy itself asked
	}
	p.mu.Lock()
	control := p.controls[m.Parent.ID]
	delete(p.controls, m.Parent.ID)
	p.mu.Unlock()
	switch {
	case control:
		p.send(p.control, m)
	case m.Header.Type == "kernel_info_reply":
		var c map[string]any
		if m.Decode(&c) == nil {
			c["language_info"] = map[string]any{
				"name": "go", "file_extension": ".go", "mimetype": "text/x-go", "pygments_lexer": "go", "codemirror_mode": "go", "version": "",
			}
			m.Encode(c)
		}
		p.send(p.shell, m)
		p.tellState()
	case m.Header.Type == "execute_reply":
		var c struct{ Status string }
		m.Decode(&c)
		failed := c.Status == "error"
		if failed {
			p.enrich(m, p.queue.words(m.Parent.ID, lateStderr), "")
		}
		p.send(p.shell, m)
		if next := p.queue.done(m.Parent.ID, failed); next != nil {
			p.pass(wire.Shell, next)
		}
	default:
		p.send(p.shell, m)
	}
}

// lateStderr is how long an error reply waits for the error on the iopub channel, behind which there is no more stderr.
const lateStderr = time.Second

// fromIOPub takes a message that GoNB publishes.
func (p *proxy) fromIOPub(m *wire.Message) {
	if m.Parent.Session == p.session {
		return // busy and idle of the proxy's own requests
	}
	switch m.Header.Type {
	case "stream":
		var c struct{ Name, Text string }
		if m.Decode(&c) != nil {
			break
		}
		if c.Name == "stderr" {
			p.queue.heard(m.Parent.ID, c.Text)
			if p.last.keep(m, c.Text) {
				return
			}
		}
		if ok, tell := p.limit.text(m.Parent.ID, len(c.Text)); !ok {
			if !tell {
				return
			}
			m.Encode(map[string]any{"name": "stderr", "text": tooMuch})
		}
	case "display_data", "update_display_data", "execute_result":
		shrink(m)
	case "error":
		held, text := p.last.take(m.Parent.ID)
		if before := p.enrich(m, p.queue.words(m.Parent.ID, 0), text); before != "" {
			held.Encode(map[string]any{"name": "stderr", "text": before})
			p.send(p.pub, held)
		}
		p.queue.sawError(m.Parent.ID)
	case "status": // after which a cell has nothing to say
		p.last.letGo()
	}
	p.send(p.pub, m)
}

// enrich puts the last words of the program into an error: what it wrote to stderr, and of that what was held back. It
// returns what is no part of the error.
func (p *proxy) enrich(m *wire.Message, w words, held string) (before string) {
	var c map[string]any
	if m.Decode(&c) != nil {
		return held
	}
	evalue, _ := c["evalue"].(string)
	if name, value, trace, ok := w.explain(evalue); ok {
		before, trace = divide(held, evalue, trace)
		c["ename"], c["evalue"], c["traceback"] = name, value, trace
		m.Encode(c)
	} else if reason, ok := buildError(evalue); ok {
		c["ename"], c["evalue"] = "build failed", reason // the traceback shows the lines of the cell
		m.Encode(c)
	}
	return before
}

func (p *proxy) reply(s zmq4.Socket, to *wire.Message, kind string, content any) {
	m, err := wire.New(kind, p.session, to.RawHeader, content)
	if err != nil {
		return
	}
	m.Identities = to.Identities
	p.send(s, m)
}

// abort answers a cell that is not run, since one before it failed.
func (p *proxy) abort(m *wire.Message) {
	p.publishState(m.RawHeader, "busy")
	p.reply(p.shell, m, "execute_reply", map[string]any{"status": "aborted"})
	p.publishState(m.RawHeader, "idle")
}

// tellState publishes whether a cell runs, as an answer to nothing.
func (p *proxy) tellState() {
	state := "idle"
	if p.queue.busy() {
		state = "busy"
	}
	p.publishState(nil, state)
}

func (p *proxy) publishState(parent json.RawMessage, state string) {
	m, err := wire.New("status", p.session, parent, map[string]string{"execution_state": state})
	if err != nil {
		return
	}
	m.Identities = [][]byte{[]byte("status")}
	p.send(p.pub, m)
}

// interruptBuild interrupts the building of a cell; GoNB passes interrupts to running programs only.
func (p *proxy) interruptBuild() {
	b, err := os.ReadFile(filepath.Join(p.tmp, buildPID))
	if err != nil {
		return // nothing is being built
	}
	if pid, err := strconv.Atoi(string(b)); err == nil && pid > 1 {
		if builder, err := os.FindProcess(pid); err == nil {
			builder.Signal(os.Interrupt)
		}
	}
}

func (p *proxy) noteShutdown() {
	p.mu.Lock()
	p.toldStop = true
	p.mu.Unlock()
}

// shutDown says whether the client asked for the end.
func (p *proxy) shutDown() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.toldStop
}

// drain waits until what GoNB said last, its reply to a shutdown, is on its way.
func (p *proxy) drain() {
	within(time.Second, p.pumps.Wait)
	time.Sleep(20 * time.Millisecond) // the iopub socket sends in the background
}
