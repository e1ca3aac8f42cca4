// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// click is a WAV file of four samples.
var click = append([]byte("RIFF,\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00@\x1f\x00\x00\x80>\x00\x00\x02\x00\x10\x00data\x08\x00\x00\x00"), 0, 0, 0, 64, 0, 192, 0, 0)

func TestSoundFiles(t *testing.T) {
	old := Folder
	defer func() { Folder = old }()
	Folder = t.TempDir()
	var out bytes.Buffer
	s := &screen{out: &out, nb: &notebook{broken: true}}
	for range 2 {
		if err := s.sound(click, "A click"); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a-click.wav", "a-click-2.wav"} {
		if got, err := os.ReadFile(filepath.Join(Folder, name)); err != nil || !bytes.Equal(got, click) {
			t.Errorf("%s is not the sound: %v", name, err)
		}
		if !strings.Contains(out.String(), "sound: "+filepath.Join(Folder, name)) {
			t.Errorf("%s is not named in %q", name, out.String())
		}
	}
	for _, bad := range [][]byte{nil, []byte("OggS and so on")} {
		if err := s.sound(bad, "x"); err == nil || !strings.Contains(err.Error(), "not a WAV") {
			t.Errorf("error %v", err)
		}
	}
}

// The player has the whole sound inside, and words that are no HTML.
func TestPlayer(t *testing.T) {
	got := player(click, `a "<b>" click`)
	for _, want := range []string{"<audio controls", `src="data:audio/wav;base64,UklGR`, `aria-label="a &#34;&lt;b&gt;&#34; click"`, "</audio>"} {
		if !strings.Contains(got, want) {
			t.Errorf("the player has no %s: %s", want, got)
		}
	}
	if strings.Contains(got, "<b>") {
		t.Errorf("the words are HTML: %s", got)
	}
}
