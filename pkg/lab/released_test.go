// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/published"
)

// Weights count as fetched when the file has its final name; a download that was cut short does not.
func TestFetchedModels(t *testing.T) {
	t.Setenv("PERCEIVER_CACHE_DIR", filepath.Join(t.TempDir(), "cache"))
	if got := FetchedModels(); len(got) != 0 {
		t.Errorf("nothing was fetched, found %q", got)
	}
	for name, file := range map[string]string{"language": published.ModelFile + ".partial", "flow": published.ModelFile} {
		dir, err := ReleasedFolder(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), []byte("weights"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := FetchedModels(); !slices.Equal(got, []string{"optical_flow"}) {
		t.Errorf("the weights of optical_flow are there, found %q", got)
	}
}

func TestDataFolder(t *testing.T) {
	t.Setenv("PERCEIVER_DATA", "/some/where")
	if got := DataFolder(); got != "/some/where" {
		t.Errorf("the folder is %q", got)
	}
	t.Setenv("PERCEIVER_DATA", "")
	clone := t.TempDir()
	data := filepath.Join(clone, "shared", "data")
	for _, dir := range []string{data, filepath.Join(clone, "perceiver", "cmd")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(clone, "perceiver", "go.mod"), []byte("module m\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(clone, "perceiver", "cmd"))
	got, err := os.Stat(DataFolder())
	if err != nil {
		t.Fatal(err)
	}
	if want, err := os.Stat(data); err != nil || !os.SameFile(got, want) {
		t.Errorf("the folder is %q, want %s: %v", DataFolder(), data, err)
	}
	t.Chdir(clone)
	if got := DataFolder(); got != "" {
		t.Errorf("outside of a clone it is %q", got)
	}
}
