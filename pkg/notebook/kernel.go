// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// How long a kernel may take to end: after being asked, and after being told.
const (
	askedToEnd = 10 * time.Second
	toldToEnd  = 5 * time.Second
)

// kernel is a kernel that was started, and the client's side of its sockets.
type kernel struct {
	cmd     *exec.Cmd
	dir     string // of the connection file and the sockets
	session string
	key     []byte
	said    saying // what it writes to stdout and stderr

	shell, control, iopub *wire.Conn
	replies, published    chan *wire.Message
	ended                 chan struct{} // the process has
	closing               chan struct{}
	readers               sync.WaitGroup
}

// startKernel starts a kernel in a folder and waits until it answers on all channels.
func startKernel(ctx context.Context, argv []string, dir string, env []string) (*kernel, error) {
	tmp, err := os.MkdirTemp("", "perceiver-run-")
	if err != nil {
		return nil, fmt.Errorf("starting the kernel: %w", err)
	}
	k := &kernel{
		dir: tmp, session: wire.NewID(),
		replies: make(chan *wire.Message), published: make(chan *wire.Message),
		ended: make(chan struct{}), closing: make(chan struct{}),
	}
	if err := k.start(ctx, argv, dir, env); err != nil {
		k.stop()
		return nil, fmt.Errorf("the kernel does not start: %w%s", err, k.said.quote())
	}
	return k, nil
}

func (k *kernel) start(ctx context.Context, argv []string, dir string, env []string) error {
	at := wire.Local(k.dir, "")
	at.KernelName = KernelName
	k.key = []byte(at.Key)
	file := filepath.Join(k.dir, "kernel-"+k.session+".json")
	if err := at.Write(file); err != nil {
		return err
	}
	if _, err := wire.ReadConnection(file); err != nil { // the path may be too long for sockets
		return err
	}
	args := make([]string, len(argv))
	for i, a := range argv {
		args[i] = strings.ReplaceAll(a, connectionFile, file)
	}
	cmd := exec.Command(args[0], args[1:]...)
	// The variable is Jupyter's: a kernel ends when the process of that number has, even if that was killed.
	cmd.Dir, cmd.Env = dir, append(append(os.Environ(), fmt.Sprintf("JPY_PARENT_PID=%d", os.Getpid())), env...)
	cmd.Stdout, cmd.Stderr = &k.said, &k.said
	cmd.WaitDelay = toldToEnd // for what holds its output open
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	k.cmd = cmd
	go func() {
		defer close(k.ended)
		cmd.Wait()
	}()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // a kernel that has ended answers no more
		select {
		case <-k.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	if err := k.connect(ctx, at); err != nil {
		select {
		case <-k.ended:
			return fmt.Errorf("it ended with %s", cmd.ProcessState)
		default:
		}
		return err
	}
	return nil
}

func (k *kernel) connect(ctx context.Context, at wire.Connection) (err error) {
	for channel, c := range map[string]**wire.Conn{wire.Shell: &k.shell, wire.Control: &k.control, wire.IOPub: &k.iopub} {
		kind := zmq4.Dealer
		if channel == wire.IOPub {
			kind = zmq4.Sub
		}
		if *c, err = wire.Dial(ctx, at.Address(channel), kind, k.session); err != nil {
			return err
		}
	}
	k.readers.Go(func() { k.read(k.shell, k.replies) })
	k.readers.Go(func() { k.read(k.control, nil) })
	k.readers.Go(func() { k.read(k.iopub, k.published) })

	// A subscription takes effect at some time after it was sent, so the kernel is asked until both channels are heard.
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for replied, heard := false, false; !replied || !heard; {
		if _, err := k.send(k.shell, "kernel_info_request", struct{}{}); err != nil {
			return err
		}
		for waiting := true; waiting && (!replied || !heard); {
			select {
			case m := <-k.replies:
				replied = replied || m.Header.Type == "kernel_info_reply"
			case <-k.published:
				heard = true
			case <-again.C:
				waiting = false
			case <-ctx.Done():
				return fmt.Errorf("no answer to kernel_info_request: %w", context.Cause(ctx))
			}
		}
	}
	return nil
}

// read brings the messages of a connection to a channel, or nowhere, until the connection ends. Messages that are not
// signed with the kernel's key are dropped.
func (k *kernel) read(c *wire.Conn, to chan<- *wire.Message) {
	for {
		frames, err := c.Recv()
		if err != nil {
			return
		}
		m, err := wire.Parse(frames, k.key)
		if err != nil || to == nil {
			continue
		}
		select {
		case to <- m:
		case <-k.closing:
			return
		}
	}
}

// send sends a request and returns its identifier.
func (k *kernel) send(c *wire.Conn, kind string, content any) (string, error) {
	m, err := wire.New(kind, k.session, nil, content)
	if err != nil {
		return "", err
	}
	return m.Header.ID, c.Send(m.Frames(k.key))
}

// stop ends the kernel: asked, then told, then killed with all its process group. It returns when the process and all
// goroutines have ended, and the folder is gone.
func (k *kernel) stop() {
	close(k.closing)
	if k.cmd != nil {
		if k.control != nil {
			k.send(k.control, "shutdown_request", map[string]bool{"restart": false})
			k.wait(askedToEnd)
		}
		tellToEnd(k.cmd.Process)
		k.wait(toldToEnd)
		killGroup(k.cmd.Process)
		<-k.ended
	}
	for _, c := range []*wire.Conn{k.shell, k.control, k.iopub} {
		if c != nil {
			c.Close()
		}
	}
	k.readers.Wait()
	os.RemoveAll(k.dir)
}

func (k *kernel) wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-k.ended:
	case <-t.C:
	}
}

var errEnded = errors.New("the kernel ended while the cell was running")

// saying keeps the end of what a kernel writes.
type saying struct {
	mu sync.Mutex
	b  []byte
}

const maxSaying = 8 << 10

// Write never fails.
func (s *saying) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.b = append(s.b, p...)
	if n := len(s.b); n > maxSaying {
		s.b = append([]byte(nil), s.b[n-maxSaying:]...)
	}
	return len(p), nil
}

// quote is what was written, on lines of its own, or nothing.
func (s *saying) quote() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := bytes.TrimSpace(s.b); len(t) > 0 {
		return "; it says:\n" + string(bytes.ToValidUTF8(t, nil))
	}
	return ""
}
