// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode"

	eastasian "golang.org/x/text/width"
)

// Table is rows of text under headers. Columns whose cells are all numbers stand flush right.
type Table struct {
	Title   string // above the table; may be empty
	Headers []string
	Rows    [][]string // a row may be shorter than the others
}

// Text is the table for a terminal, with aligned columns, ending in a line break.
func (t Table) Text() string {
	rows, numeric := t.cells()
	if len(rows) == 0 {
		return t.heading()
	}
	widths := make([]int, len(numeric))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], columns(c))
		}
	}
	var b strings.Builder
	b.WriteString(t.heading())
	for k, r := range rows {
		var line strings.Builder
		for i, c := range r {
			if i > 0 {
				line.WriteString("  ")
			}
			gap := strings.Repeat(" ", widths[i]-columns(c))
			if numeric[i] {
				line.WriteString(gap + c)
			} else {
				line.WriteString(c + gap)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		if k == 0 && len(t.Headers) > 0 {
			for i, w := range widths {
				if i > 0 {
					b.WriteString("  ")
				}
				b.WriteString(strings.Repeat("─", w))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func (t Table) heading() string {
	if t.Title == "" {
		return ""
	}
	return oneLine(t.Title) + "\n"
}

// HTML is the table for a notebook. All style is inline, so that it survives where style sheets do not, and no colour is
// set that would not go with both light and dark pages.
func (t Table) HTML() string {
	rows, numeric := t.cells()
	var b strings.Builder
	b.WriteString(`<table style="border-collapse:collapse;font-size:13px;margin:4px 0">`)
	if t.Title != "" {
		fmt.Fprintf(&b, `<caption style="caption-side:top;text-align:left;white-space:nowrap;font-weight:600;padding:2px 0 6px">%s</caption>`, html.EscapeString(oneLine(t.Title)))
	}
	for k, r := range rows {
		tag, style := "td", "padding:3px 12px 3px 0;border-bottom:1px solid rgba(128,128,128,.22);"
		if k == 0 && len(t.Headers) > 0 {
			tag, style = "th", "padding:3px 12px 3px 0;border-bottom:2px solid rgba(128,128,128,.6);font-weight:600;"
		}
		b.WriteString("<tr>")
		for i, c := range r {
			side := "left"
			if numeric[i] {
				side = "right;font-variant-numeric:tabular-nums"
			}
			fmt.Fprintf(&b, `<%s style="%stext-align:%s">%s</%s>`, tag, style, side, html.EscapeString(c), tag)
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</table>")
	return b.String()
}

// cells are the headers, if there are any, and the rows, all of one length and each cell one line.
func (t Table) cells() (rows [][]string, numeric []bool) {
	n := len(t.Headers)
	for _, r := range t.Rows {
		n = max(n, len(r))
	}
	if n == 0 {
		return nil, nil
	}
	numeric = make([]bool, n)
	filled := make([]bool, n)
	for i := range numeric {
		numeric[i] = true
	}
	full := func(r []string) []string {
		out := make([]string, n)
		for i, c := range r {
			out[i] = oneLine(c)
		}
		return out
	}
	if len(t.Headers) > 0 {
		rows = append(rows, full(t.Headers))
	}
	for _, r := range t.Rows {
		r = full(r)
		rows = append(rows, r)
		for i, c := range r {
			if c != "" {
				filled[i] = true
				numeric[i] = numeric[i] && isNumber(c)
			}
		}
	}
	for i := range numeric {
		numeric[i] = numeric[i] && filled[i]
	}
	return rows, numeric
}

// isNumber tells whether a cell is an amount: a number, with a sign, a unit or a spread at most.
func isNumber(s string) bool {
	if s == "–" || s == "-" || s == "n/a" {
		return true
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(s, "−"), "<"), " ")
	first = strings.TrimRight(first, "%×kMGTBs")
	if len(s) > 32 || first == "" {
		return false
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(first, ",", ""), 64)
	return err == nil
}

// oneLine makes valid text without line breaks or control characters.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// columns is the number of places that a text takes on a terminal.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case eastasian.LookupRune(r).Kind() == eastasian.EastAsianWide, eastasian.LookupRune(r).Kind() == eastasian.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
