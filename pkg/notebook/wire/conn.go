// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package wire

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// Conn is a client's end of one ZeroMQ connection. Recv is for one goroutine; Send and Close are for any.
//
// It is a connection rather than a zmq4 socket, because closing it ends everything that belongs to it: a socket keeps
// goroutines that block on what nobody reads any more.
type Conn struct {
	raw  net.Conn
	zmtp *zmq4.Conn
	mu   sync.Mutex // one message at a time
}

const (
	dialAgain     = 20 * time.Millisecond
	handshakeTime = 5 * time.Second
)

// Dial connects to an address, and tries until it answers or the context ends: a kernel needs a moment to listen. The kind
// is zmq4.Dealer, or zmq4.Sub, which subscribes to everything. Connections that share an identity are one client to a kernel.
func Dial(ctx context.Context, address string, kind zmq4.SocketType, identity string) (*Conn, error) {
	network, path, ok := strings.Cut(address, "://")
	if !ok {
		return nil, fmt.Errorf("address %s has no transport", address)
	}
	if network == "ipc" {
		network = "unix"
	}
	for {
		c, err := dialOnce(ctx, network, path, kind, identity)
		if err == nil {
			return c, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("no answer from %s: %w (%v)", address, context.Cause(ctx), err)
		case <-time.After(dialAgain):
		}
	}
}

func dialOnce(ctx context.Context, network, path string, kind zmq4.SocketType, identity string) (*Conn, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, network, path)
	if err != nil {
		return nil, err
	}
	if err := raw.SetDeadline(time.Now().Add(handshakeTime)); err != nil {
		raw.Close()
		return nil, err
	}
	z, err := zmq4.Open(raw, null.Security(), kind, zmq4.SocketIdentity(identity), false, nil)
	if err == nil && kind == zmq4.Sub {
		err = z.SendMsg(zmq4.NewMsg([]byte{1})) // 1: subscribe, to the empty topic
	}
	if err == nil {
		err = raw.SetDeadline(time.Time{})
	}
	if err != nil {
		raw.Close()
		return nil, err
	}
	return &Conn{raw: raw, zmtp: z}, nil
}

// Send writes one message.
func (c *Conn) Send(frames [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.zmtp.SendMsg(zmq4.NewMsgFrom(frames...))
}

// Recv waits for the next message; it fails when either side closes.
func (c *Conn) Recv() ([][]byte, error) {
	for {
		m, err := c.zmtp.RecvMsg()
		if err != nil {
			return nil, err
		}
		if m.Type != zmq4.CmdMsg { // pings and the like are answered inside
			return m.Frames, nil
		}
	}
}

// Close ends the connection, and a Recv that waits.
func (c *Conn) Close() error { return c.raw.Close() }
