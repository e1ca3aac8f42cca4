// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/experiment"
)

func TestIndex(t *testing.T) {
	dir := t.TempDir()
	page := &Page{Table: "words", Rows: []Row{{Status: Counted}, {Status: NotAttempted}, {Status: NotAttempted}},
		Results: []Result{{Experiment: "words/io", Size: Size{Profile: experiment.DefaultProfile}, N: 3}}}
	if err := page.Write(dir); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"words-more.md": "\n# More words\n\n# Later\n", "notes.json": "[]"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, IndexFile)
	for range 2 { // it replaces its own, and does not list itself
		if err := WriteIndex(dir); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| [words](words.md), [JSON](words.json) | 1 counted, 2 not attempted | words/io, quick (n = 3) | `perceiver reproduce words` |",
		"- [words-more](words-more.md): More words\n"} {
		if !strings.Contains(string(content), want) {
			t.Errorf("it has no %q:\n%s", want, content)
		}
	}
	if strings.Contains(string(content), "README") || strings.Contains(string(content), "notes") {
		t.Errorf("it lists what is no page:\n%s", content)
	}

	const own = "# My project\n"
	if err := os.WriteFile(path, []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := WriteIndex(dir); err != nil {
		t.Fatal(err)
	}
	if content, _ := os.ReadFile(path); string(content) != own {
		t.Errorf("somebody's own README was replaced by\n%s", content)
	}
}
