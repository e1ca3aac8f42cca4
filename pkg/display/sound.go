// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"encoding/base64"
	"fmt"
	"html"
	"path/filepath"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// MaxSound bounds the sounds that are shown: a notebook keeps them in its file.
const MaxSound = 4 << 20

// Sound shows a WAV file as a player. The alt text says what is to be heard. A notebook that is not trusted, a code host's
// preview and a printed page have no player, so show a picture of the sound beside it: viz.Waveform, viz.Spectrogram.
// Outside of a notebook the file is written to Folder, under a name made from the alt text, and one line says where.
func Sound(wav []byte, alt string) error { return std.sound(wav, alt) }

func (s *screen) sound(wav []byte, alt string) error {
	if len(wav) < 12 || string(wav[:4]) != "RIFF" || string(wav[8:12]) != "WAVE" {
		return fmt.Errorf("sound %q: it is not a WAV file; datasets/audio makes one of samples", alt)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nb.present() {
		if len(wav) > MaxSound {
			return fmt.Errorf("sound %q: it has %d bytes, and a notebook takes %d at most; show a shorter piece", alt, len(wav), MaxSound)
		}
		return s.nb.send(data{protocol.MIMETextHTML: player(wav, alt), protocol.MIMETextPlain: "[sound: " + alt + "]"}, nil, "")
	}
	path := filepath.Join(Folder, s.fileName(alt, ".wav"))
	if err := writeFile(path, wav); err != nil {
		return fmt.Errorf("sound %q: %w", alt, err)
	}
	return s.print(s.stdout(), fmt.Sprintf("sound: %s\n", path))
}

// player is an audio element with the sound inside.
func player(wav []byte, alt string) string {
	name := html.EscapeString(alt)
	return fmt.Sprintf(`<div><audio controls preload="metadata" aria-label="%s" title="%s" src="data:audio/wav;base64,%s"></audio><br><small>%s</small></div>`,
		name, name, base64.StdEncoding.EncodeToString(wav), name)
}
