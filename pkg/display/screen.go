// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// data is one thing to show, in several forms of which the notebook takes the best it can.
type data = map[protocol.MIMEType]any

// screen is the one way out.
type screen struct {
	mu    sync.Mutex
	out   io.Writer // nil: standard output
	nb    *notebook
	line  io.Writer      // has an unfinished line of a Live; or nil
	names map[string]int // of files written so far
}

// show sends the forms to the notebook, or prints the text.
func (s *screen) show(text string, forms data) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nb.present() {
		return s.nb.send(forms, nil, "")
	}
	return s.print(s.stdout(), text)
}

func (s *screen) stdout() io.Writer {
	if s.out == nil {
		return os.Stdout
	}
	return s.out
}

// print writes text, on a line of its own if a Live is in the middle of one. The caller holds the lock.
func (s *screen) print(w io.Writer, text string) error {
	if s.line != nil {
		io.WriteString(s.line, eraseLine)
		s.line = nil
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return nil
}

func (s *screen) picture(png []byte, alt string) error {
	if !isPNG(png) {
		return fmt.Errorf("picture %q: it is not a PNG file; use viz.PNG, or image/png, to make one", alt)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nb.present() {
		var meta map[string]any
		if width := cssWidth(png); width > 0 {
			meta = map[string]any{string(protocol.MIMEImagePNG): map[string]int{"width": width}}
		}
		return s.nb.send(data{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: "[picture: " + alt + "]"}, meta, "")
	}
	path := filepath.Join(Folder, s.fileName(alt, ".png"))
	if err := writeFile(path, png); err != nil {
		return fmt.Errorf("picture %q: %w", alt, err)
	}
	return s.print(s.stdout(), fmt.Sprintf("picture: %s\n", path))
}

// fileName makes a file name of an alt text; a second file of the same name in one program gets a number.
func (s *screen) fileName(alt, ext string) string {
	name := slug(alt)
	if s.names == nil {
		s.names = map[string]int{}
	}
	s.names[name+ext]++
	if n := s.names[name+ext]; n > 1 {
		return fmt.Sprintf("%s-%d%s", name, n, ext)
	}
	return name + ext
}

// slug keeps letters and digits and joins them by dashes.
func slug(alt string) string {
	words := strings.FieldsFunc(strings.ToLower(alt), func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	s := strings.Join(words, "-")
	if len(s) > 80 {
		s = strings.TrimRight(s[:80], "-")
	}
	if s == "" {
		return "picture"
	}
	return s
}

// writeFile writes a file that appears whole or not at all.
func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".picture-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// cssWidth is the width at which a PNG file wants to be shown, in the pixels of a page, of which there are 96 to the
// inch; 0 if the file does not say.
func cssWidth(png []byte) int {
	const header = 8 + 8 // signature; length and type of the first chunk
	if len(png) < header+17 || string(png[12:16]) != "IHDR" {
		return 0
	}
	width := binary.BigEndian.Uint32(png[header:])
	for at := header + 17; at+8 <= len(png); {
		length, kind := int(binary.BigEndian.Uint32(png[at:])), string(png[at+4:at+8])
		body := at + 8
		if length > len(png)-body || kind == "IDAT" {
			return 0
		}
		if kind == "pHYs" && length == 9 && png[body+8] == 1 {
			perMetre := binary.BigEndian.Uint32(png[body:])
			if perMetre == 0 {
				return 0
			}
			return int(float64(width)*96/0.0254/float64(perMetre) + 0.5)
		}
		at = body + length + 4
	}
	return 0
}
