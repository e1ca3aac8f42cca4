// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const experimentTOML = "task = \"toy\"\n\n[model]\nlatents = 32\n"

func create(t *testing.T, dir string) *Run {
	t.Helper()
	r, err := Create(dir, []byte(experimentTOML), Info{Experiment: "toy/one", Status: Running})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestCreateTakesUpTheSameExperiment(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir)
	if err := r.Update(func(i *Info) { i.Step, i.Seconds = 7, map[string]float64{"step": 2.5} }); err != nil {
		t.Fatal(err)
	}
	first := r.Info.Created
	r.Close()
	again := create(t, dir)
	if again.Info.Step != 7 || again.Info.Seconds["step"] != 2.5 || !again.Info.Created.Equal(first) {
		t.Errorf("the history was lost: %+v", again.Info)
	}
}

func TestCreateRefusesAnotherExperiment(t *testing.T) {
	dir := t.TempDir()
	create(t, dir).Close()
	_, err := Create(dir, []byte(strings.Replace(experimentTOML, "32", "64", 1)), Info{})
	var other *OtherExperimentError
	if !errors.As(err, &other) || !strings.Contains(err.Error(), "latents = 32") || !strings.Contains(err.Error(), "latents = 64") {
		t.Errorf("got %v, want an error that shows both values", err)
	}
	r := create(t, dir) // the refusal let the folder go
	if b, _ := r.Experiment(); string(b) != experimentTOML {
		t.Errorf("the experiment was overwritten: %s", b)
	}
}

func TestCreateIsExclusive(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir)
	_, err := Create(dir, []byte(experimentTOML), Info{})
	var held *HeldError
	if !errors.As(err, &held) || !strings.Contains(err.Error(), "process ") {
		t.Fatalf("got %v, want an error that names the holder", err)
	}
	r.Close()
	create(t, dir)
}

// TestARunKeepsItsCommit takes a run up without naming a commit, as a later session does.
func TestARunKeepsItsCommit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	for _, commit := range []string{"abc", ""} {
		r, err := Create(dir, []byte("task = \"toy\"\n"), Info{Commit: commit})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Update(func(i *Info) { i.Step++ }); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	if r, err := Open(dir); err != nil || r.Info.Commit != "abc" || r.Info.Step != 2 {
		t.Errorf("%v, %+v", err, r.Info)
	}
}

func TestOpenNeedsARun(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "none")); err == nil || !strings.Contains(err.Error(), "there is no such folder") {
		t.Errorf("a missing folder: %v", err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "not a run folder") {
		t.Errorf("a folder that is no run: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, InfoFile), []byte("{\"step\": tw"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), InfoFile) {
		t.Errorf("a broken run.json: %v", err)
	}
}

func TestSourceShowsWhatChanged(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	dir := t.TempDir()
	if commit, diff := Source(t.Context(), dir); diff != nil {
		t.Errorf("outside of a repository: commit %q, diff %q", commit, diff)
	}
	file := filepath.Join(dir, "a.txt")
	os.WriteFile(file, []byte("before\n"), 0o644)
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-q", "-m", "one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v %s", args, err, out)
		}
	}
	os.WriteFile(file, []byte("after\n"), 0o644)
	commit, diff := Source(t.Context(), dir)
	if len(commit) != 40 || !strings.Contains(string(diff), "+after") {
		t.Errorf("commit %q, diff %q", commit, diff)
	}

	// Source that git does not know yet is part of the program too; other files are not.
	below := filepath.Join(dir, "below")
	os.MkdirAll(below, 0o755)
	os.WriteFile(filepath.Join(dir, "new file.go"), []byte("package unknown\n"), 0o644)
	os.WriteFile(filepath.Join(dir, "data.bin"), []byte("no source\n"), 0o644)
	if _, diff := Source(t.Context(), below); !strings.Contains(string(diff), "+package unknown") || !strings.Contains(string(diff), "+after") || strings.Contains(string(diff), "no source") {
		t.Errorf("seen from a folder below, with a new file: %q", diff)
	}
}

// TestSourceHash is kept over sessions, and is that of all changes even where the file is cut.
func TestSourceHash(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	r := create(t, dir)
	long := []byte(strings.Repeat("+x\n", sourceLimit))
	r.Info.Commit = "abc"
	if err := r.WriteSource(long); err != nil {
		t.Fatal(err)
	}
	want := r.Info.SourceHash
	if err := r.Update(func(*Info) {}); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if info, err := os.Stat(filepath.Join(dir, SourceFile)); err != nil || info.Size() > sourceLimit+20 {
		t.Errorf("the file: %v, %v", info, err)
	}
	again := create(t, dir)
	if len(want) != 64 || again.Info.SourceHash != want || again.Info.Commit != "abc" {
		t.Errorf("hash %q, then %q of commit %q", want, again.Info.SourceHash, again.Info.Commit)
	}
	if err := again.WriteSource(long[:len(long)-3]); err != nil || again.Info.SourceHash == want {
		t.Errorf("of other changes the hash is the same, %v", err)
	}
	if err := again.WriteSource(nil); err != nil || again.Info.SourceHash != "" {
		t.Errorf("of none it is %q, %v", again.Info.SourceHash, err)
	}
}
