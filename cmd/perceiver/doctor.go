// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/jupyter"
	"github.com/perceiver-go/perceiver/pkg/lab"
)

type doctorCommand struct {
	JSON bool `help:"Print the findings as JSON."`
}

func (doctorCommand) Help() string {
	return "It changes nothing. The exit code is 0 as long as training can run, on XLA or on pure Go.\n\nExamples:\n  perceiver doctor\n  perceiver doctor --json"
}

// findings is what doctor knows, in the form of --json.
type findings struct {
	Go       string          `json:"go"`
	Backend  backend.Choice  `json:"backend"`
	Cores    int             `json:"cores"`
	MemoryMB int             `json:"memory_mb"`
	Machine  backend.Machine `json:"machine"`
	Tools    []tool          `json:"tools"`
	Runs     string          `json:"runs"`    // folder of run folders
	Text     string          `json:"text"`    // the default text of the language task
	Data     dataSets        `json:"data"`    // data sets that are here
	Weights  []string        `json:"weights"` // released models whose weights are here
	Problems []problem       `json:"problems"`
}

// dataSets are the folders in the folder of data sets.
type dataSets struct {
	Dir  string   `json:"dir,omitempty"` // "": there is none
	Sets []string `json:"sets"`
}

type problem struct {
	What string `json:"what"`
	Mend string `json:"mend"`
}

// tool is a program that some part of the workbench uses.
type tool struct {
	Name string `json:"name"`
	Path string `json:"path,omitempty"` // "": it is not installed
	For  string `json:"for"`
	mend string
	need bool
}

var tools = []tool{
	{Name: "go", For: "running notebooks", mend: "install Go 1.26 and put it on the PATH", need: true},
	{Name: "gcc", For: "building with XLA", mend: "install a C compiler, for example with: apt-get install gcc libc6-dev"},
	{Name: "git", For: "writing down which source a run was made with", mend: "install git"},
	{Name: "python3", For: "installing XLA, and JupyterLab", mend: "install Python 3 with pip and venv"},
	{Name: "jupyter", For: "notebooks in a browser; running them without one needs nothing", mend: "go run ./cmd/perceiver lab (it installs JupyterLab for itself, once)"},
	{Name: "ffmpeg", For: "reading video", mend: "install ffmpeg, for example with: apt-get install ffmpeg"},
}

func (c *doctorCommand) Run(ctx context.Context, out io.Writer) error {
	f := examine(ctx)
	if c.JSON {
		if err := json.NewEncoder(out).Encode(f); err != nil {
			return err
		}
	} else {
		f.print(out)
	}
	if f.Backend.Name == "" {
		return &quietError{failed}
	}
	return nil
}

func examine(ctx context.Context) findings {
	m := backend.Facts()
	f := findings{Go: m.Go, Cores: m.Cores, MemoryMB: m.MemoryMB, Machine: m, Runs: lab.Runs(), Problems: []problem{}}
	choice, err := backend.Choose(ctx, backend.Options{})
	if err != nil {
		f.Problems = append(f.Problems, problem{err.Error(), "unset GOMLX_BACKEND, or run: go run ./cmd/perceiver setup"})
	}
	f.Backend = choice
	if choice.Mend != "" {
		f.Problems = append(f.Problems, problem{"training runs on pure Go, 10 to 40 times slower than on XLA: " + choice.Reason, choice.Mend})
	}
	if m.CacheOff != "" {
		f.Problems = append(f.Problems, problem{"compiled programs are not kept: " + m.CacheOff, "unset PERCEIVER_COMPILE_CACHE, or set PERCEIVER_CACHE_DIR to a private folder"})
	}
	for _, t := range tools {
		if t.Path, err = exec.LookPath(t.Name); err != nil {
			t.Path = ""
			if venv := jupyter.Installed(jupyter.Lab, m.CacheDir); t.Name == "jupyter" && venv != "" {
				t.Path = venv
			}
		}
		if t.Path == "" {
			f.Problems = append(f.Problems, problem{t.Name + " was not found, needed for " + t.For, t.mend})
		}
		f.Tools = append(f.Tools, t)
	}
	if corpus, err := text.OpenCorpus(""); err != nil {
		f.Problems = append(f.Problems, problem{"the default text of the language task: " + err.Error(), "give text of your own with --data"})
	} else {
		f.Text = corpus.String()
		corpus.Close()
	}
	f.Data, f.Weights = findData(), lab.FetchedModels()
	if err := writable(f.Runs); err != nil {
		f.Problems = append(f.Problems, problem{"the folder of runs: " + err.Error(), "set PERCEIVER_RUNS to a folder that can be written"})
	}
	return f
}

// findData lists the folders of data sets.
func findData() dataSets {
	d := dataSets{Dir: lab.DataFolder(), Sets: []string{}}
	if d.Dir == "" {
		return d
	}
	entries, _ := os.ReadDir(d.Dir)
	for _, e := range entries {
		if e.IsDir() {
			d.Sets = append(d.Sets, e.Name())
		}
	}
	return d
}

// writable tries whether files can be made in a folder, or in the one above it where it is not there yet.
func writable(dir string) error {
	if _, err := os.Stat(dir); err != nil {
		dir = "."
	}
	t, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	t.Close()
	return os.Remove(t.Name())
}

func (f findings) print(out io.Writer) {
	line := func(what, format string, args ...any) {
		fmt.Fprintf(out, "%-10s %s\n", what, fmt.Sprintf(format, args...))
	}
	line("Go", "%s on %s", f.Go, f.Machine.System)
	line("machine", "%d cores, %d MB of memory, %s", f.Cores, f.MemoryMB, f.Machine.Processor)
	line("backend", "%s", f.Backend)
	if f.Backend.Plugin != "" {
		line("plugin", "%s", f.Backend.Plugin)
		line("", "%s; devices: %d", f.Backend.Version, f.Backend.Devices)
	}
	if f.Machine.CacheOff == "" {
		line("programs", "%d compiled ones kept in %s, %d of %d MB; PERCEIVER_COMPILE_CACHE=off turns this off", f.Machine.CacheFiles, f.Machine.CacheDir, f.Machine.CacheMB, f.Machine.LimitMB)
	}
	for _, t := range f.Tools {
		path := t.Path
		if path == "" {
			path = "not found"
		}
		line(t.Name, "%s (%s)", path, t.For)
	}
	line("runs", "%s", f.Runs)
	line("text", "%s", f.Text)
	if f.Data.Dir != "" {
		line("data", "%s: %s", f.Data.Dir, strings.Join(f.Data.Sets, ", "))
	} else {
		line("data", "no folder of data sets; most experiments make their own data (PERCEIVER_DATA names a folder, --data one data set)")
	}
	if len(f.Weights) > 0 {
		line("weights", "%s", strings.Join(f.Weights, ", "))
	} else {
		line("weights", "none of a released model (perceiver weights get NAME)")
	}
	if len(f.Problems) == 0 {
		fmt.Fprintln(out, "\nNothing is missing.")
		return
	}
	fmt.Fprintln(out, "\nMissing:")
	for _, p := range f.Problems {
		fmt.Fprintf(out, "- %s\n  %s\n", p.What, p.Mend)
	}
}
