// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

//go:build unix

package detach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test program detaches itself: a copy comes here first, with what it is to do in the environment.
func TestMain(m *testing.M) {
	if Here() {
		what, dir := os.Getenv("DETACH_TEST"), os.Getenv(envDir)
		if what == "lost" {
			fmt.Println("went another way")
			os.Exit(0)
		}
		Start(dir+"-other", func(context.Context) error { panic("not this call") })
		Start(dir, func(ctx context.Context) error { return job(ctx, what) })
	}
	os.Exit(m.Run())
}

func job(ctx context.Context, what string) error {
	switch what {
	case "quick":
		fmt.Println("hello from the job")
		Note(func() any { return map[string]int{"step": 3} })
		return nil
	case "fails":
		return errors.New("this job always fails")
	case "panics":
		panic("this job panics")
	}
	saved := 0
	steps := make(chan int, 1)
	steps <- 0
	Note(func() any {
		n := <-steps
		steps <- n
		return map[string]any{"saved": n, "notebook": os.Getenv("GONB_PIPE")}
	})
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-Saves():
			saved++
			<-steps
			steps <- saved
		}
	}
}

// start starts a job in a folder and returns it.
func start(t *testing.T, what string) (string, error) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "job")
	t.Setenv("DETACH_TEST", what)
	t.Cleanup(func() { // nothing may be left behind, whatever went wrong
		if s, err := Ask(dir, Status); err == nil && s.Status == Running {
			syscall.Kill(s.PID, syscall.SIGKILL)
		}
	})
	return dir, Start(dir, func(context.Context) error { t.Error("the job ran in the program that started it"); return nil })
}

// until asks until a job stands as wanted.
func until(t *testing.T, dir, status string) *State {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s, err := Ask(dir, Status)
		if err != nil {
			t.Fatal(err)
		}
		if s.Status == status {
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("it is %+v, want %s", s, status)
		}
	}
}

func TestJobThatEnds(t *testing.T) {
	dir, err := start(t, "quick")
	if err != nil {
		t.Fatal(err)
	}
	s := until(t, dir, Done)
	if log, err := os.ReadFile(s.Log); err != nil || string(log) != "hello from the job\n" || !strings.Contains(string(s.Note), `"step": 3`) {
		t.Errorf("its log is %q, %v; its note %s", log, err, s.Note)
	}
}

func TestJobThatIsAsked(t *testing.T) {
	t.Setenv("GONB_PIPE", "/the/pipe/of/a/notebook")
	dir, err := start(t, "waits")
	if err != nil {
		t.Fatal(err)
	}
	first := until(t, dir, Running)
	if first.PID == os.Getpid() || first.PID == 0 {
		t.Errorf("it is process %d", first.PID)
	}
	if err := Start(dir, nil); err != nil { // a cell that is run again
		t.Fatal(err)
	}
	if s := until(t, dir, Running); s.PID != first.PID {
		t.Error("it was started twice")
	}
	if _, err := Ask(dir, Save); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		var note struct {
			Saved    int
			Notebook string
		}
		s, err := Ask(dir, Status)
		if err != nil || json.Unmarshal(s.Note, &note) != nil || note.Notebook != "" {
			t.Fatalf("%+v, %v", s, err)
		}
		if note.Saved == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("it did not save: %+v", s)
		}
	}
	if s, err := Ask(dir, Stop); err != nil || s.Status != Running {
		t.Errorf("asked to stop: %+v, %v", s, err)
	}
	until(t, dir, Done)
	if s, err := Ask(dir, Stop); err != nil || s.Status != Done {
		t.Errorf("stopped twice: %+v, %v", s, err)
	}
}

func TestJobsThatFail(t *testing.T) {
	for what, want := range map[string]string{"fails": "this job always fails", "panics": "this job panics"} {
		dir, err := start(t, what)
		if err != nil {
			t.Fatal(err)
		}
		if s := until(t, dir, Failed); !strings.Contains(s.Error, want) {
			t.Errorf("%s: %+v", what, s)
		}
	}
	if _, err := start(t, "lost"); err == nil || !strings.Contains(err.Error(), "went another way") {
		t.Errorf("a copy that does not come to the call: %v", err)
	}
}

func TestJobThatIsKilled(t *testing.T) {
	dir, err := start(t, "waits")
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(until(t, dir, Running).PID, syscall.SIGKILL)
	if s := until(t, dir, Lost); s.Error == "" {
		t.Errorf("%+v", s)
	}
	if err := Start(dir, nil); err != nil { // and again
		t.Fatal(err)
	}
	if s := until(t, dir, Running); s.PID == 0 {
		t.Errorf("%+v", s)
	}
	Ask(dir, Stop)
	until(t, dir, Done)
}

func TestFolderWithALongName(t *testing.T) {
	deep := filepath.Join(t.TempDir(), strings.Repeat("long/", 30))
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	path, remove, err := socketPath(deep)
	if err != nil || len(path) > longestSocket {
		t.Fatalf("%s, %v", path, err)
	}
	remove()
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("its folder is left")
	}
}

func TestAskNobody(t *testing.T) {
	var missing *NotFoundError
	if _, err := Ask(t.TempDir(), Status); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
	if _, err := Ask(t.TempDir(), "sing"); err == nil || !strings.Contains(err.Error(), "sing") {
		t.Errorf("got %v", err)
	}
	dir := t.TempDir()
	os.WriteFile(filepath.Join(dir, stateFile), []byte("{"), 0o644)
	if _, err := Ask(dir, Status); err == nil || !strings.Contains(err.Error(), stateFile) {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestEnvironmentHasNothingOfTheNotebook(t *testing.T) {
	got := strings.Join(environment([]string{"A=1", "GONB_PIPE=x", "TMPDIR=/k", "PERCEIVER_KERNEL_TMP=/k", "JPY_PARENT_PID=1"}, "/d"), " ")
	if got != "A=1 "+envDir+"=/d" {
		t.Errorf("got %s", got)
	}
	if got := strings.Join(environment([]string{"TMPDIR=/mine"}, "/d"), " "); !strings.Contains(got, "/mine") {
		t.Errorf("got %s", got)
	}
}
