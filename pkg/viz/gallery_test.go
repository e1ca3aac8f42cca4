// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pictures, and docs/gallery.md, anew")

const (
	goldenDPI = 96 // keeps the files in testdata small
	page      = "../../docs/gallery.md"
	pictures  = "../../docs/pictures/gallery"
)

// The pictures of docs/gallery.md are what the code draws, and the page is about them.
func TestGallery(t *testing.T) {
	if _, err := os.Stat("../../docs"); err != nil {
		t.Skip("there is no folder docs: this is not the whole module")
	}
	var text strings.Builder
	text.WriteString("# Gallery\n\nThe pictures that `pkg/viz` draws from plain Go values; their data are made up. This page is written by `go test ./pkg/viz -run TestGallery -update`.\n")
	docs := documented(t)
	seen := map[string]bool{}
	for _, e := range gallery() {
		golden(t, pictures, e, DPI)
		img, _, err := render(e.figure, 0, 0, DPI)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "\n## %s\n", e.heading)
		if !seen[e.function] { // what is to be read off it stands where the function is documented
			fmt.Fprintf(&text, "\n%s", docs[e.function])
			seen[e.function] = true
		}
		fmt.Fprintf(&text, "\n<img src=\"pictures/gallery/%s.png\" width=\"%d\" alt=\"%s\">\n", e.file, img.Bounds().Dx()/2, e.heading)
	}
	if *update {
		if err := os.WriteFile(page, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != text.String() {
		t.Errorf("%s is not what the code says (%v); run go test ./pkg/viz -run TestGallery -update", page, err)
	}
}

// Pictures that are in no gallery.
func TestEdges(t *testing.T) {
	for _, e := range edges() {
		golden(t, "testdata", e, goldenDPI)
	}
}

// documented is what is written above each function of the package, and how it is called, in Markdown.
func documented(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	set := token.NewFileSet()
	for _, file := range files {
		f, err := parser.ParseFile(set, file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !fn.Name.IsExported() || strings.HasSuffix(file, "_test.go") {
				continue
			}
			var call bytes.Buffer
			text := strings.ReplaceAll(fn.Doc.Text(), "\n\n", "\x00")
			text = strings.ReplaceAll(strings.Join(strings.Fields(strings.ReplaceAll(text, "\x00", " \x00 ")), " "), " \x00 ", "\n\n")
			fn.Doc, fn.Body = nil, nil
			if err := printer.Fprint(&call, set, fn); err != nil {
				t.Fatal(err)
			}
			out[fn.Name.Name] = "```go\n" + call.String() + "\n```\n\n" + text + "\n"
		}
	}
	return out
}

// golden compares a figure with the picture of its name in a folder.
func golden(t *testing.T, dir string, e exhibit, dpi int) {
	t.Helper()
	got, _, err := render(e.figure, 0, 0, dpi)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, e.file+".png")
	if *update {
		var buf bytes.Buffer
		enc := png.Encoder{CompressionLevel: png.BestCompression}
		if err := enc.Encode(&buf, got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v: look at the picture and run go test ./pkg/viz -update", err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if difference := compare(got, want); difference != "" {
		t.Errorf("%s: %s; if that is meant, look at the picture and run go test ./pkg/viz -update", path, difference)
	}
}

// compare lets a few pixels differ: processors round the edges of letters differently.
func compare(a, b image.Image) string {
	if a.Bounds() != b.Bounds() {
		return fmt.Sprintf("its size is %v, not %v", a.Bounds().Size(), b.Bounds().Size())
	}
	r := a.Bounds()
	off := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				if max(d, -d) > 24<<8 {
					off++
					break
				}
			}
		}
	}
	if off > r.Dx()*r.Dy()/2000 {
		return fmt.Sprintf("%d of %d pixels differ", off, r.Dx()*r.Dy())
	}
	return ""
}
