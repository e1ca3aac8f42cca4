// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
)

// TestGoSaysNothing: standard output is for results.
func TestGoSaysNothing(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = w
	b, err := openGo("parallelism=3,ops_sequential")
	os.Stdout = before
	_ = w.Close()
	printed, _ := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(printed) != 0 {
		t.Errorf("printed %q", printed)
	}
	if d := b.Description(); !strings.Contains(d, "parallelism=3") {
		t.Errorf("the option has no effect: %s", d)
	}
}

func TestGoOptions(t *testing.T) {
	for _, options := range []string{"", "ops_sequential"} {
		b, err := openGo(options)
		if err != nil {
			t.Fatal(err)
		}
		if d := b.Description(); !strings.Contains(d, "parallelism=-1") {
			t.Errorf("%q: not the safe setting: %s", options, d)
		}
	}
	for _, options := range []string{"parallelism=x", "parallelism=", "nonsense"} {
		if _, err := openGo(options); err == nil || !strings.Contains(err.Error(), "GOMLX_BACKEND=go:"+options) {
			t.Errorf("%q: %v", options, err)
		}
	}
}

func TestOpenGo(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "go")
	var log bytes.Buffer
	b, err := Open(context.Background(), Options{Install: true, LongRun: true, Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.Name != "go" || b.LongRun || b.Cache().On || b.Cache().Why == "" {
		t.Errorf("%+v %+v", b, b.Cache())
	}
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "GOMLX_BACKEND=go") {
		t.Errorf("said %q", got)
	}
}
