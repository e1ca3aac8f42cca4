// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBrokenPlugin: whatever the file is, the answer is a sentence that names it and says what mends it.
func TestBrokenPlugin(t *testing.T) {
	if !xlaBuilt {
		t.Skip(whyNoXLA())
	}
	files := map[string][]byte{"empty": nil, "text": []byte("not a library")}
	if plugin != "" {
		head := make([]byte, 3<<20)
		f, err := os.Open(plugin)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := io.ReadFull(f, head); err != nil {
			t.Fatal(err)
		}
		files["truncated"] = head // the linker maps what is not there
	}
	for what, content := range files {
		path := filepath.Join(t.TempDir(), "pjrt_c_api_cpu_plugin.so")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("GOMLX_BACKEND", "xla:"+path)
		_, err := Open(context.Background(), Options{})
		if err == nil {
			t.Fatalf("%s: opened", what)
		}
		for _, w := range []string{path, setupCommand, "unset GOMLX_BACKEND"} {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q lacks %q", what, err, w)
			}
		}
		if what == "truncated" && !strings.Contains(err.Error(), "cut short") {
			t.Errorf("%s: %q does not say so", what, err)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %q", what, err)
		}

		// The same file among those that are searched is passed over.
		t.Setenv("GOMLX_BACKEND", "")
		t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Dir(path))
		c, err := Choose(context.Background(), Options{})
		if err != nil || c.Name != "go" || c.Mend == "" || !strings.Contains(c.Reason, path) {
			t.Errorf("%s: %+v %v", what, c, err)
		}
	}
}

func TestPluginIsTriedOnce(t *testing.T) {
	if plugin == "" {
		t.Skip("no XLA here; `perceiver setup` installs it")
	}
	root := filepath.Join(t.TempDir(), "cache")
	first, err := tryPlugin(context.Background(), plugin, "hash", run{}, root)
	if err != nil {
		t.Fatal(err)
	}
	if first.Platform != "cpu" || first.Devices < 1 || !strings.Contains(first.API, ".") {
		t.Errorf("it says %+v", first)
	}
	again, err := tryPlugin(context.Background(), "/no/such/plugin.so", "hash", run{}, root)
	if err != nil || again != first {
		t.Errorf("the same content is tried again: %+v %v", again, err)
	}
	if _, err := tryPlugin(context.Background(), "/no/such/plugin.so", "other", run{}, root); err == nil {
		t.Error("other content is not tried")
	}
}

// TestBadFlag: XLA ends the process when it reads a flag that it does not know.
func TestBadFlag(t *testing.T) {
	if plugin == "" {
		t.Skip("no XLA here; `perceiver setup` installs it")
	}
	t.Setenv("XLA_FLAGS", "--xla_no_such_flag=1")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", filepath.Dir(plugin))
	options := []Options{{Plugin: plugin}}
	if kindOf(filepath.Base(plugin)) == "cpu" {
		options = append(options, Options{}) // it is found by its name
	}
	for _, o := range options {
		_, err := Open(context.Background(), o)
		if err == nil || !strings.HasPrefix(err.Error(), "XLA_FLAGS=--xla_no_such_flag=1: ") || !strings.Contains(err.Error(), "nset XLA_FLAGS") {
			t.Errorf("%+v: got %v", o, err)
		}
	}
}

func TestComplaint(t *testing.T) {
	exit := errors.New("exit status 2")
	for text, want := range map[string]string{
		"": "exit status 2",
		"W0101 warning\nlibfoo.so: cannot open shared object file\n":                "libfoo.so: cannot open shared object file",
		"fatal error: fault\n[signal SIGBUS: bus error code=0x2]\ngoroutine 1":      "loading it ends the process with SIGBUS: the file is cut short",
		"F1 parse_flags.cc:3] Unknown flag in XLA_FLAGS: --x\nSIGABRT: abort\nrest": "Unknown flag in XLA_FLAGS: --x",
	} {
		if got := complaintOf(text, exit); got != want {
			t.Errorf("%q: got %q", text, got)
		}
	}
}
