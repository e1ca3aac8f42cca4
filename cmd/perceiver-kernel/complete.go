// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/scanner"
	"go/token"
	"strings"
)

// isComplete answers a console that asks whether to run a cell or to ask for another line.
//
// A cell with open brackets, comments or raw strings goes on. One that begins with %%, which makes a main function of what
// follows, goes on until an empty line, as it may have any number of statements. All else is run.
func isComplete(code string) map[string]any {
	lines := strings.Split(code, "\n")
	body := false
	main := strings.HasPrefix(strings.TrimSpace(lines[0]), "%%")
	for i, l := range lines { // commands of GoNB are no Go
		if t := strings.TrimSpace(l); strings.HasPrefix(t, "%") || strings.HasPrefix(t, "!") {
			lines[i] = ""
		} else if t != "" {
			body = true
		}
	}
	depth, open := nesting(strings.Join(lines, "\n"))
	switch {
	case depth > 0:
		return map[string]any{"status": "incomplete", "indent": strings.Repeat("\t", depth)}
	case open, main && !(body && strings.TrimSpace(lines[len(lines)-1]) == "" && len(lines) > 1):
		return map[string]any{"status": "incomplete", "indent": ""}
	}
	return map[string]any{"status": "complete"}
}

// nesting counts the brackets that are still open, and says whether a comment or raw string is.
func nesting(code string) (depth int, open bool) {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(code)), []byte(code), func(_ token.Position, msg string) {
		if strings.Contains(msg, "comment not terminated") || strings.Contains(msg, "raw string literal not terminated") {
			open = true
		}
	}, 0)
	for {
		switch _, t, _ := s.Scan(); t {
		case token.EOF:
			return depth, open
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
	}
}
