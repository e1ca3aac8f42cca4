// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFileHash(t *testing.T) {
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	path, root := filepath.Join(t.TempDir(), "file"), filepath.Join(t.TempDir(), "cache")
	at := time.Unix(1_700_000_000, 0)
	write := func(text string, at time.Time) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	hash := func(root string) string {
		h, err := fileHash(path, root)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	write("abc", at)
	if got := hash(root); got != abc {
		t.Fatalf("got %s", got)
	}
	write("abd", at) // same size and time: what is remembered counts
	if got := hash(root); got != abc {
		t.Errorf("it is not remembered: %s", got)
	}
	if got := hash(""); got == abc {
		t.Error("it is remembered without a folder to do so")
	}
	write("abd", at.Add(time.Nanosecond))
	if got := hash(root); got == abc {
		t.Error("a file of another time is taken for the old one")
	}
	write("abcd", at)
	if got := hash(root); got == abc {
		t.Error("a file of another size is taken for the old one")
	}
	if _, err := fileHash(t.TempDir(), root); err == nil {
		t.Error("a folder has a hash")
	}
	if _, err := fileHash(path+"x", root); !missing(err) {
		t.Errorf("a missing file: %v", err)
	}
}
