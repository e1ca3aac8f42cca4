// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFolder(t *testing.T) {
	root := t.TempDir()
	data, deep := filepath.Join(root, "shared", "data"), filepath.Join(root, "checkout", "pkg", "tasks", "audio")
	for _, dir := range []string{data, deep} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PERCEIVER_DATA", "")
	t.Chdir(deep)
	got, err := filepath.Abs(Folder())
	if want, e := filepath.EvalSymlinks(data); err != nil || e != nil || got != want && got != data {
		t.Errorf("deep in a checkout it is %s, %v; want %s", got, err, want)
	}
	t.Setenv("PERCEIVER_DATA", "elsewhere")
	if got := Folder(); got != "elsewhere" {
		t.Errorf("named by the environment it is %s", got)
	}
}
