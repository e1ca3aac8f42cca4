// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestSeed(t *testing.T) {
	root, cells := t.TempDir(), t.TempDir()
	local := filepath.Join(root, "go.mod")
	write(t, local, "module example.com/m/v2\n\ngo 1.26.5\n\nrequire a.com/a v1.2.3\nrequire (\n\tb.com/b v0.4.0 // indirect\n)\n"+
		"replace b.com/b => ../b\nreplace a.com/a v1.2.3 => c.com/c v1.0.0\nexclude a.com/a v1.9.0\ntool a.com/a/cmd\n")
	write(t, filepath.Join(root, "go.sum"), "sums\n")
	write(t, filepath.Join(cells, "go.mod"), "module gonb_1234\n\ngo 1.25\n")
	if err := seed(cells, local); err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(filepath.Join(cells, "go.mod"))
	for _, want := range []string{
		"module gonb_1234", "go 1.26.5", "a.com/a v1.2.3", "b.com/b v0.4.0", "example.com/m/v2 v2.0.0",
		"b.com/b => " + filepath.Join(filepath.Dir(root), "b"), "a.com/a v1.2.3 => c.com/c v1.0.0", "exclude a.com/a v1.9.0",
		"example.com/m/v2 => " + root,
	} {
		if !strings.Contains(string(b), want) {
			t.Errorf("go.mod lacks %q:\n%s", want, b)
		}
	}
	if strings.Contains(string(b), "tool") {
		t.Error("the tools of the module became tools of the cells")
	}
	if sums, _ := os.ReadFile(filepath.Join(cells, "go.sum")); string(sums) != "sums\n" {
		t.Errorf("go.sum %q", sums)
	}
	if files, _ := os.ReadDir(cells); len(files) != 2 {
		t.Errorf("files left aside: %v", files)
	}
	if err := seed(cells, local); err != nil {
		t.Errorf("a second time: %v", err)
	}
}

func TestSeedBad(t *testing.T) {
	cells := t.TempDir()
	write(t, filepath.Join(cells, "go.mod"), "module gonb_1234\n")
	for name, text := range map[string]string{"broken": "module (", "nameless": "go 1.26\n"} {
		local := filepath.Join(t.TempDir(), "go.mod")
		write(t, local, text)
		if err := seed(cells, local); err == nil || !strings.Contains(err.Error(), local) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := seed(cells, filepath.Join(cells, "nowhere", "go.mod")); err == nil {
		t.Error("a missing go.mod was taken")
	}
}

func TestHint(t *testing.T) {
	said := `main.go:3:8: no required module provides package example.com/x/y; to add it:`
	if h := hint(said, "/m/go.mod"); !strings.Contains(h, "go get example.com/x/y") || !strings.Contains(h, "/m/go.mod") {
		t.Error(h)
	}
	if h := hint("main.go:3:8: undefined: x", "/m/go.mod"); h != "" {
		t.Error(h)
	}
	for said, want := range map[string]bool{
		"/usr/local/go/pkg/tool/linux_amd64/link: running gcc failed": true,
		"x.o: loadelf: unknown relocation":                            true,
		"./main.go:3:8: undefined: link":                              false,
	} {
		if linkTrouble.MatchString(said) != want {
			t.Error(said)
		}
	}
}

func TestCellFlags(t *testing.T) {
	if got := cellFlags("-mod=vendor -tags=x"); !strings.HasPrefix(got, "-tags=x -buildvcs=false ") || !strings.Contains(got, "-ldflags=-s") {
		t.Error(got)
	}
	if got := cellFlags("-ldflags=-w"); got != "-ldflags=-w -buildvcs=false" {
		t.Error(got)
	}
}

// TestInstalledKernelOutsideOfModules finds the module that the kernel was installed from.
func TestInstalledKernelOutsideOfModules(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv(envGo, "")
	t.Setenv(envHome, "")
	if m, err := findModule(); err == nil || !strings.Contains(err.Error(), "in no Go module") {
		t.Errorf("without a home: %+v, %v", m, err)
	}
	t.Setenv(envHome, filepath.Join(t.TempDir(), "gone"))
	if m, err := findModule(); err == nil || !strings.Contains(err.Error(), "kernel install") {
		t.Errorf("the home is gone: %+v, %v", m, err)
	}
	home := t.TempDir()
	write(t, filepath.Join(home, "go.mod"), "module m\n")
	t.Setenv(envHome, home)
	_, err := findModule()
	if err == nil || !strings.Contains(err.Error(), "must be a tool of "+filepath.Join(home, "go.mod")) {
		t.Errorf("a home without the tools: %v", err)
	}
}
