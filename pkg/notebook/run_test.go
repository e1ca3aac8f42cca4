// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// nothingLeft checks that no goroutine of the runner and no folder is left, and no process that has the mark in its environment.
func nothingLeft(t *testing.T, mark string) {
	t.Helper()
	var left string
	for range 100 { // what ends may take a moment to be gone
		if left = leftovers(mark); left == "" {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("left behind: " + left)
}

func leftovers(mark string) string {
	buf := make([]byte, 1<<20)
	if s := string(buf[:runtime.Stack(buf, true)]); strings.Contains(s, "(*kernel).read") || strings.Contains(s, "(*kernel).start") {
		return "goroutines\n" + s
	}
	if dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), "perceiver-run-*")); len(dirs) > 0 {
		return dirs[0]
	}
	procs, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, p := range procs {
		if b, _ := os.ReadFile(p); strings.Contains(string(b), mark) && filepath.Dir(p) != fmt.Sprintf("/proc/%d", os.Getpid()) {
			cmd, _ := os.ReadFile(filepath.Join(filepath.Dir(p), "cmdline"))
			return "process " + p + " " + string(cmd)
		}
	}
	return ""
}

// privateTemp gives a test a temporary folder of its own, with a path short enough for sockets.
func privateTemp(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "nb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	t.Setenv("TMPDIR", dir)
}

func show(c *Cell) string {
	var s []string
	for _, o := range c.Outputs {
		switch o.Type {
		case Stream:
			s = append(s, o.Name+"="+o.Text)
		case Error:
			s = append(s, "error="+o.Ename+": "+o.Evalue)
		default:
			s = append(s, o.Type+"="+o.text("text/plain"))
		}
	}
	return strings.Join(s, "|")
}

func TestRunGathersOutputs(t *testing.T) {
	privateTemp(t)
	nb, o := fake(t, "1",
		"print a\nprint b\nforged\nstray\nshow one\nresult seven",
		"update two\nprint later",
		"print gone\nclear\nprint stays",
		"print until\nclear wait\nprint replaced",
		"print kept\nclear wait",
		"",
		"update new\nclear\nupdate again")
	nb.Cells[5].Outputs = []*Output{{Type: Stream, Name: "stdout", Text: "of an earlier run"}}
	var events []string
	o.Log = func(e Event) { events = append(events, fmt.Sprint(e.Kind, e.Index)) }
	res, err := Run(t.Context(), nb, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"stdout=a\nb\n|display_data=again|execute_result=seven", // updated by two later cells
		"stdout=later\n", "stdout=stays\n", "stdout=replaced\n", "stdout=kept\n", "", "",
	} {
		if got := show(nb.Cells[i]); got != want {
			t.Errorf("cell %d: %q, want %q", i+1, got, want)
		}
	}
	if res.Cells != 6 || res.Ran != 6 || nb.Cells[6].ExecutionCount != 6 || nb.Cells[5].ExecutionCount != 0 {
		t.Errorf("%+v, counts %d and %d", res, nb.Cells[6].ExecutionCount, nb.Cells[5].ExecutionCount)
	}
	if got := strings.Join(events[:3], " "); got != "start0 cell0 done0" {
		t.Errorf("events %s", got)
	}
	nothingLeft(t, t.Name()+"=1")
}

func TestRunStopsAtFailure(t *testing.T) {
	privateTemp(t)
	for _, x := range []struct{ cell, want, output string }{
		{"print x\nfail boom", "cell 2 (%s) failed: bad: boom", "stdout=x\n|error=bad: boom"},
		{"silent", "did not say why", "error=error: the kernel did not say why"},
		{"die", "out of memory", "error=kernel: the kernel ended while the cell was running"},
	} {
		nb, o := fake(t, "1", "print first", x.cell, "print never")
		res, err := Run(t.Context(), nb, o)
		want := strings.Replace(x.want, "%s", nb.Cells[1].ID, 1)
		var cell *CellError
		if !errors.As(err, &cell) || cell.Index != 1 || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", x.cell, err, want)
		}
		if got := show(nb.Cells[1]); got != x.output {
			t.Errorf("%q: outputs %q", x.cell, got)
		}
		if res.Ran != 2 || show(nb.Cells[2]) != "" || show(nb.Cells[0]) != "stdout=first\n" {
			t.Errorf("%q: ran on: %+v", x.cell, res)
		}
		if err := nb.Write(filepath.Join(o.Dir, "x.ipynb")); err != nil {
			t.Error(err)
		}
	}
	nothingLeft(t, t.Name()+"=1")
}

func TestRunTimeout(t *testing.T) {
	privateTemp(t)
	nb, o := fake(t, "1", "print before\nwait", "print never")
	o.Timeout = 100 * time.Millisecond
	_, err := Run(t.Context(), nb, o)
	var cell *CellError
	if !errors.As(err, &cell) || !cell.TimedOut || !strings.Contains(err.Error(), "longer than 100ms") {
		t.Error(err)
	}
	if got := show(nb.Cells[0]); !strings.HasPrefix(got, "stdout=before\n|error=timeout") {
		t.Errorf("outputs %q", got)
	}
	nothingLeft(t, t.Name()+"=1")
}

func TestRunCancelled(t *testing.T) {
	privateTemp(t)
	nb, o := fake(t, "1", "print before\nwait\nprint saved", "print never")
	ctx, cancel := context.WithCancel(t.Context())
	o.Log = func(e Event) {
		if e.Kind == "cell" {
			time.AfterFunc(50*time.Millisecond, cancel)
		}
	}
	_, err := Run(ctx, nb, o)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := show(nb.Cells[0]); !strings.HasPrefix(got, "stdout=before\nsaved\n|error=interrupted") {
		t.Errorf("the cell had no time to save: %q", got)
	}
	nothingLeft(t, t.Name()+"=1")
}

// A cell that prints without end must not fill the notebook.
func TestRunBoundsOutput(t *testing.T) {
	privateTemp(t)
	nb, o := fake(t, "1", "much 5\nprint end", "print next")
	if _, err := Run(t.Context(), nb, o); err != nil {
		t.Fatal(err)
	}
	got := show(nb.Cells[0])
	if len(got) > maxStreamBytes+200 || !strings.Contains(got, fmt.Sprintf("[at least %d more bytes", 3<<20+4)) {
		t.Errorf("%d bytes kept, ending in %q", len(got), got[max(0, len(got)-100):])
	}
	if show(nb.Cells[1]) != "stdout=next\n" {
		t.Error("the limit of one cell holds for the next")
	}
}

func TestRunWithoutKernel(t *testing.T) {
	privateTemp(t)
	nb, o := fake(t, "broken", "print x")
	if _, err := Run(t.Context(), nb, o); err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "no room on this machine") {
		t.Error(err)
	}
	o.Kernel = []string{filepath.Join(o.Dir, "nothing"), connectionFile}
	if _, err := Run(t.Context(), nb, o); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Error(err)
	}
	o.Kernel, o.Start = []string{"sleep", "60"}, 50*time.Millisecond
	if _, err := Run(t.Context(), nb, o); err == nil || !strings.Contains(err.Error(), "longer than 50ms") {
		t.Error(err)
	}
	o.Kernel = nil
	if _, err := Run(t.Context(), nb, o); err == nil || !strings.Contains(err.Error(), "jupyter/kernels/perceiver-go/kernel.json") {
		t.Error(err)
	}
	nb.Metadata["kernelspec"] = map[string]any{"name": "../../etc"}
	if _, err := Run(t.Context(), nb, o); err == nil || !strings.Contains(err.Error(), "no name of a kernel") {
		t.Error(err)
	}
	nothingLeft(t, t.Name()+"=1")
}
