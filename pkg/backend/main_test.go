// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// plugin is the XLA plugin that is installed on this machine; "" where there is none.
var plugin string

// TestMain finds the plugin that is installed and then gives the tests a cache folder of their own, so that they neither
// see nor change what the user has.
func TestMain(m *testing.M) {
	c, err := Choose(context.Background(), Options{})
	if err == nil {
		plugin = c.Plugin
	}
	dir, err := os.MkdirTemp("", "perceiver-backend-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Setenv("PERCEIVER_CACHE_DIR", dir)
	for _, name := range []string{"GOMLX_BACKEND", "XLA_FLAGS", "PERCEIVER_COMPILE_CACHE", "PERCEIVER_COMPILE_CACHE_MB", "PJRT_PLUGIN_LIBRARY_PATH", "PERCEIVER_NO_INSTALL"} {
		os.Unsetenv(name)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// needXLA opens XLA, or skips the test where there is none.
func needXLA(t *testing.T) *Backend {
	t.Helper()
	if plugin == "" {
		t.Skip("no XLA here; `perceiver setup` installs it")
	}
	b, err := Open(context.Background(), Options{Plugin: plugin})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
