// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package lab

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/detach"
)

// A detached copy of the test program comes here first, and then to the call of Spawn that the test made.
func TestMain(m *testing.M) {
	if detach.Here() {
		Spawn("job", longTraining)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func longTraining(ctx context.Context) error {
	x, err := Load("language/mlm", tiny, Set("train.steps=1000000", "train.log_every=1"))
	if err != nil {
		return err
	}
	_, err = x.Train(ctx)
	return err
}

// TestDetachedTraining is the life of a long training: started in one cell, watched in another, stopped in a third.
func TestDetachedTraining(t *testing.T) {
	quiet(t)
	t.Setenv("PERCEIVER_RUNS", t.TempDir())
	if err := Spawn("job", longTraining); err != nil {
		t.Fatal(err)
	}
	var d *Detached
	defer func() {
		if s, err := detach.Ask(Runs()+"/.detached/job", detach.Status); err == nil && s.Status == detach.Running {
			syscall.Kill(s.PID, syscall.SIGKILL)
		}
	}()
	wait := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			var err error
			if d, err = Ask("job", Status); err != nil {
				t.Fatal(err)
			}
			if ok() {
				return
			}
			if time.Now().After(end) || d.Status == detach.Failed {
				log, _ := os.ReadFile(d.Log)
				t.Fatalf("waiting for %s: %s\n%s", what, d, log)
			}
		}
	}
	wait("three steps", func() bool { return d.Panel != nil && d.Panel.Step >= 3 })
	if s := d.String(); !strings.HasPrefix(s, "job: running · language/mlm") || len(d.Panel.Curve.Y) == 0 {
		t.Errorf("it says %s; its curve is %v", s, d.Panel.Curve)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Watch(interrupted, "job"); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "goes on") {
		t.Errorf("watching was interrupted: %v", err)
	}
	x, err := Load("language/mlm", tiny, Set("train.steps=1000000", "train.log_every=1"))
	if err != nil {
		t.Fatal(err)
	}
	saved := func() int {
		r, err := x.Run()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, c := range r.Checkpoints() {
			n = max(n, c.Step)
		}
		return n
	}
	if _, err := Ask("job", Save); err != nil {
		t.Fatal(err)
	}
	wait("a checkpoint", func() bool { return saved() > 0 })
	before := saved()
	if _, err := Ask("job", Stop); err != nil {
		t.Fatal(err)
	}
	wait("the end", func() bool { return d.Status == detach.Done })
	if saved() < before { // it may stop before another step
		t.Errorf("the last checkpoint is of step %d, that asked for of %d", saved(), before)
	}
	if d.Panel == nil || d.Panel.Status != "interrupted" {
		t.Errorf("at the end: %s", d)
	}
	if err := Watch(t.Context(), "job"); err != nil {
		t.Errorf("watching what has ended: %v", err)
	}
}

func TestNamesOfWhatIsDetached(t *testing.T) {
	t.Setenv("PERCEIVER_RUNS", t.TempDir())
	if err := Spawn("../x", nil); err == nil || !strings.Contains(err.Error(), "../x") {
		t.Errorf("got %v", err)
	}
	if _, err := Ask("nobody", Status); err == nil || !strings.Contains(err.Error(), "lab.Spawn") {
		t.Errorf("got %v", err)
	}
}
