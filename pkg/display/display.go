// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package display shows pictures, tables and text: in the notebook where the program is a cell of one, and on the
// terminal or in files where it is not. The same code serves both.
//
//	display.Figure(plot, "loss of the quick profile")
//	display.Table(viz.Table{Headers: headers, Rows: rows})
//
// In a GoNB notebook output comes in two streams, what is printed and what is rich, and rich output that is under way
// when a cell ends is lost. Everything here goes through one lock, and waits until the notebook has it; so nothing is
// lost, and what this package shows keeps its order. What a program prints itself may overtake it: show text by Text.
package display

import (
	"bytes"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Folder is where pictures go outside of a notebook.
var Folder = filepath.Join("out", "pictures")

// std is what the functions of the package write to.
var std = &screen{nb: new(notebook)}

// Text shows text as it is, and ends the line if the text does not.
func Text(s string) error {
	return std.show(endLine(s), data{protocol.MIMETextPlain: s})
}

// Markdown shows text that may have headings, lists, links and formulas. Outside of a notebook it is printed as it is.
func Markdown(s string) error {
	return std.show(endLine(s), data{protocol.MIMETextMarkdown: s, protocol.MIMETextPlain: s})
}

// Table shows a table.
func Table(t viz.Table) error {
	return std.show(t.Text(), data{protocol.MIMETextHTML: t.HTML(), protocol.MIMETextPlain: t.Text()})
}

// Figure draws a plot or a drawing in its usual size and shows it. The alt text says what is to be seen, for readers
// who do not see it; outside of a notebook it becomes the name of the file.
func Figure(f viz.Figure, alt string) error {
	png, err := viz.PNG(f, 0, 0)
	if err != nil {
		return err
	}
	return Picture(png, alt)
}

// Picture shows a PNG file. In a notebook it is as large as its resolution says, which is half of its pixels for those
// of viz. Outside, it is written to Folder, under a name made from the alt text, and one line says where; a picture
// of the same alt text that an earlier program left there is replaced.
func Picture(png []byte, alt string) error {
	return std.picture(png, alt)
}

func endLine(s string) string {
	if s == "" || s[len(s)-1] == '\n' {
		return s
	}
	return s + "\n"
}

// isPNG tells whether a file begins as PNG files do.
func isPNG(file []byte) bool { return bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")) }
