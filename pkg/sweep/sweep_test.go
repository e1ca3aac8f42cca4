// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

func TestSweep(t *testing.T) {
	s := &Sweep{Dir: t.TempDir(), Plan: plan(t, Options{Variants: grid(t, "model.latents=8,16"), Seeds: 3}), Executor: local(2)}
	said := logged(s)
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	table := s.Table()
	if table.Missing != 0 || table.Failed != 0 || len(table.Rows) != 2 {
		t.Fatalf("%+v\n%s", table, said)
	}
	first, second := table.Rows[0], table.Rows[1]
	// Runs of one seed have the same noise, so the paired difference is exact, though the means are not.
	if second.N != 3 || second.Diff == nil || math.Abs(*second.Diff+1) > 1e-9 || *second.DiffCI95 > 1e-9 || !second.Clear || *second.CI95 < 1e-3 {
		t.Errorf("second variant: %+v", second)
	}
	if first.Diff != nil || first.Clear || *first.StepsPerS != 2 || *first.PeakRSSMB != 108 {
		t.Errorf("first variant: %+v", first)
	}
	if !strings.Contains(said.String(), "6 runs: 0 are there, 6 to do") || !strings.Contains(said.String(), "[6/6]") {
		t.Errorf("it said\n%s", said)
	}

	said.Reset()
	s.Executor = nil // nothing is left to do
	if err := s.Run(t.Context()); err != nil || !strings.Contains(said.String(), "6 are there, 0 to do") {
		t.Errorf("again: %v\n%s", err, said)
	}
}

func TestFailuresAreMarkedAndRetriedOnRequest(t *testing.T) {
	dir := t.TempDir()
	p := plan(t, Options{Variants: grid(t, "model.latents=8,16,32"), Seeds: 2})
	s := &Sweep{Dir: dir, Plan: p, Executor: local(1, "FAIL=16")}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	table := s.Table()
	if table.Failed != 2 || table.Rows[0].N != 2 || table.Rows[1].N != 0 || table.Rows[2].N != 2 || table.Rows[1].Mean != nil || table.Rows[2].Diff == nil {
		t.Fatalf("%+v", table)
	}
	if got := table.Rows[1].FailedBecause; got != "step 3: the loss is NaN" {
		t.Errorf("it failed because of %q", got)
	}
	if !strings.Contains(table.Markdown(), "(2 failed)") || !strings.Contains(table.Markdown(), "the loss is NaN") {
		t.Errorf("the failure does not show:\n%s", table.Markdown())
	}

	s.Executor = local(1)
	if err := s.Run(t.Context()); err != nil || s.Table().Failed != 2 {
		t.Fatalf("without being asked to: %v, %d failed", err, s.Table().Failed)
	}
	s.RetryFailed = true
	if err := s.Run(t.Context()); err != nil || s.Table().Failed != 0 || s.Table().Rows[1].N != 2 {
		t.Errorf("when asked to: %v, %+v", err, s.Table())
	}
}

// TestFailureBeforeTheRunBegan is a trainer that cannot write run.json itself.
func TestFailureBeforeTheRunBegan(t *testing.T) {
	for name, command := range map[string][]string{
		"it says why":        {"sh", "-c", "echo talk >&2; echo 'perceiver: no such data' >&2; exit 1"},
		"it is not there":    {filepath.Join(t.TempDir(), "nothing")},
		"it ends at once":    {"sh", "-c", "exit 3"},
		"it says very much":  {"sh", "-c", "yes | head -c 1000000 >&2; echo >&2; echo because >&2; exit 1"},
		"it panics, as Go's": {"sh", "-c", "echo 'panic: x' >&2; exit 2"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Sweep{Dir: t.TempDir(), Plan: plan(t, Options{Variants: grid(t, "model.latents=8")}), Executor: &Local{Command: command}}
			if err := s.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			row := s.Table().Rows[0]
			if row.Failed != 1 || row.FailedBecause == "" {
				t.Errorf("%+v", row)
			}
			if name == "it says why" && !strings.HasPrefix(row.FailedBecause, "no such data; ") {
				t.Errorf("the reason is %q", row.FailedBecause)
			}
		})
	}
}

func TestInterruptStopsTheChildren(t *testing.T) {
	s := &Sweep{Dir: t.TempDir(), Plan: plan(t, Options{Variants: grid(t, "model.latents=8,16,32,64")}), Executor: local(2, "HANG=1")}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	for { // until two children have made a step
		if states, _ := filepath.Glob(filepath.Join(s.Dir, "*", "state")); len(states) == 2 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	interrupted := 0
	for _, c := range s.Plan.Cells {
		if r, err := runs.Open(s.dir(c)); err == nil && r.Info.Status == runs.Interrupted {
			interrupted++
		}
	}
	if table := s.Table(); interrupted != 2 || table.Missing != 4 || table.Failed != 0 {
		t.Errorf("%d runs are interrupted, the table has %d missing and %d failed", interrupted, table.Missing, table.Failed)
	}
	s.Executor = local(2)
	if err := s.Run(t.Context()); err != nil || s.Table().Missing != 0 {
		t.Errorf("taken up again: %v, %+v", err, s.Table())
	}
}

// TestKilledSweep kills a sweep of 20 runs without warning five times. In the end its table is that of a sweep that was
// left alone.
func TestKilledSweep(t *testing.T) {
	alone := twenty(t.TempDir())
	if err := alone.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	killed := twenty(t.TempDir())
	for kills := range 6 {
		cmd := exec.Command(os.Args[0], "sweep", killed.Dir)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kills < 5 {
			for 20-killed.Table().Missing < 3*(kills+1) { // some runs more than before
				time.Sleep(time.Millisecond)
			}
			cmd.Process.Kill()
			cmd.Wait()
		} else if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	one, two := alone.Table(), killed.Table()
	if one.Missing != 0 || !reflect.DeepEqual(one, two) {
		a, _ := one.JSON()
		b, _ := two.JSON()
		t.Errorf("left alone:\n%s\nkilled five times:\n%s", a, b)
	}
	for _, c := range killed.Plan.Cells {
		one, _ := os.ReadFile(filepath.Join(alone.Dir, c.Folder, "state"))
		two, _ := os.ReadFile(filepath.Join(killed.Dir, c.Folder, "state"))
		if string(one) != string(two) {
			t.Errorf("%s: %s and %s", c.Folder, one, two)
		}
	}
}

func TestTwoSweepsInOneFolder(t *testing.T) {
	s := twenty(t.TempDir())
	lock, err := runs.Hold(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	var held *runs.HeldError
	if err := s.Run(t.Context()); !errors.As(err, &held) {
		t.Errorf("got %v", err)
	}
}

func TestTableOfNothing(t *testing.T) {
	s := &Sweep{Dir: filepath.Join(t.TempDir(), "none"), Plan: plan(t, Options{Variants: grid(t, "model.latents=8,16"), Seeds: 2})}
	table := s.Table()
	content, err := table.JSON()
	if err != nil || table.Missing != 4 {
		t.Fatalf("%s, %v", content, err)
	}
	var decoded struct {
		Variants []map[string]any
	}
	if err := json.Unmarshal(content, &decoded); err != nil || len(decoded.Variants) != 2 {
		t.Fatalf("%s, %v", content, err)
	}
	for _, key := range []string{"set", "n", "mean", "ci95", "diff", "diff_ci95", "clear", "params", "flops", "steps_per_s", "peak_rss_mb"} {
		if _, there := decoded.Variants[1][key]; !there {
			t.Errorf("a variant has no %q: %s", key, content)
		}
	}
}

func TestWrite(t *testing.T) {
	s := &Sweep{Dir: t.TempDir(), Plan: plan(t, Options{Variants: grid(t, "model.latents=16,8"), Seeds: 2, Match: "flops"}), Executor: local(2)}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Table().Write(s.Dir); err != nil {
		t.Fatal(err)
	}
	csv, _ := os.ReadFile(filepath.Join(s.Dir, "table.csv"))
	lines := strings.Split(strings.TrimSpace(string(csv)), "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[0], "variant,model.latents,model.layers_per_block,train.seed,bits_per_masked_byte") || !strings.HasPrefix(lines[1], "1,16,,0,3.889") {
		t.Errorf("table.csv:\n%s", csv)
	}
	page, _ := os.ReadFile(filepath.Join(s.Dir, "table.md"))
	if !strings.Contains(string(page), "| latents=8 (layers_per_block=") || !strings.Contains(string(page), "95 % interval") {
		t.Errorf("table.md:\n%s", page)
	}
}
