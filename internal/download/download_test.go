// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package download

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFile(t *testing.T) {
	content := []byte("all of the file")
	var ranges []string
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/file":
			ranges = append(ranges, r.Header.Get("Range"))
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		case "/open":
			http.Redirect(w, r, "http://127.0.0.1:1/file", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	path := filepath.Join(t.TempDir(), "file.partial")
	get := func(name string, limit int64) error {
		return File(t.Context(), s.Client(), s.URL+name, path, limit, io.Discard)
	}
	if err := os.WriteFile(path, content[:6], 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // from the middle, and with nothing left to fetch
		if err := get("/file", 100); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, content) {
			t.Fatalf("the file is %q", got)
		}
	}
	if strings.Join(ranges, " ") != "bytes=6- bytes=15-" {
		t.Errorf("asked for %q", ranges)
	}
	if sum, err := Digest(path); err != nil || sum != "b183e442e1f388dce5ee6979f83f6440b259fad1497f014b2fed48f831a934ce" {
		t.Errorf("digest %s, %v", sum, err)
	}
	os.Remove(path)
	if err := get("/file", 5); err == nil || !strings.Contains(err.Error(), "more than 5 bytes") {
		t.Errorf("a file that is too large: %v", err)
	}
	var away *Unreachable
	if err := get("/nothing", 5); !errors.Is(err, ErrNotThere) || !errors.As(err, &away) || away.Address != s.URL+"/nothing" {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := get("/open", 5); err == nil || !strings.Contains(err.Error(), "not encrypted") {
		t.Errorf("a redirect to an open connection: %v", err)
	}
}
