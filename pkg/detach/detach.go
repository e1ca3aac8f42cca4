// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package detach

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// startTime is how long a copy may take until it comes to its call of Start.
const startTime = time.Minute

// Here says whether this program is a copy that Start made.
func Here() bool { return os.Getenv(envDir) != "" }

// Start starts a function that goes on without this program, and returns when it runs. Where it runs already, that is
// all: a cell may be run again. The folder is made; it is for this function alone. The context of the function ends
// when it is asked to stop.
func Start(dir string, f func(ctx context.Context) error) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if own := os.Getenv(envDir); own == dir {
		os.Exit(serve(dir, f))
	} else if own != "" {
		return nil // the copy of another call, on its way there
	}
	if s, err := Ask(dir, Status); err == nil && s.Status == Running {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	program, err := copySelf(dir)
	if err != nil {
		return fmt.Errorf("detaching into %s: %w", dir, err)
	}
	os.Remove(filepath.Join(dir, stateFile))
	log, err := os.Create(filepath.Join(dir, logFile))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(program, os.Args[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = environment(os.Environ(), dir), log, log
	ownSession(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("detaching into %s: %w", dir, err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	late := time.After(startTime)
	for {
		if _, err := read(dir); err == nil {
			return nil
		}
		select {
		case <-ended:
			if _, err := read(dir); err == nil {
				return nil // it was as fast as that
			}
			return fmt.Errorf("the detached program ended before it came to this call of Start; it says:\n%s", end(log.Name()))
		case <-late:
			cmd.Process.Kill()
			return fmt.Errorf("the detached program did not come to this call of Start in %s: it should stand first", startTime)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// copySelf copies the program, whose own file may be gone before the copy starts, as that of a cell is.
func copySelf(dir string) (string, error) {
	from, err := os.Open("/proc/self/exe") // where there is one, it opens even what was deleted
	if err != nil {
		self, err := os.Executable()
		if err != nil {
			return "", err
		}
		if from, err = os.Open(self); err != nil {
			return "", err
		}
	}
	defer from.Close()
	path := filepath.Join(dir, programFile)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	os.Remove(path) // it may be running still
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	return path, errors.Join(err, to.Close())
}

// end is the end of a log.
func end(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(b[max(0, len(b)-2000):]), "?"))
}

// own is what the copy knows of itself.
var own struct {
	sync.Mutex
	note func() any
}

// saves has one place: a question that is asked twice before it is heard is one question.
var saves = make(chan struct{}, 1)

// Note sets what the answers of this copy carry, as JSON; the function is called for each answer.
func Note(f func() any) {
	own.Lock()
	defer own.Unlock()
	own.note = f
}

// Saves is sent to when this copy is asked to save its work.
func Saves() <-chan struct{} { return saves }

// serve runs the function, answers questions meanwhile, and returns the exit code.
func serve(dir string, f func(context.Context) error) int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	signal.Ignore(syscall.SIGHUP) // the end of a terminal is not ours
	socket, remove, err := socketPath(dir)
	if err != nil {
		return fail(err)
	}
	defer remove()
	l, err := net.Listen("unix", socket)
	if err != nil {
		return fail(err)
	}
	r := &record{State: State{Status: Running, PID: os.Getpid(), Started: time.Now().UTC().Truncate(time.Second)}, Socket: socket}
	if err := r.write(dir); err != nil {
		return fail(err)
	}
	var answers sync.WaitGroup
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			answers.Go(func() { answer(c, r.State, stop) })
		}
	}()
	err = run(ctx, f)
	r.Status, r.Socket, r.Note = Done, "", note()
	if err != nil {
		r.Status, r.Error = Failed, err.Error()
		fmt.Fprintln(os.Stderr, err)
	}
	if err := r.write(dir); err != nil { // before the socket goes: who finds none looks here
		return fail(err)
	}
	l.Close()
	answers.Wait()
	os.Remove(filepath.Join(dir, programFile))
	if r.Status == Failed {
		return 1
	}
	return 0
}

// run makes an error of a panic, so that it stands in state.json.
func run(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if e := recover(); e != nil {
			err = fmt.Errorf("panic: %v", e)
		}
	}()
	return f(ctx)
}

func answer(c net.Conn, s State, stop func()) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(answerTime))
	question, err := bufio.NewReader(io.LimitReader(c, 100)).ReadString('\n')
	if err != nil {
		return
	}
	s.Note = note()
	b, err := json.Marshal(s)
	if err != nil {
		return
	}
	c.Write(append(b, '\n'))
	switch strings.TrimSpace(question) { // after the answer: the program may end at once
	case Stop:
		stop()
	case Save:
		select {
		case saves <- struct{}{}:
		default:
		}
	}
}

func note() json.RawMessage {
	own.Lock()
	f := own.note
	own.Unlock()
	if f == nil {
		return nil
	}
	b, err := json.Marshal(f())
	if err != nil {
		return nil
	}
	return b
}

// longestSocket is what most systems allow a socket's path.
const longestSocket = 100

// socketPath is a path for the socket: in the folder, or in a short private one where that is too long.
func socketPath(dir string) (path string, remove func(), err error) {
	path = filepath.Join(dir, "socket")
	if len(path) <= longestSocket {
		os.Remove(path) // of one that was killed
		return path, func() { os.Remove(path) }, nil
	}
	parent := os.TempDir()
	if len(parent) > longestSocket-40 {
		parent = "/tmp"
	}
	short, err := os.MkdirTemp(parent, "perceiver-")
	if err != nil {
		return "", nil, err
	}
	return filepath.Join(short, "socket"), func() { os.RemoveAll(short) }, nil
}
