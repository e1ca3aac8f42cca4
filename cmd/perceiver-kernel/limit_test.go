// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

func TestLimitOfText(t *testing.T) {
	var l limit
	if ok, _ := l.text("a", mostText); !ok {
		t.Error("the first piece is too long")
	}
	if ok, tell := l.text("a", 1); ok || !tell {
		t.Error("the limit is not heeded, or not told")
	}
	if ok, tell := l.text("a", 1); ok || tell {
		t.Error("it is told twice")
	}
	if ok, _ := l.text("b", 1); !ok {
		t.Error("the next cell may print nothing")
	}
}

func TestShrink(t *testing.T) {
	m, err := wire.New("display_data", "s", nil, map[string]any{"data": map[string]any{"image/png": "small"}, "transient": map[string]any{"display_id": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(m.Content)
	if shrink(m); !bytes.Equal(m.Content, before) {
		t.Errorf("a small output became %s", m.Content)
	}
	m.Encode(map[string]any{"data": map[string]any{"image/png": strings.Repeat("x", mostShown)}, "transient": map[string]any{"display_id": "x"}})
	if shrink(m); len(m.Content) > 1000 || !bytes.Contains(m.Content, []byte("64 MiB")) || !bytes.Contains(m.Content, []byte(`"display_id":"x"`)) {
		t.Errorf("a large output became %.200s", m.Content)
	}
}
