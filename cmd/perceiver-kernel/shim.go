// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// shim is the go command as GoNB sees it. In GoNB's temporary module it
//
//   - seeds the module when GoNB makes it (go mod init);
//   - answers GoNB's bare `go get` with success, since everything is required already; this saves a third of a second a
//     cell, and a look for the latest versions in the network;
//   - can be interrupted while it builds, builds again with the C linker where Go's own gives up, and says how a package
//     that is in no requirement gets there.
//
// Everything else is the real command.
func shim(args []string) int {
	real := os.Getenv(envGo)
	if real == "" {
		fmt.Fprintln(os.Stderr, "perceiver-kernel: this stand-in for the go command works inside the kernel only")
		return 2
	}
	dir, err := os.Getwd()
	tmp := os.Getenv(envTemp)
	if err != nil || len(args) == 0 || tmp == "" || !sameFile(filepath.Dir(dir), tmp) {
		return become(real, args)
	}
	switch {
	case slices.Equal(args, []string{"get"}), slices.Equal(args, []string{"get", "-t"}):
		return 0
	case len(args) > 1 && args[0] == "mod" && args[1] == "init":
		if code := runGo(real, args, os.Environ(), nil); code != 0 {
			return code
		}
		if err := seed(dir, os.Getenv(envModule)); err != nil {
			fmt.Fprintln(os.Stderr, "perceiver-kernel:", err)
			return 1
		}
		return 0
	case args[0] == "build", args[0] == "test":
		return build(real, args, filepath.Join(tmp, buildPID))
	}
	return become(real, args)
}

// buildPID is the file in the kernel's folder that names the process of a build under way, for the proxy to interrupt.
const buildPID = "build.pid"

// linkTrouble is what the go command writes when the linker fails.
var linkTrouble = regexp.MustCompile(`(?m)(^|/)link(\.exe)?: |: (loadelf|loadmacho|internal linking)`)

func build(real string, args []string, pidFile string) int {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	if replaceFile(pidFile, []byte(strconv.Itoa(os.Getpid()))) == nil {
		defer os.Remove(pidFile)
	}
	var said bytes.Buffer
	env := os.Environ()
	code := runGo(real, args, env, &said)
	if code != 0 && linkTrouble.Match(said.Bytes()) {
		for i, e := range env {
			if strings.HasPrefix(e, "GOFLAGS=") && strings.Contains(e, internal) {
				env[i] = strings.Replace(e, internal, stripped, 1)
				said.Reset()
				code = runGo(real, args, env, &said)
				break
			}
		}
	}
	select {
	case <-interrupted:
		fmt.Fprintln(os.Stderr, "interrupted while the cell was being built")
		return 1
	default:
	}
	os.Stderr.Write(said.Bytes())
	if code != 0 {
		fmt.Fprint(os.Stderr, hint(said.String(), os.Getenv(envModule)))
	}
	return code
}

var missing = regexp.MustCompile(`no required module provides package ([^\s;:]+)`)

// hint says what to do about a package that the module around the notebook does not require.
func hint(said, module string) string {
	if m := missing.FindStringSubmatch(said); m != nil {
		return fmt.Sprintf("\nCells see the packages that %s requires. In its folder, run: go get %s\nThen restart the kernel.\n", module, m[1])
	}
	if strings.Contains(said, "updates to go.mod needed") || strings.Contains(said, "missing go.sum entry") {
		return fmt.Sprintf("\nCells see the packages that %s requires. In its folder, run: go mod tidy\nThen restart the kernel.\n", module)
	}
	return ""
}

// runGo runs the real command. Its complaints go to said, or straight on when that is nil.
func runGo(real string, args, env []string, said *bytes.Buffer) int {
	cmd := exec.Command(real, args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	if said != nil {
		cmd.Stderr = said
	}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "perceiver-kernel:", err)
		return 1
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-signals:
				cmd.Process.Signal(s)
			case <-done:
				return
			}
		}
	}()
	if err := cmd.Wait(); err != nil {
		if code := cmd.ProcessState.ExitCode(); code > 0 {
			return code
		}
		return 1
	}
	return 0
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
