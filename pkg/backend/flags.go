// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// oneDNN makes XLA use the matrix kernels of oneDNN, which are faster: a training step of this module takes 0.85 to 0.97
// of the time, one in bfloat16 0.63. A compilation takes half a second to two seconds more, and a program with such
// kernels cannot be written to disk: the plugin ends the process when it is asked to. So it is for long runs.
const oneDNN = "--xla_cpu_experimental_onednn_custom_call"

// run is how XLA is to be run: what is decided before the plugin is loaded.
type run struct {
	longRun   bool   // oneDNN kernels
	setFlags  string // what XLA_FLAGS must be; "" where it is left alone
	flagsText string // what XLA then reads
	noFlags   bool   // XLA_FLAGS is to be taken out of the environment; for a trial only
}

// planRun decides from what the caller says and the environment holds, and from nothing that is measured: the same call
// runs the same kernels, so that it gives the same numbers.
func planRun(longRun bool, pluginHash string, env func(string) string) (run, error) {
	flags := env("XLA_FLAGS")
	text, isFile, err := readFlags(flags)
	if err != nil {
		return run{}, err
	}
	r := run{flagsText: text}
	on, set := flagOf(text, oneDNN)
	switch {
	case set:
		r.longRun = on // the user's word
	case longRun && pluginHash == wheelPluginHash && !isFile:
		r.longRun = true
		r.setFlags = strings.TrimSpace(flags + " " + oneDNN + "=true")
		r.flagsText = r.setFlags
	}
	return r, nil
}

// apply changes the environment that the plugin will read.
func (r run) apply() error {
	if r.setFlags == "" {
		return nil
	}
	if err := os.Setenv("XLA_FLAGS", r.setFlags); err != nil {
		return fmt.Errorf("cannot set XLA_FLAGS for the long run: %w", err)
	}
	return nil
}

// open opens the store of compiled programs for such a run; nil, and why, where there is none.
func (r run) open(env func(string) string) (s *store, why string, err error) {
	if r.longRun {
		return nil, "the oneDNN kernels of a long run are on, and programs with them cannot be kept", nil
	}
	root, err := Folder()
	if err != nil {
		return nil, err.Error(), nil
	}
	return openStore(root, env)
}

// readFlags gives the flags themselves: XLA takes a value that does not begin with a dash as the name of a file of flags.
func readFlags(value string) (text string, isFile bool, err error) {
	if value == "" || strings.HasPrefix(strings.TrimSpace(value), "-") {
		return value, false, nil
	}
	f, err := os.Open(value)
	if err != nil {
		return "", true, badFlags{fmt.Errorf("XLA_FLAGS=%s: it does not begin with a dash, so it names a file of flags, which cannot be read (%w): correct or unset XLA_FLAGS", value, err)}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return "", true, badFlags{fmt.Errorf("XLA_FLAGS=%s: cannot read this file of flags (%w): correct or unset XLA_FLAGS", value, err)}
	}
	return string(b), true, nil
}

// flagOf gives the last value of a switch among flags. A switch alone means true.
func flagOf(flags, name string) (on, set bool) {
	for _, f := range strings.Fields(flags) {
		value, found := strings.CutPrefix(f, name)
		switch {
		case !found:
		case value == "" || value == "=true" || value == "=1":
			on, set = true, true
		case value == "=false" || value == "=0":
			on, set = false, true
		}
	}
	return on, set
}
