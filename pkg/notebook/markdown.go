// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"encoding/base64"
	"io"
	"mime"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown writes Markdown as HTML: tables, strike-through, task lists, coloured code, and pictures inside the page.
type markdown struct {
	md  goldmark.Markdown
	dir string // pictures named in the text lie below it
}

func newMarkdown(dir string) *markdown {
	return &markdown{dir: dir, md: goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(codeBlocks{}, 100))),
	)}
}

// maxEmbedded is the size of the largest picture file that is put into a page.
const maxEmbedded = 32 << 20

func (m *markdown) render(w io.Writer, c *Cell) error {
	src := []byte(c.Source)
	doc := m.md.Parser().Parse(text.NewReader(src))
	var images []*ast.Image
	err := ast.Walk(doc, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if img, ok := n.(*ast.Image); ok && enter {
			images = append(images, img)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return err
	}
	for _, img := range images {
		if data := m.embed(string(img.Destination), c); data != "" {
			img.Destination = []byte(data)
			continue
		}
		// What cannot stand in the page is linked to.
		link := ast.NewLink()
		link.Destination, link.Title = img.Destination, img.Title
		for child := img.FirstChild(); child != nil; {
			next := child.NextSibling()
			link.AppendChild(link, child)
			child = next
		}
		img.Parent().ReplaceChild(img.Parent(), img, link)
	}
	return m.md.Renderer().Render(w, src, doc)
}

// embed returns the data URI of a picture, or "" when it is not here: an attachment of the cell, or a file below the
// notebook's folder.
func (m *markdown) embed(to string, c *Cell) string {
	if strings.HasPrefix(to, "data:image/") {
		return to
	}
	if name, ok := strings.CutPrefix(to, "attachment:"); ok {
		all, _ := c.Extra["attachments"].(map[string]any)
		one, _ := all[name].(map[string]any)
		for kind, v := range one {
			s, _ := v.(string)
			if lines, ok := v.([]any); ok {
				s, _ = join(lines)
			}
			if strings.HasPrefix(kind, "image/") && s != "" {
				return "data:" + kind + ";base64," + strings.Join(strings.Fields(s), "")
			}
		}
		return ""
	}
	kind, _, _ := mime.ParseMediaType(mime.TypeByExtension(path.Ext(to)))
	if !strings.HasPrefix(kind, "image/") || strings.Contains(to, ":") {
		return ""
	}
	root, err := os.OpenRoot(m.dir)
	if err != nil {
		return ""
	}
	defer root.Close()
	f, err := root.Open(filepath.FromSlash(to))
	if err != nil {
		return ""
	}
	defer f.Close()
	if s, err := f.Stat(); err != nil || !s.Mode().IsRegular() || s.Size() > maxEmbedded {
		return ""
	}
	b, err := io.ReadAll(io.LimitReader(f, maxEmbedded))
	if err != nil {
		return ""
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(b)
}

// codeBlocks colours blocks of code that name their language.
type codeBlocks struct{}

// RegisterFuncs is called by goldmark.
func (codeBlocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, src []byte, n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter {
			return ast.WalkContinue, nil
		}
		block := n.(*ast.FencedCodeBlock)
		var b strings.Builder
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			b.Write(line.Value(src))
		}
		_, err := w.WriteString(highlight(string(block.Language(src)), strings.TrimRight(b.String(), "\n")))
		return ast.WalkSkipChildren, err
	})
}
