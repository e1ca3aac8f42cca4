// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package display

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnimationFiles(t *testing.T) {
	old := Folder
	defer func() { Folder = old }()
	Folder = t.TempDir()
	var out bytes.Buffer
	s := &screen{out: &out, nb: &notebook{broken: true}}
	film := []byte("GIF89a and so on")
	if err := s.animation(film, "A battle"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(Folder, "a-battle.gif")
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, film) || !strings.Contains(out.String(), "animation: "+path) {
		t.Errorf("the file has %q (%v), and what is said is %q", got, err, out.String())
	}
	for _, bad := range [][]byte{nil, []byte("\x89PNG")} {
		if err := s.animation(bad, "x"); err == nil || !strings.Contains(err.Error(), "not a GIF") {
			t.Errorf("error %v", err)
		}
	}
}
