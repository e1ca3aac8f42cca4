// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func pixel(t testing.TB, width int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, width, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHTML(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "local.png"), pixel(t, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	nb := New()
	nb.Path = filepath.Join(dir, "x.ipynb")
	nb.Add(Markdown, "# A <title>\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```go\nfunc f() {}\n```\n\n"+
		"![here](local.png) ![far](https://example.com/far.png) ![outside](../secret.png) ![kept](attachment:a.png)")
	nb.Cells[0].Extra = map[string]any{"attachments": map[string]any{"a.png": map[string]any{"image/png": "QUJD"}}}
	c := nb.Add(Code, "%%\nx := \"<b>\" // why")
	c.ExecutionCount = 4
	c.Outputs = []*Output{
		{Type: Stream, Name: "stdout", Text: "10%\r100%\n<i>\x1b[31mred\x1b[0m\x1b[2K\n"},
		{Type: DisplayData, Data: map[string]any{"text/html": "<table><tr><td>own</td></tr></table>", "text/plain": "not shown"}},
		{Type: DisplayData, Data: map[string]any{"image/png": base64.StdEncoding.EncodeToString(pixel(t, 2)) + "\n", "text/plain": `loss "curve"`}},
		{Type: DisplayData, Data: map[string]any{"image/svg+xml": "<svg/>"}},
		{Type: DisplayData, Data: map[string]any{"text/markdown": "**bold**"}},
		{Type: DisplayData, Data: map[string]any{"application/json": map[string]any{"k": 1}}},
		{Type: ExecuteResult, Data: map[string]any{"text/plain": "<plain>"}},
		{Type: Error, Ename: "panic", Evalue: "boom <x>", Traceback: []string{"panic: boom", "\x1b[7m[[ Cell [4] Line 2 ]]\x1b[0m"}},
	}
	nb.Add(Code, "")
	nb.Add(Raw, "<raw>")
	b, err := HTML(nb)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	for _, want := range []string{
		"<title>A &lt;title&gt;</title>", "<td>2</td>", `default-src 'none'`, "prefers-color-scheme: dark",
		`<img src="data:image/png;base64,iVBOR`, `<a href="https://example.com/far.png">far</a>`, `src="data:image/png;base64,QUJD"`,
		`<span class="kd">func</span>`, `<span class="c1">// why`, `<div class="prompt">[4]</div>`,
		"<pre class=\"out stdout\">100%\n&lt;i&gt;<span class=\"a31\">red</span>\n</pre>",
		"<table><tr><td>own</td></tr></table>", `alt="loss &#34;curve&#34;"`, `alt="Picture, output of cell [4]"`,
		"data:image/svg+xml;base64,PHN2Zy8+", "<strong>bold</strong>", "&lt;plain&gt;",
		"<strong>panic: boom &lt;x&gt;</strong>", `<span class="a7">[[ Cell [4] Line 2 ]]</span>`, "<pre>&lt;raw&gt;</pre>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "not shown") || strings.Count(page, "<section") != 3 {
		t.Error("more is shown than should be")
	}
	if m := regexp.MustCompile(`(src|srcset|data)="?(https?:|//|file:)[^ >]*|url\([^)]*\)|@import|<script|<link`).FindString(page); m != "" {
		t.Errorf("the page wants something from outside: %s", m)
	}
	if strings.Contains(page, "secret.png\" alt") {
		t.Error("a file outside the notebook's folder is embedded")
	}
	if again, _ := HTML(nb); !bytes.Equal(b, again) {
		t.Error("the page is different every time")
	}
}

func TestPNGWidth(t *testing.T) {
	b := pixel(t, 400)
	if w := pngWidth(base64.StdEncoding.EncodeToString(b)); w != 0 {
		t.Errorf("without a resolution: %d", w)
	}
	phys := binary.BigEndian.AppendUint32(nil, 9)
	phys = append(phys, "pHYs"...)
	phys = binary.BigEndian.AppendUint32(phys, 7559) // 192 dots per inch
	phys = binary.BigEndian.AppendUint32(phys, 7559)
	phys = append(phys, 1)
	phys = binary.BigEndian.AppendUint32(phys, crc32.ChecksumIEEE(phys[4:]))
	with := append(append(append([]byte{}, b[:33]...), phys...), b[33:]...)
	if w := pngWidth(base64.StdEncoding.EncodeToString(with)); w != 200 {
		t.Errorf("400 pixels at 192 dpi are %d wide, want 200", w)
	}
	for n := range with { // cut anywhere
		pngWidth(base64.StdEncoding.EncodeToString(with[:n]))
	}
}

func TestANSI(t *testing.T) {
	for in, want := range map[string]string{
		"plain & <b>":                            "plain &amp; &lt;b&gt;",
		"\x1b[1;31mx\x1b[39my\x1b[0mz":           `<span class="a1 a31">x</span><span class="a1">y</span>z`,
		"\x1b[38;5;200mx\x1b[48;2;1;2;3my":       "xy",
		"\x1b[7mcell\x1b[27m":                    `<span class="a7">cell</span>`,
		"\x1b[2J\x1b]0;title\x07a\x08\x00":       "a",
		"\x1b[91mbright\x1b[32mgreen\x1b[m done": `<span class="a31">bright</span><span class="a32">green</span> done`,
	} {
		if got := ansiHTML(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if got := lastOverwrites("a\rbc\r\nd\r"); got != "bc\nd" {
		t.Errorf("%q", got)
	}
}

func FuzzANSI(f *testing.F) {
	f.Add("\x1b[1;31mx\x1b[0m")
	f.Add("\x1b[38;5mx\x1b[;m\x1b]")
	f.Fuzz(func(t *testing.T, s string) {
		if got := ansiHTML(s); strings.Count(got, "<span") != strings.Count(got, "</span>") || strings.Contains(got, "\x1b[") {
			t.Errorf("%q gives %q", s, got)
		}
	})
}
