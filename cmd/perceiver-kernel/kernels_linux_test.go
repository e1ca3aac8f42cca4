// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// kernels says how many kernels TestKernelsLeaveNothing starts; PERCEIVER_KERNELS asks for more.
func kernels() int {
	if n, err := strconv.Atoi(os.Getenv("PERCEIVER_KERNELS")); err == nil {
		return n
	}
	return 10
}

// Kernels of the real program, two at a time, end in every way that there is: asked by the client, told by a signal,
// killed, with GoNB killed, and with a client that was killed. No process and no folder is left, and what a cell prints reaches
// the client of its kernel.
func TestKernelsLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("starts kernels")
	}
	tmp, err := os.MkdirTemp("", "pk") // a short path, for sockets
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	program := filepath.Join(tmp, "perceiver-kernel")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	mark := "PERCEIVER_TEST_KERNEL=" + filepath.Base(tmp) + "/"
	private := filepath.Join(tmp, "tmp")
	if err := os.Mkdir(private, 0o700); err != nil {
		t.Fatal(err)
	}
	ways := []func(*started){asked, told, killed, gonbKilled, clientKilled}
	var wait sync.WaitGroup
	turns := make(chan int, kernels())
	for i := range kernels() {
		turns <- i
	}
	close(turns)
	for range 2 {
		wait.Go(func() {
			for i := range turns {
				s := start(t, program, filepath.Join(tmp, strconv.Itoa(i)), mark, "TMPDIR="+private)
				if s == nil {
					return
				}
				if i < 2 {
					s.prints(fmt.Sprint("kernel ", i))
				}
				ways[i%len(ways)](s)
				s.gone()
			}
		})
	}
	wait.Wait()
	left := "?"
	for end := time.Now().Add(20 * time.Second); left != "" && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		left = ""
		for _, pid := range marked(mark) {
			cmd, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
			left += strings.ReplaceAll(string(cmd), "\x00", " ") + "\n"
		}
		files, _ := filepath.Glob(private + "/*")
		left += strings.Join(files, "\n")
	}
	if left != "" {
		t.Errorf("left behind:\n%s", left)
		for _, pid := range marked(mark) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// marked are the processes that have the mark in their environment, this one aside.
func marked(mark string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		if b, _ := os.ReadFile(f); pid != os.Getpid() && strings.Contains(string(b), mark) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// started is a kernel that answers.
type started struct {
	t      *testing.T
	at     wire.Connection
	cmd    *exec.Cmd
	client *exec.Cmd // stands for the Jupyter server
	mark   string    // in the environment of its processes, and of no others
	ended  chan struct{}
	shell  *wire.Conn
	io     *wire.Conn
	id     string
}

func start(t *testing.T, program, dir, mark string, env ...string) *started {
	s := &started{t: t, mark: mark + filepath.Base(dir) + "\x00", ended: make(chan struct{}), id: wire.NewID()}
	fail := func(err error) *started {
		if err != nil {
			t.Errorf("kernel %s: %v", dir, err)
			return nil
		}
		return s
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fail(err)
	}
	s.at = wire.Local(dir, wire.NewID())
	file := filepath.Join(dir, "kernel-"+s.id+".json")
	if err := s.at.Write(file); err != nil {
		return fail(err)
	}
	s.client = exec.Command("sleep", "1000")
	if err := s.client.Start(); err != nil {
		return fail(err)
	}
	go s.client.Wait()
	s.cmd = exec.Command(program, file)
	s.cmd.Env = append(os.Environ(), append(env, mark+filepath.Base(dir), fmt.Sprintf("JPY_PARENT_PID=%d", s.client.Process.Pid))...)
	if err := s.cmd.Start(); err != nil {
		return fail(err)
	}
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	return fail(s.answers())
}

// answers waits until the kernel answers on both channels.
func (s *started) answers() (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if s.shell, err = wire.Dial(ctx, s.at.Address(wire.Shell), zmq4.Dealer, s.id); err != nil {
		return err
	}
	if s.io, err = wire.Dial(ctx, s.at.Address(wire.IOPub), zmq4.Sub, s.id); err != nil {
		return err
	}
	s.send(s.shell, "kernel_info_request", struct{}{})
	answered := make(chan error, 1)
	go func() { _, err := s.shell.Recv(); answered <- err }()
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *started) send(c *wire.Conn, kind string, content any) string {
	m, err := wire.New(kind, s.id, nil, content)
	if err == nil {
		err = c.Send(m.Frames([]byte(s.at.Key)))
	}
	if err != nil {
		s.t.Error(err)
	}
	return m.Header.ID
}

// prints runs a cell that prints a text, and wants that text and no other on the iopub channel.
func (s *started) prints(text string) {
	id := s.send(s.shell, "execute_request", map[string]any{"code": fmt.Sprintf("%%%%\nfmt.Println(%q)", text), "silent": false, "store_history": true, "allow_stdin": false})
	for {
		frames, err := s.io.Recv()
		if err != nil {
			s.t.Error(err)
			return
		}
		m, err := wire.Parse(frames, []byte(s.at.Key))
		if err != nil {
			s.t.Errorf("%s hears: %v", text, err)
			return
		}
		if m.Parent.ID != id {
			continue
		}
		var c struct {
			Text  string
			State string `json:"execution_state"`
		}
		m.Decode(&c)
		if m.Header.Type == "stream" && c.Text != text+"\n" {
			s.t.Errorf("%s hears %q", text, c.Text)
		}
		if c.Text == text+"\n" {
			return
		}
		if c.State == "idle" {
			s.t.Errorf("%s was not printed", text)
			return
		}
	}
}

// gone waits until the launcher has ended, and ends what stood for the client.
func (s *started) gone() {
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		s.t.Error("the launcher does not end")
		s.cmd.Process.Kill()
		<-s.ended
	}
	s.client.Process.Kill()
	s.shell.Close()
	s.io.Close()
}

func asked(s *started) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := wire.Dial(ctx, s.at.Address(wire.Control), zmq4.Dealer, s.id)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer c.Close()
	s.send(c, "shutdown_request", map[string]bool{"restart": false})
	c.Recv()
}

func told(s *started)   { s.cmd.Process.Signal(syscall.SIGTERM) }
func killed(s *started) { s.cmd.Process.Kill() }

func gonbKilled(s *started) {
	for _, pid := range marked(s.mark) {
		if exe, _ := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); strings.HasSuffix(exe, "/gonb") {
			syscall.Kill(pid, syscall.SIGKILL)
			return
		}
	}
	s.t.Error("GoNB does not run")
}

func clientKilled(s *started) { s.client.Process.Kill() }
