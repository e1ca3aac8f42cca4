// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var table = Table{Title: "Runs", Headers: []string{"run", "steps", "bits"},
	Rows: [][]string{{"<a> & b", "1,200", "2.76"}, {"日本", "12"}, {"line\nbreak", "–", "12.5 ± 0.2"}}}

func TestTableText(t *testing.T) {
	want := `Runs
run         steps        bits
──────────  ─────  ──────────
<a> & b     1,200        2.76
日本           12
line break      –  12.5 ± 0.2
`
	if got := table.Text(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := (Table{}).Text(); got != "" {
		t.Errorf("an empty table is %q", got)
	}
	if got := (Table{Rows: [][]string{{"a"}, {}}}).Text(); got != "a\n\n" {
		t.Errorf("a table without headers is %q", got)
	}
}

func TestTableHTML(t *testing.T) {
	got := table.HTML()
	for _, want := range []string{"&lt;a&gt; &amp; b", "<th ", ">line break<", "text-align:right", "text-align:left", "<caption"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	if strings.Contains(got, "<a>") {
		t.Error("a cell is not escaped")
	}
	if n := strings.Count(got, "<td"); n != 9 {
		t.Errorf("%d cells, want 9: short rows are filled up", n)
	}
	if err := wellFormed(got); err != nil {
		t.Error(err)
	}
}

func TestIsNumber(t *testing.T) {
	for s, want := range map[string]bool{"1": true, "-2.5": true, "−2": true, "1,200": true, "12 %": true, "3.4%": true, "12.5 ± 0.2": true, "201 M": true,
		"1e-5": true, "41.3 steps/s": true, "–": true, "": false, "a": false, "k": false, "x1": false} {
		if got := isNumber(s); got != want {
			t.Errorf("isNumber(%q) = %v", s, got)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add("a", "b\n", "日本")
	f.Add("\xff\x00", "<td>", "")
	f.Fuzz(func(t *testing.T, title, header, cell string) {
		tab := Table{Title: title, Headers: []string{header}, Rows: [][]string{{cell, cell}}}
		text := tab.Text()
		if !utf8.ValidString(text) || strings.Count(text, "\n") > 4 {
			t.Errorf("text %q", text)
		}
		if html := tab.HTML(); strings.Count(html, "<td") != 2 {
			t.Errorf("html %q", html)
		}
	})
}
