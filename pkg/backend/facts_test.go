// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bytes"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFacts(t *testing.T) {
	root := filepath.Join(t.TempDir(), "cache")
	t.Setenv("PERCEIVER_CACHE_DIR", root)
	t.Setenv("PERCEIVER_COMPILE_CACHE_MB", "9")
	s, _, err := openStore(root, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	s.save("a", bytes.Repeat([]byte{1}, 2<<20))
	s.save("b", bytes.Repeat([]byte{1}, 1<<20))
	m := Facts()
	if m.Go != runtime.Version() || m.Cores < 1 || m.Cgo != xlaBuilt || m.CacheDir != root || m.CacheFiles != 2 || m.CacheMB != 3 || m.LimitMB != 9 || m.CacheOff != "" {
		t.Errorf("%+v", m)
	}
	if runtime.GOOS == "linux" && m.MemoryMB < 64 {
		t.Errorf("memory %d MB", m.MemoryMB)
	}
	t.Setenv("PERCEIVER_COMPILE_CACHE", "off")
	if m = Facts(); m.CacheOff == "" || m.CacheFiles != 0 {
		t.Errorf("with the cache off: %+v", m)
	}
}

func TestProcessor(t *testing.T) {
	p := processor()
	if p != processor() || !strings.Contains(p, runtime.GOARCH) || strings.Contains(p, "MHz") {
		t.Errorf("not a steady description: %s", p)
	}
}

func TestField(t *testing.T) {
	const text = "processor\t: 0\nmodel\t\t: 17\nmodel name\t: A: B\nflags : x y\nMemTotal:       1024 kB\n"
	for name, want := range map[string]string{"model": "17", "model name": "A: B", "flags": "x y", "MemTotal": "1024 kB", "none": ""} {
		if got := field(text, name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
