// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"path/filepath"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

//go:embed page.css
var pageStyle string

// The page allows itself nothing but inline styles and data: no script of an output runs, and nothing is fetched.
var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; media-src data:; font-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
<style>
{{.Style}}</style>
</head>
<body>
<main>
{{range .Cells}}<section class="cell {{.Kind}}" id="{{.ID}}">
{{.Body}}</section>
{{end}}</main>
</body>
</html>
`))

type pageCell struct {
	Kind, ID string
	Body     template.HTML
}

// HTML makes one self-contained page of a notebook: no scripts, no fonts, nothing from the network. Pictures stand inside
// it. HTML in outputs and Markdown is taken as it is, since a notebook is its reader's own; the page's security policy
// keeps scripts in it from running.
func HTML(nb *Notebook) ([]byte, error) {
	style, err := pageCSS()
	if err != nil {
		return nil, err
	}
	md := newMarkdown(filepath.Dir(nb.Path))
	cells := make([]pageCell, 0, len(nb.Cells))
	for _, c := range nb.Cells {
		var b bytes.Buffer
		switch c.Type {
		case Markdown:
			if err := md.render(&b, c); err != nil {
				return nil, fmt.Errorf("page of notebook %s: cell %s: %w", nb.Path, c.ID, err)
			}
		case Raw:
			fmt.Fprintf(&b, "<pre>%s</pre>\n", html.EscapeString(c.Source))
		default:
			if c.empty() && len(c.Outputs) == 0 {
				continue
			}
			codeCell(&b, c, md)
		}
		cells = append(cells, pageCell{c.Type, c.ID, template.HTML(b.String())})
	}
	var b bytes.Buffer
	err = page.Execute(&b, map[string]any{"Title": nb.title(), "Style": template.CSS(style), "Cells": cells})
	if err != nil {
		return nil, fmt.Errorf("page of notebook %s: %w", nb.Path, err)
	}
	return b.Bytes(), nil
}

// title is the first heading, else the name of the file.
func (nb *Notebook) title() string {
	for _, c := range nb.Cells {
		if c.Type != Markdown {
			continue
		}
		for l := range strings.Lines(c.Source) {
			if t := strings.TrimSpace(strings.TrimLeft(l, "#")); strings.HasPrefix(l, "#") && t != "" {
				return t
			}
		}
	}
	if nb.Path == "" {
		return "Notebook"
	}
	return strings.TrimSuffix(filepath.Base(nb.Path), ".ipynb")
}

func codeCell(b *bytes.Buffer, c *Cell, md *markdown) {
	count := " "
	if c.ExecutionCount > 0 {
		count = fmt.Sprint(c.ExecutionCount)
	}
	if !c.empty() {
		fmt.Fprintf(b, "<div class=\"prompt\">[%s]</div>\n", count)
		b.WriteString(highlight("go", strings.TrimRight(c.Source, "\n")))
	}
	for _, o := range c.Outputs {
		output(b, o, "output of cell ["+count+"]", md)
	}
}

// output writes the richest form of an output that a page without scripts can show.
func output(b *bytes.Buffer, o *Output, where string, md *markdown) {
	switch o.Type {
	case Stream:
		fmt.Fprintf(b, "<pre class=\"out %s\">%s</pre>\n", html.EscapeString(o.Name), ansiHTML(lastOverwrites(o.Text)))
		return
	case Error:
		trace := strings.Join(o.Traceback, "\n")
		head := o.Ename + ": " + o.Evalue
		if strings.TrimSpace(trace) == "" || trace == o.Evalue {
			trace = ""
		}
		fmt.Fprintf(b, "<div class=\"out error\"><strong>%s</strong>", ansiHTML(head))
		if trace != "" {
			fmt.Fprintf(b, "<pre>%s</pre>", ansiHTML(trace))
		}
		b.WriteString("</div>\n")
		return
	}
	if s := o.text("text/html"); s != "" {
		fmt.Fprintf(b, "<div class=\"out rich\">%s</div>\n", s)
		return
	}
	for _, mime := range []string{"image/svg+xml", "image/png", "image/jpeg", "image/gif"} {
		if s := o.text(mime); s != "" {
			fmt.Fprintf(b, "<div class=\"out\">%s</div>\n", pictureHTML(mime, s, alt(o, where)))
			return
		}
	}
	if s := o.text("text/markdown"); s != "" {
		b.WriteString("<div class=\"out markdown\">\n")
		md.render(b, &Cell{Source: s}) // writes to memory, which does not fail
		b.WriteString("</div>\n")
		return
	}
	for _, mime := range []string{"text/plain", "text/latex"} {
		if s := o.text(mime); s != "" {
			fmt.Fprintf(b, "<pre class=\"out\">%s</pre>\n", ansiHTML(s))
			return
		}
	}
	if v, ok := o.Data["application/json"]; ok {
		if j, err := json.MarshalIndent(v, "", "  "); err == nil {
			fmt.Fprintf(b, "<div class=\"out\">%s</div>\n", highlight("json", string(j)))
		}
	}
}

// alt describes a picture in words: what stands beside it as plain text, or where it is.
func alt(o *Output, where string) string {
	if s := strings.TrimSpace(o.text("text/plain")); s != "" {
		return s
	}
	return "Picture, " + where
}

var code = chromahtml.New(chromahtml.WithClasses(true), chromahtml.TabWidth(4))

// highlight colours source by classes; a language that is not known stays plain.
func highlight(language, source string) string {
	lexer := lexers.Get(language)
	if lexer == nil {
		lexer = lexers.Fallback
	}
	var b strings.Builder
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, source)
	if err == nil {
		err = code.Format(&b, styles.Fallback, tokens)
	}
	if err != nil {
		return "<pre class=\"chroma\">" + html.EscapeString(source) + "</pre>\n"
	}
	return b.String() + "\n"
}

// pageCSS is the page's style with the colours of the code, light and dark.
func pageCSS() (string, error) {
	var b strings.Builder
	b.WriteString(pageStyle)
	for _, theme := range []struct{ media, style string }{
		{"@media not all and (prefers-color-scheme: dark) {", "github"}, {"@media (prefers-color-scheme: dark) {", "github-dark"},
	} {
		var css strings.Builder
		if err := code.WriteCSS(&css, styles.Get(theme.style)); err != nil {
			return "", fmt.Errorf("colours of code: %w", err)
		}
		fmt.Fprintf(&b, "%s\n%s}\n", theme.media, css.String())
	}
	return b.String(), nil
}
