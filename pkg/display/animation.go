// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// MaxAnimation bounds the animations that are shown: a notebook keeps them in its file.
const MaxAnimation = 8 << 20

// Animation shows a GIF file, such as viz.Animate makes. The alt text says what is to be seen. Outside of a notebook the
// file is written to Folder, under a name made from the alt text, and one line says where.
func Animation(gif []byte, alt string) error { return std.animation(gif, alt) }

func (s *screen) animation(gif []byte, alt string) error {
	if !bytes.HasPrefix(gif, []byte("GIF8")) {
		return fmt.Errorf("animation %q: it is not a GIF file; viz.Animate makes one of figures", alt)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nb.present() {
		if len(gif) > MaxAnimation {
			return fmt.Errorf("animation %q: it has %d bytes, and a notebook takes %d at most; show fewer or smaller frames", alt, len(gif), MaxAnimation)
		}
		img := fmt.Sprintf(`<img alt="%s" style="max-width:100%%" src="data:image/gif;base64,%s">`, html.EscapeString(alt), base64.StdEncoding.EncodeToString(gif))
		return s.nb.send(data{protocol.MIMETextHTML: img, protocol.MIMETextPlain: "[animation: " + alt + "]"}, nil, "")
	}
	path := filepath.Join(Folder, s.fileName(alt, ".gif"))
	if err := writeFile(path, gif); err != nil {
		return fmt.Errorf("animation %q: %w", alt, err)
	}
	return s.print(s.stdout(), fmt.Sprintf("animation: %s\n", path))
}
