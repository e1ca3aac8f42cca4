// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// put saves a checkpoint with one file.
func put(t *testing.T, r *Run, step int, best bool) {
	t.Helper()
	err := r.Save(step, best, func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "model"), []byte(strings.Repeat("x", step)), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func steps(r *Run) (out []int) {
	for _, c := range r.Checkpoints() {
		out = append(out, c.Step)
	}
	return out
}

func TestSaveKeepsTheLastThreeAndTheBest(t *testing.T) {
	r := create(t, t.TempDir())
	for step := 1; step <= 8; step++ {
		put(t, r, step*100, step == 2)
	}
	if got := steps(r); len(got) != 4 || got[0] != 200 || got[1] != 600 || got[3] != 800 {
		t.Errorf("kept %v, want 200, 600, 700 and 800", got)
	}
	if c, _, err := r.Latest(); err != nil || c.Step != 800 {
		t.Errorf("latest is %v, %v", c, err)
	}
	if c, err := r.Best(); err != nil || c.Step != 200 {
		t.Errorf("best is %v, %v", c, err)
	}
	if r.pointer(latestFile) != "step-000800" {
		t.Errorf("the file latest says %q", r.pointer(latestFile))
	}
}

func TestLatestPassesOverDamage(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"a flipped byte": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "model"), []byte(strings.Repeat("x", 299)+"y"), 0o644)
		},
		"a truncated file":   func(dir string) error { return os.Truncate(filepath.Join(dir, "model"), 10) },
		"a missing file":     func(dir string) error { return os.Remove(filepath.Join(dir, "model")) },
		"a missing manifest": func(dir string) error { return os.Remove(filepath.Join(dir, manifestFile)) },
		"a broken manifest":  func(dir string) error { return os.WriteFile(filepath.Join(dir, manifestFile), []byte("{"), 0o644) },
		"a path outside": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, manifestFile), []byte(`{"step":300,"files":{"../model":{}}}`), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := create(t, t.TempDir())
			put(t, r, 200, false)
			put(t, r, 300, true)
			if err := damage(r.Checkpoints()[1].Dir); err != nil {
				t.Fatal(err)
			}
			c, skipped, err := r.Latest()
			if err != nil || c.Step != 200 || len(skipped) != 1 {
				t.Errorf("got step %d, skipped %v, error %v; want 200 with one skipped", c.Step, skipped, err)
			}
			if c, err := r.Best(); err != nil || c.Step != 200 {
				t.Errorf("best is %v, %v; the marked one is damaged", c, err)
			}
			put(t, r, 300, false) // a resumed run writes it again
			if c, _, err := r.Latest(); err != nil || c.Step != 300 {
				t.Errorf("after writing it again: %v, %v", c, err)
			}
		})
	}
}

func TestLatestOfNone(t *testing.T) {
	r := create(t, t.TempDir())
	if _, _, err := r.Latest(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
	put(t, r, 1, false)
	os.RemoveAll(filepath.Join(r.Checkpoints()[0].Dir, "model"))
	if _, _, err := r.Latest(); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("all damaged: got %v, want another error than for none", err)
	}
}

func TestSaveThatFailsLeavesTheOneBefore(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir)
	put(t, r, 100, false)
	err := r.Save(200, true, func(dir string) error {
		os.WriteFile(filepath.Join(dir, "model"), []byte("half"), 0o644)
		return errors.New("no space left on device")
	})
	if err == nil || !strings.Contains(err.Error(), "no space left") || !strings.Contains(err.Error(), "intact") {
		t.Fatalf("got %v", err)
	}
	if c, _, err := r.Latest(); err != nil || c.Step != 100 {
		t.Errorf("latest is %v, %v", c, err)
	}
	entries, _ := os.ReadDir(filepath.Join(dir, checkpointsFolder))
	if len(entries) != 2 { // step-000100 and latest
		t.Errorf("something was left behind: %v", entries)
	}
}

func TestCreateRemovesWhatAKilledSessionLeft(t *testing.T) {
	dir := t.TempDir()
	r := create(t, dir)
	put(t, r, 100, false)
	r.Close()
	half := filepath.Join(dir, checkpointsFolder, asidePrefix+"step-000200")
	os.MkdirAll(half, 0o755)
	os.WriteFile(filepath.Join(half, "model"), []byte("half"), 0o644)
	r = create(t, dir)
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the half-written checkpoint is still there")
	}
	if c, _, err := r.Latest(); err != nil || c.Step != 100 {
		t.Errorf("latest is %v, %v", c, err)
	}
}
