// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// A cell that floods its notebook leaves a bounded part of it, and a sentence that says so.
func TestOutputsAreBounded(t *testing.T) {
	message := func(kind string, content map[string]any) *wire.Message {
		m, err := wire.New(kind, "s", nil, content)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	var r recorder
	c := &Cell{Type: Code}
	r.begin(c)
	text := message("stream", map[string]any{"name": "stdout", "text": strings.Repeat("x", 1<<20)})
	for range 5 {
		if err := r.take(text); err != nil {
			t.Fatal(err)
		}
	}
	huge := message("display_data", map[string]any{"data": map[string]any{"image/png": strings.Repeat("x", maxRichBytes)}})
	small := message("display_data", map[string]any{"data": map[string]any{"image/png": "small"}})
	for _, m := range []*wire.Message{huge, small} {
		if err := r.take(m); err != nil {
			t.Fatal(err)
		}
	}
	half := message("display_data", map[string]any{"data": map[string]any{"image/png": strings.Repeat("x", maxRichBytes/2)}})
	for range 3 {
		if err := r.take(half); err != nil {
			t.Fatal(err)
		}
	}
	r.end()
	kept := 0
	for _, o := range c.Outputs {
		kept += len(o.Text) + len(o.text("image/png"))
	}
	if kept > maxStreamBytes+maxRichBytes+1000 {
		t.Errorf("%d bytes are kept", kept)
	}
	got := []string{}
	for _, o := range c.Outputs[1:] {
		got = append(got, o.Text+o.text("text/plain")+o.text("image/png")[:min(5, len(o.text("image/png")))])
	}
	want := []string{"[an output of 64 MiB is not kept; show something smaller]", "small", "xxxxx", "[at least 3145728 more bytes of text are not kept]\n", "[2 more outputs are not kept]\n"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}
