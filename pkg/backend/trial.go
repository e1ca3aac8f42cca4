// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The variables by which a process of ours starts itself again to do one thing only. Every binary that has this package
// in it can do so, tests and notebook cells included, because init sees to it before main runs.
const (
	trialVar   = "PERCEIVER_PLUGIN_TRIAL"   // the plugin to try
	installVar = "PERCEIVER_PLUGIN_INSTALL" // set: run go-xla's installer
)

// trialLine begins the line of the child that holds the result, so that what a plugin prints does no harm.
const trialLine = "perceiver-trial: "

// trialLimit is long for a plugin on a slow network disk; a good one takes a second.
const trialLimit = 90 * time.Second

// trial is what a plugin that works says about itself.
type trial struct {
	API      string `json:"api"`      // version of the interface, "0.104"
	Platform string `json:"platform"` // "cpu"; "" where no client was made
	Version  string `json:"version"`  // of the platform
	Devices  int    `json:"devices"`
}

func init() {
	path, install := os.Getenv(trialVar), os.Getenv(installVar)
	if path == "" && install == "" {
		return
	}
	// What this process starts in turn must not do the same.
	_ = os.Unsetenv(trialVar)
	_ = os.Unsetenv(installVar)
	var err error
	if install != "" {
		err = installGoXLA()
	} else {
		err = tryAndTell(path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func tryAndTell(path string) error {
	t, err := try(path, !accelerator(path))
	if err != nil {
		return err
	}
	line, err := json.Marshal(t)
	if err != nil {
		return err
	}
	fmt.Println("\n" + trialLine + string(line))
	return nil
}

// accelerator reports whether a plugin is for something else than a CPU, by its name. Of such a one it is tried only
// whether it can be loaded: a client of it would take the memory of the device.
func accelerator(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return slices.ContainsFunc([]string{"cuda", "gpu", "rocm", "tpu", "metal", "sycl", "xpu", "neuron"}, func(kind string) bool { return strings.Contains(name, kind) })
}

// tryPlugin tries a plugin in a child process with the flags of a run. What works is remembered in root by the content of
// the file, so that it is tried once; what does not is tried again, because the reason may lie elsewhere.
func tryPlugin(ctx context.Context, path, hash string, r run, root string) (trial, error) {
	name := sha256.Sum256(fmt.Appendf(nil, "%s %s", hash, r.flagsText))
	memory := ""
	if root != "" {
		memory = filepath.Join(root, "trials", hex.EncodeToString(name[:])+".json")
		var t trial
		if b, err := os.ReadFile(memory); err == nil && json.Unmarshal(b, &t) == nil && t.API != "" {
			return t, nil
		}
	}
	variables := []string{trialVar + "=" + path}
	if r.setFlags != "" {
		variables = append(variables, "XLA_FLAGS="+r.setFlags)
	}
	if r.noFlags {
		variables = append(variables, "XLA_FLAGS=")
	}
	out, err := child(ctx, trialLimit, variables...)
	if err != nil {
		return trial{}, err
	}
	var t trial
	_, line, told := bytes.Cut(out, []byte(trialLine))
	line, _, _ = bytes.Cut(line, []byte("\n"))
	if !told || json.Unmarshal(line, &t) != nil || t.API == "" {
		return trial{}, errors.New("it ends the process in which it is loaded")
	}
	if memory != "" && private(root) == nil && private(filepath.Dir(memory)) == nil {
		_ = writeAside(memory, line) // not remembered is tried again
	}
	return t, nil
}

// child starts this binary again with variables in its environment, "NAME=" to take one out, and gives what it wrote to
// standard output.
func child(ctx context.Context, limit time.Duration, variables ...string) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot find this program's own file to try it: %w", err)
	}
	if runtime.GOOS == "linux" {
		if _, err := os.Stat(self); err != nil {
			self = "/proc/self/exe" // the file was replaced or removed while this process runs
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = os.Environ()
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		cmd.Env = slices.DeleteFunc(cmd.Env, func(old string) bool { return strings.HasPrefix(old, name+"=") })
		if value != "" {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.WaitDelay = 5 * time.Second
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = limited(&out), limited(&complaint)
	err = cmd.Run()
	switch {
	case err == nil:
		return out.Bytes(), nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("it did not finish in %v", limit)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, errors.New(complaintOf(complaint.String(), err))
}

// complaintOf makes one sentence of what a process left behind that failed.
func complaintOf(text string, err error) string {
	for _, crash := range []struct{ sign, meaning string }{
		{"SIGBUS", "loading it ends the process with SIGBUS: the file is cut short"},
		{"bus error", "loading it ends the process with SIGBUS: the file is cut short"},
		{"SIGSEGV", "loading it ends the process with SIGSEGV"},
		{"segmentation", "loading it ends the process with SIGSEGV"},
		{"SIGILL", "it uses instructions that this processor lacks"},
		{"illegal instruction", "it uses instructions that this processor lacks"},
	} {
		if strings.Contains(text, crash.sign) || strings.Contains(err.Error(), crash.sign) {
			return crash.meaning
		}
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
	lines = slices.DeleteFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "" })
	if i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "flag") }); i >= 0 {
		line := lines[i] // XLA says so, after where in its source, before it gives up
		if _, text, found := strings.Cut(line, "] "); found {
			line = text
		}
		return strings.TrimSpace(line)
	}
	if len(lines) == 0 {
		return err.Error()
	}
	last := strings.TrimSpace(lines[len(lines)-1])
	return last[:min(len(last), 400)]
}

// limited passes on the first part of what is written to it and swallows the rest.
func limited(b *bytes.Buffer) io.Writer { return &limitedWriter{b, 1 << 20} }

type limitedWriter struct {
	b    *bytes.Buffer
	room int
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	n := min(len(p), w.room)
	w.b.Write(p[:n])
	w.room -= n
	return len(p), nil
}
