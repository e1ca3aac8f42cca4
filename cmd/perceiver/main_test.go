// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"perceiver": main})
}

// TestScripts runs testdata/script/*.txtar, each in a folder of its own, with the real program.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			// The plugin and the compiled programs are where they are for the rest of the tests.
			for _, k := range []string{"HOME", "XDG_CACHE_HOME", "GOMLX_BACKEND", "PERCEIVER_CACHE_DIR", "GOCACHE", "GOMODCACHE", "GOPATH"} {
				if v, ok := os.LookupEnv(k); ok {
					e.Setenv(k, v)
				}
			}
			model, err := filepath.Abs("../../pkg/published/testdata/optical_flow_small")
			if err != nil {
				return err
			}
			e.Setenv("MODEL", model)
			e.Setenv("PERCEIVER_NO_INSTALL", "1")
			e.Setenv("PERCEIVER_RUNS", filepath.Join(e.WorkDir, "runs"))
			return prose(filepath.Join(e.WorkDir, "prose.txt"))
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code":      code,
			"interrupt": interrupt,
			"save":      saveNow,
			"jsonhas":   jsonHas,
			"picture":   picture,
			"sparse":    sparse,
			"same":      same,
		},
	})
}

// prose writes a text of made-up sentences, some 60 kB of it.
func prose(path string) error {
	words := strings.Fields("the light of a prism is bent more or less by every ray that falls upon it and colours appear where white was")
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for b.Len() < 60_000 {
		fmt.Fprintf(&b, "%s ", words[r.IntN(len(words))])
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// command makes the process that a line of a script asks for.
func command(ts *testscript.TestScript, args []string) (*exec.Cmd, *bytes.Buffer, *bytes.Buffer) {
	path, err := exec.LookPath(args[0])
	if p := ts.Getenv("PATH"); err != nil || p != "" {
		for _, dir := range filepath.SplitList(p) {
			if _, err := os.Stat(filepath.Join(dir, args[0])); err == nil {
				path = filepath.Join(dir, args[0])
				break
			}
		}
	}
	cmd := exec.Command(path, args[1:]...)
	var out, talk bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), &out, &talk
	for _, k := range []string{"PATH", "HOME", "XDG_CACHE_HOME", "GOMLX_BACKEND", "PERCEIVER_CACHE_DIR", "PERCEIVER_NO_INSTALL", "PERCEIVER_RUNS", "GOCACHE", "GOMODCACHE", "GOPATH", "TMPDIR"} {
		if v := ts.Getenv(k); v != "" {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
	}
	return cmd, &out, &talk
}

func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	return -1
}

// code N COMMAND... checks the exit code, that what is said is short, and that it is no trace of Go's. Later words of the
// form /text must stand in what was said.
func code(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var run, texts []string
	for _, a := range args[1:] {
		if t, ok := strings.CutPrefix(a, "~"); ok {
			texts = append(texts, t)
			continue
		}
		run = append(run, a)
	}
	cmd, out, talk := command(ts, run)
	got := exitCode(cmd.Run())
	ts.Logf("[stdout]\n%s[stderr]\n%s", out, talk)
	if got != want {
		ts.Fatalf("%v: exit code %d, want %d", run, got, want)
	}
	for _, text := range texts {
		if !strings.Contains(talk.String(), text) {
			ts.Fatalf("%v: stderr does not speak of %q", run, text)
		}
	}
	if strings.Contains(talk.String(), "goroutine ") || strings.Contains(talk.String(), "panic:") {
		ts.Fatalf("%v: a trace of Go's was shown", run)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), out.Bytes(), 0o644))
}

// interrupt FILE COMMAND... starts the command, interrupts it as Ctrl-C does when FILE, which may be a pattern, is there,
// and wants exit code 130.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	r := begin(ts, args[1:])
	r.await(args[0])
	r.interrupt()
}

// save READY SAVED COMMAND... starts the command, asks it to save by the signal USR1 when the file READY is there, waits
// until SAVED is there, and then interrupts it.
func saveNow(ts *testscript.TestScript, neg bool, args []string) {
	r := begin(ts, args[2:])
	r.await(args[0])
	if _, err := os.Stat(ts.MkAbs(args[1])); err == nil {
		ts.Fatalf("%s is there before it was asked for", args[1])
	}
	ts.Check(r.cmd.Process.Signal(syscall.SIGUSR1))
	r.await(args[1])
	r.interrupt()
}

// begun is a command that runs.
type begun struct {
	ts        *testscript.TestScript
	cmd       *exec.Cmd
	out, talk *bytes.Buffer
	ended     chan error
}

func begin(ts *testscript.TestScript, args []string) *begun {
	r := &begun{ts: ts, ended: make(chan error, 1)}
	r.cmd, r.out, r.talk = command(ts, args)
	ts.Check(r.cmd.Start())
	go func() { r.ended <- r.cmd.Wait() }()
	return r
}

// await waits for a file, whose name may be a pattern.
func (r *begun) await(pattern string) {
	for {
		if there, _ := filepath.Glob(r.ts.MkAbs(pattern)); there != nil {
			return
		}
		select {
		case err := <-r.ended:
			r.ts.Fatalf("%v ended before there was %s: %v\n%s", r.cmd.Args, pattern, err, r.talk)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (r *begun) interrupt() {
	r.ts.Check(r.cmd.Process.Signal(os.Interrupt))
	got := exitCode(<-r.ended)
	r.ts.Logf("[stdout]\n%s[stderr]\n%s", r.out, r.talk)
	if got != interrupted {
		r.ts.Fatalf("%v: exit code %d after an interrupt, want %d", r.cmd.Args, got, interrupted)
	}
	r.ts.Check(os.WriteFile(r.ts.MkAbs("out"), r.out.Bytes(), 0o644))
}

// jsonhas FILE PATH... checks that the last line of a file is JSON with these keys, as metrics.accuracy or status=done.
func jsonHas(ts *testscript.TestScript, neg bool, args []string) {
	lines := strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")
	var value any
	ts.Check(json.Unmarshal([]byte(lines[len(lines)-1]), &value))
	for _, a := range args[1:] {
		path, want, equal := strings.Cut(a, "=")
		v := value
		for _, key := range strings.Split(path, ".") {
			m, _ := v.(map[string]any)
			if v = m[key]; v == nil {
				ts.Fatalf("%s has no %s: %s", args[0], path, lines[len(lines)-1])
			}
		}
		if equal && fmt.Sprint(v) != want {
			ts.Fatalf("%s is %v, want %s", path, v, want)
		}
	}
}

// sparse FILE SIZE makes a file with a hole of that many bytes.
func sparse(ts *testscript.TestScript, neg bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), nil, 0o644))
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// picture FILE WIDTH HEIGHT writes a PNG picture.
func picture(ts *testscript.TestScript, neg bool, args []string) {
	width, err := strconv.Atoi(args[1])
	ts.Check(err)
	height, err := strconv.Atoi(args[2])
	ts.Check(err)
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i)
	}
	var b bytes.Buffer
	ts.Check(png.Encode(&b, img))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

// same FILE FILE compares the bytes of two files; in a name, STEP stands for the folder that checkpoints/latest names.
func same(ts *testscript.TestScript, neg bool, args []string) {
	a, b := ts.ReadFile(args[0]), ts.ReadFile(args[1])
	if (a == b) == neg {
		ts.Fatalf("%s and %s: the same is %v", args[0], args[1], a == b)
	}
}
