// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Perceiver-kernel is the Jupyter kernel of this module: GoNB, started in such a way that the cells of a notebook see the
// Go module around them at the versions of its go.mod, behind a proxy that mends what Jupyter clients miss in GoNB.
//
//	perceiver-kernel CONNECTION_FILE [flags for GoNB]
//	perceiver-kernel -prepare    builds GoNB and goimports, so that no notebook waits for that
//
// A Jupyter client starts it through jupyter/kernels/perceiver-go/kernel.json, with `go run`, in the folder of the notebook.
// Nothing needs to be installed: GoNB and goimports are tools of the module.
//
//	main.go    the launcher: finds module and tools, starts GoNB, ends when it or the client ends
//	module.go  gives GoNB's temporary module the requirements of the module around the notebook
//	shim.go    stands in for the go command that GoNB calls
//	guard.go   a second process that cleans up, whatever way the launcher ended
//	proxy.go   passes messages between the client and GoNB
//	queue.go   cells that wait; they are aborted after an error or an interrupt
//	limit.go   how much a cell may print and show
//	words.go   the last words of a program, for the error message
//	last.go    holds them back until the error message, which shows them
//	complete.go  whether a console should run the cell or ask for another line
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// What the launcher tells the shim, through the environment.
const (
	envGo     = "PERCEIVER_KERNEL_GO"     // the real go command
	envModule = "PERCEIVER_KERNEL_MODULE" // the go.mod of the module around the notebook
	envTemp   = "PERCEIVER_KERNEL_TMP"    // the kernel's private folder
)

// envHome is, where the kernel was installed for a user, the module of notebooks that are in none.
const envHome = "PERCEIVER_KERNEL_HOME"

func main() {
	if name := filepath.Base(os.Args[0]); name == "go" || name == "go.exe" {
		os.Exit(shim(os.Args[1:]))
	}
	if len(os.Args) == 3 && os.Args[1] == "-guard" {
		guard(os.Stdin, os.Args[2])
		return
	}
	if len(os.Args) == 2 && os.Args[1] == "-prepare" {
		if _, err := findModule(); err != nil {
			fmt.Fprintln(os.Stderr, "perceiver-kernel:", err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) < 2 || strings.HasPrefix(os.Args[1], "-") {
		fmt.Fprintln(os.Stderr, "use: perceiver-kernel CONNECTION_FILE (a Jupyter client does this; see jupyter/kernels/perceiver-go/kernel.json)")
		os.Exit(2)
	}
	if err := launch(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "perceiver-kernel:", err)
		os.Exit(1)
	}
}

// launch runs GoNB behind the proxy until GoNB ends, a signal comes, or the client is gone.
func launch(file string, flags []string) error {
	gone := parentGone() // before anything that takes time
	stop := make(chan os.Signal, 4)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	front, err := wire.ReadConnection(file)
	if err != nil {
		return err
	}
	mod, err := findModule()
	if err != nil {
		return err
	}
	clearStale(os.TempDir())
	tmp, err := newTemp(os.TempDir())
	if err != nil {
		return err
	}
	defer tmp.close()
	env, err := mod.prepare(tmp.dir)
	if err != nil {
		return err
	}
	inner := wire.Local(tmp.dir, front.Key)
	p, err := startProxy(front, inner, tmp.dir)
	if err != nil {
		return err
	}
	innerFile := filepath.Join(tmp.dir, filepath.Base(file)) // GoNB reads the kernel's id from the name
	if err := inner.Write(innerFile); err != nil {
		return err
	}
	args := append([]string{"--kernel", innerFile, "-raw_error", "-logtostderr=false", "-stderrthreshold=3", "-log_file=" + os.DevNull}, flags...)
	gonb := exec.Command(mod.gonb, args...)
	gonb.Env, gonb.Stdout, gonb.Stderr = env, os.Stderr, os.Stderr
	ownGroup(gonb)
	if err := gonb.Start(); err != nil {
		return fmt.Errorf("GoNB does not start: %w", err)
	}
	tmp.guards(gonb.Process.Pid)
	ended := make(chan error, 1)
	go func() { ended <- gonb.Wait() }()

	for {
		select {
		case err := <-ended:
			p.drain()
			if err != nil && !p.shutDown() {
				return fmt.Errorf("GoNB ended: %w", err)
			}
			return nil
		case s := <-stop:
			if s == os.Interrupt {
				gonb.Process.Signal(s) // interrupts the cell
				continue
			}
		case <-gone:
		}
		end(gonb.Process, ended)
		return nil
	}
}

// end asks GoNB to stop, and leaves what does not to the guard.
func end(p *os.Process, ended <-chan error) {
	p.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		p.Kill()
		<-ended
	}
}

// around is the Go module around the notebook, and the tools that it names.
type around struct {
	dir, file, goCommand, gonb, goimports, goflags string // dir: where the go command runs; "": here
}

func (m *around) none() bool { return m.file == "" || m.file == os.DevNull }

// findModule finds the module of the working directory. It builds GoNB and goimports where that was not done yet, which
// takes a minute on a fresh machine.
func findModule() (*around, error) {
	m := &around{goCommand: os.Getenv(envGo)} // set when a cell starts a kernel of its own
	if m.goCommand == "" {
		path, err := exec.LookPath("go")
		if err != nil {
			return nil, errors.New("there is no go command on PATH; install Go, or start the notebook from a shell that finds it")
		}
		if m.goCommand, err = filepath.Abs(path); err != nil {
			return nil, err
		}
	}
	out, err := m.run("env", "-json", "GOMOD", "GOFLAGS")
	if err != nil {
		return nil, err
	}
	var env struct{ GOMOD, GOFLAGS string }
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	m.file, m.goflags = env.GOMOD, env.GOFLAGS
	if m.none() && os.Getenv(envHome) != "" {
		m.dir, m.file = os.Getenv(envHome), filepath.Join(os.Getenv(envHome), "go.mod")
		if _, err := os.Stat(m.file); err != nil {
			return nil, fmt.Errorf("the kernel was installed from a folder that is gone: %w; in a clone, run: go run ./cmd/perceiver kernel install", err)
		}
	}
	if m.none() {
		dir, _ := os.Getwd()
		return nil, fmt.Errorf("the notebook's folder %s is in no Go module; move the notebook into a clone of the module", dir)
	}
	var wait sync.WaitGroup
	var errs [2]error
	for i, tool := range []struct{ name, path string }{{"gonb", "github.com/janpfeifer/gonb"}, {"goimports", "golang.org/x/tools/cmd/goimports"}} {
		wait.Go(func() {
			out, err := m.run("tool", "-n", tool.name)
			if err != nil {
				errs[i] = fmt.Errorf("%w\n%s must be a tool of %s: go get -tool %s", err, tool.name, m.file, tool.path)
			}
			*[]*string{&m.gonb, &m.goimports}[i] = strings.TrimSpace(string(out))
		})
	}
	wait.Wait()
	return m, errors.Join(errs[:]...)
}

// run runs the go command and returns what it writes; its complaints are in the error.
func (m *around) run(args ...string) ([]byte, error) {
	cmd := exec.Command(m.goCommand, args...)
	cmd.Dir = m.dir
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(complaints.String()))
	}
	return out, nil
}

// prepare puts the shim and goimports into a folder that stands first on PATH, and returns GoNB's environment.
func (m *around) prepare(tmp string) ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(tmp, "bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		return nil, err
	}
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	if err := place(self, filepath.Join(bin, "go"+suffix)); err != nil {
		return nil, err
	}
	if err := place(m.goimports, filepath.Join(bin, "goimports"+suffix)); err != nil {
		return nil, err
	}
	// A workspace named in the environment would rule the temporary module too, which is none of its members.
	env := []string{}
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); name != "GOWORK" {
			env = append(env, e)
		}
	}
	return append(env,
		"TMPDIR="+tmp, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GOFLAGS="+cellFlags(m.goflags),
		envGo+"="+m.goCommand, envModule+"="+m.file, envTemp+"="+tmp), nil
}

// Linking is most of what a cell waits for. Without the symbol table it takes half the time, and with Go's own linker in
// place of the C one, where that is known to work, a third.
const (
	stripped = "-ldflags=-s"
	internal = "'-ldflags=-s -linkmode=internal'" // the quotes belong to the value
)

func cellFlags(users string) string {
	flags := []string{}
	for f := range strings.FieldsSeq(users) {
		if f != "-mod=vendor" { // the temporary module has no vendor folder
			flags = append(flags, f)
		}
	}
	flags = append(flags, "-buildvcs=false")
	if strings.Contains(users, "-ldflags") {
		return strings.Join(flags, " ")
	}
	if runtime.GOOS == "linux" {
		return strings.Join(append(flags, internal), " ")
	}
	return strings.Join(append(flags, stripped), " ")
}

// place makes a program available under another name.
func place(from, to string) error {
	if os.Symlink(from, to) == nil {
		return nil
	}
	b, err := os.ReadFile(from) // systems on which users may not make links
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o700)
}

// parentGone is closed when the process that started the launcher has ended, or the Jupyter client behind it. Killed
// clients say no goodbye, and a kernel without a client would stay for ever.
func parentGone() <-chan struct{} {
	gone := make(chan struct{})
	parent, client := os.Getppid(), os.Getenv("JPY_PARENT_PID")
	go func() {
		for range time.Tick(time.Second) {
			if os.Getppid() != parent || client != "" && !alive(client) {
				close(gone)
				return
			}
		}
	}()
	return gone
}

// within runs f and waits for it, but no longer than a time.
func within(d time.Duration, f func()) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	go func() { defer cancel(); f() }()
	<-ctx.Done()
}
