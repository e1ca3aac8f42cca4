// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// escape matches what programs send to terminals: colours, which end in m, and the rest.
var escape = regexp.MustCompile("\x1b\\[[0-9;?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(\x07|\x1b\\\\)|\x1b[@-Z\\\\^_]")

// ansiHTML escapes text for HTML and turns terminal colours into classes; other terminal commands are left out.
func ansiHTML(s string) string {
	var b strings.Builder
	var on []string // classes that hold
	write := func(text string) {
		text = html.EscapeString(strings.Map(printable, text))
		if len(on) > 0 && text != "" {
			text = `<span class="` + strings.Join(on, " ") + `">` + text + "</span>"
		}
		b.WriteString(text)
	}
	at := 0
	for _, m := range escape.FindAllStringIndex(s, -1) {
		write(s[at:m[0]])
		at = m[1]
		if e := s[m[0]:m[1]]; strings.HasPrefix(e, "\x1b[") && strings.HasSuffix(e, "m") {
			on = colours(on, e[2:len(e)-1])
		}
	}
	write(s[at:])
	return b.String()
}

// colours applies the numbers of one colour command.
func colours(on []string, numbers string) []string {
	set := func(class string, drop func(string) bool) {
		on = slices.DeleteFunc(slices.Clone(on), drop)
		if class != "" {
			on = append(on, class)
		}
	}
	isColour := func(c string) bool { return len(c) == 3 }
	fields := strings.Split(numbers, ";")
	for i := 0; i < len(fields); i++ {
		n, _ := strconv.Atoi(fields[i]) // nothing is 0
		switch {
		case n == 0:
			on = nil
		case n == 1, n == 3, n == 4, n == 7:
			class := "a" + strconv.Itoa(n)
			set(class, func(c string) bool { return c == class })
		case n >= 22 && n <= 27:
			off := map[int]string{22: "a1", 23: "a3", 24: "a4", 27: "a7"}[n]
			set("", func(c string) bool { return c == off })
		case n >= 30 && n <= 37:
			set("a"+strconv.Itoa(n), isColour)
		case n >= 90 && n <= 97:
			set("a"+strconv.Itoa(n-60), isColour)
		case n == 39:
			set("", isColour)
		case n == 38 || n == 48: // colours out of 256, or by red, green and blue: not shown
			if i+1 < len(fields) && fields[i+1] == "2" {
				i += 4
			} else {
				i += 2
			}
		}
	}
	return on
}

// printable drops control characters, which HTML has no place for.
func printable(r rune) rune {
	if r < ' ' && r != '\n' && r != '\t' {
		return -1
	}
	return r
}

// lastOverwrites does to each line what a carriage return does on a terminal: what comes after it stands in its place.
// Progress lines then appear once, in their last state.
func lastOverwrites(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		l = strings.TrimRight(l, "\r")
		lines[i] = l[strings.LastIndex(l, "\r")+1:]
	}
	return strings.Join(lines, "\n")
}
