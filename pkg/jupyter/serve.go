// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package jupyter

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options say how a program is started. Root is needed, the zero value of the rest is what most want.
type Options struct {
	Root    string       // the folder that is shown; its kernels are those in Root/jupyter
	Open    string       // notebook to open, relative to Root; "": none
	Port    int          // on this machine only; 0: 8888, or the next that is free
	Env     []string     // KEY=value for the program and its kernels, besides the environment of this process
	Log     io.Writer    // what it says; nil: nothing
	Started func(string) // called with the address, token included, when it answers
}

const (
	firstPort = 8888
	startTime = 2 * time.Minute
	endTime   = 10 * time.Second
)

// Serve runs the program of a virtual environment from Install until ctx ends. It listens on this machine only, and
// wants a token that is new each time. When it returns, the program and its kernels have ended. The error is nil when
// ctx, or a user who chose File > Shut Down, ended it.
func Serve(ctx context.Context, app App, venv string, o Options) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP) // the terminal was closed
	defer stop()
	port, err := choosePort(o.Port)
	if err != nil {
		return err
	}
	var secret [24]byte
	rand.Read(secret[:])
	token := hex.EncodeToString(secret[:])

	said := &tail{to: o.Log}
	cmd := exec.CommandContext(ctx, interpreter(venv), arguments(app, o.Root, port)...)
	// The token is in the environment, since other users of the machine see command lines.
	cmd.Env = append(append(os.Environ(), "JUPYTER_TOKEN="+token, "JUPYTER_PATH="+kernelPath(o.Root)), o.Env...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = o.Root, said, said
	cmd.Cancel = func() error {
		said.silence() // that it was told to end is no news
		return terminate(cmd.Process)
	}
	cmd.WaitDelay = endTime
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s does not start: %w", app.Name, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	base := "http://127.0.0.1:" + strconv.Itoa(port)
	if err := answer(ctx, base, token, ended); err != nil {
		if ctx.Err() != nil {
			<-ended
			return nil
		}
		cmd.Process.Kill()
		return fmt.Errorf("%s does not start: %w%s", app.Name, err, said.quote())
	}
	if o.Started != nil {
		o.Started(address(app, base, o.Open, token))
	}
	err = <-ended
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("%s ended: %w%s", app.Name, err, said.quote())
}

// arguments are those of the interpreter.
func arguments(app App, root string, port int) []string {
	args := []string{"-m", app.module, "--no-browser",
		"--ServerApp.ip=127.0.0.1", "--ServerApp.port=" + strconv.Itoa(port), "--ServerApp.port_retries=0",
		"--ServerApp.root_dir=" + root,
		"--ServerApp.answer_yes=True", // Ctrl-C reaches it too, and must not make it ask back
		"--ServerApp.log_level=ERROR", "--LabApp.log_level=ERROR", "--" + app.class + ".log_level=ERROR",
	}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	return args
}

// kernelPath puts the committed kernel before those that are installed.
func kernelPath(root string) string {
	path := filepath.Join(root, "jupyter")
	if more := os.Getenv("JUPYTER_PATH"); more != "" {
		path += string(os.PathListSeparator) + more
	}
	return path
}

// address is the page that a browser is to open.
func address(app App, base, open, token string) string {
	u := base + app.home
	if open != "" {
		u = base + app.page + (&url.URL{Path: filepath.ToSlash(open)}).EscapedPath()
	}
	return u + "?token=" + token
}

// choosePort is the port that was asked for, if it is free, or the first free one from 8888 on.
func choosePort(want int) (int, error) {
	free := func(port int) bool {
		l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if err != nil {
			return false
		}
		l.Close()
		return true
	}
	if want < 0 || want > 65535 {
		return 0, fmt.Errorf("port %d: it must be between 1 and 65535", want)
	}
	if want > 0 {
		if !free(want) {
			return 0, fmt.Errorf("port %d is in use or not allowed; choose another, or none to get one that is free", want)
		}
		return want, nil
	}
	for port := firstPort; port < firstPort+50; port++ {
		if free(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no port between %d and %d is free; choose one", firstPort, firstPort+49)
}

// answer waits until the program answers to the token.
func answer(ctx context.Context, base, token string, ended chan error) error {
	deadline := time.NewTimer(startTime)
	defer deadline.Stop()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			ended <- err
			return errors.New("its program ended")
		case <-deadline.C:
			return fmt.Errorf("it does not answer after %s", startTime)
		case <-again.C:
		}
		ask, cancel := context.WithTimeout(ctx, 5*time.Second)
		r, err := http.NewRequestWithContext(ask, http.MethodGet, base+"/api/status", nil)
		if err == nil {
			r.Header.Set("Authorization", "token "+token)
			var reply *http.Response
			if reply, err = http.DefaultClient.Do(r); err == nil {
				reply.Body.Close()
				if reply.StatusCode == http.StatusOK {
					cancel()
					return nil
				}
			}
		}
		cancel()
	}
}

// terminate asks a process to end.
func terminate(p *os.Process) error {
	if runtime.GOOS == "windows" {
		return p.Kill()
	}
	return p.Signal(syscall.SIGTERM)
}

// OpenBrowser opens a page in the user's browser.
func OpenBrowser(page string) error {
	command := []string{"xdg-open", page}
	switch runtime.GOOS {
	case "darwin":
		command[0] = "open"
	case "windows":
		command = []string{"rundll32", "url.dll,FileProtocolHandler", page}
	}
	cmd := exec.Command(command[0], command[1:]...)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // some browsers stay as long as their window
	return nil
}

// tail passes on what a program writes, and keeps the end of it.
type tail struct {
	mu sync.Mutex
	to io.Writer
	b  []byte
}

const maxTail = 4 << 10

// Write never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.to != nil {
		t.to.Write(p)
	}
	t.b = append(t.b, p...)
	if n := len(t.b); n > maxTail {
		t.b = append([]byte(nil), t.b[n-maxTail:]...)
	}
	return len(p), nil
}

// silence passes on nothing from here on.
func (t *tail) silence() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.to = io.Discard
}

// quote is what was written, if it was not passed on.
func (t *tail) quote() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := strings.TrimSpace(string(bytes.ToValidUTF8(t.b, nil))); s != "" && t.to == nil {
		return "; it says:\n" + s
	}
	return ""
}
