// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAll(t *testing.T) {
	all, err := All()
	if err != nil || len(all) < 10 {
		t.Fatalf("%d data sets, %v", len(all), err)
	}
	for _, s := range all {
		if s.Title == "" || s.Task == "" || s.Home == "" || s.Terms == "" || !filepath.IsLocal(s.Folder) || !strings.HasPrefix(s.Use, "perceiver ") {
			t.Errorf("%s: something is left open: %+v", s.Name, s)
		}
		if (len(s.Files) == 0) != (s.Hand != "") {
			t.Errorf("%s: either a program can fetch it or a person is told how", s.Name)
		}
		for _, address := range s.Files {
			if !strings.HasPrefix(address, "https://") {
				t.Errorf("%s: %s is not encrypted", s.Name, address)
			}
		}
	}
	if _, err := Find("fsd"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), "fsdd") {
		t.Errorf("an unknown name: %v", err)
	}
}

// zipped is an archive of files of these names.
func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(f, "content of "+path.Base(name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 3, Typeflag: tar.TypeReg})
	if err == nil {
		_, err = io.WriteString(w, "abc")
	}
	if err = errors.Join(err, w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGet(t *testing.T) {
	files := map[string][]byte{
		"/a.zip":    zipped(t, "top-1.0/recordings/0_x_0.wav", "top-1.0/README", "top-1.0/other/1_x_0.wav"),
		"/b.tar.gz": tarred(t, "batches/data_batch_1.bin"),
		"/c.gz":     []byte("kept as it is"),
		"/out.zip":  zipped(t, "top/recordings/../../../evil"),
	}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	defer s.Close()
	root := t.TempDir()
	get := func(inside string, names ...string) (Here, error) {
		set := Set{Name: "set", Folder: "audio/set", Home: "https://home", Inside: inside}
		for _, n := range names {
			set.Files = append(set.Files, s.URL+n)
		}
		err := Get(t.Context(), s.Client(), set, root, io.Discard)
		h, e := set.Look(root)
		if e != nil {
			t.Fatal(e)
		}
		return h, err
	}
	content := func(name string) string {
		b, _ := os.ReadFile(filepath.Join(root, "audio", "set", name))
		return string(b)
	}
	refused := func(err error, words string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("the error is %v; want one with %q", err, words)
		}
	}
	_, err := get("recordings", "/nothing.zip")
	refused(err, "https://home")
	_, err = get("recordings", "/out.zip")
	refused(err, "leads out of its folder")
	if _, err := os.Stat(filepath.Join(root, "evil")); err == nil {
		t.Fatal("a file was written outside the folder")
	}

	h, err := get("recordings", "/a.zip")
	if err != nil || h.Files != 1 || content("0_x_0.wav") != "content of 0_x_0.wav" {
		t.Fatalf("%+v, %q, %v", h, content("0_x_0.wav"), err)
	}
	if left, _ := filepath.Glob(filepath.Join(root, "audio", "*.partial")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	_, err = get("recordings", "/a.zip")
	refused(err, "already")

	// It is fetched anew, and is another one than before.
	if err := os.RemoveAll(filepath.Join(root, "audio", "set")); err != nil {
		t.Fatal(err)
	}
	files["/a.zip"] = zipped(t, "top/recordings/1_x_0.wav")
	_, err = get("recordings", "/a.zip")
	refused(err, "at the first fetch it was")

	root = t.TempDir()
	if h, err = get(".", "/b.tar.gz"); err != nil || content("data_batch_1.bin") != "abc" {
		t.Errorf("tar.gz: %+v, %v", h, err)
	}
	root = t.TempDir()
	if h, err = get("", "/c.gz", "/c.gz"); err == nil {
		t.Errorf("two files of one name: %+v", h)
	}
	root = t.TempDir()
	if h, err = get("", "/c.gz"); err != nil || content("c.gz") != "kept as it is" {
		t.Errorf("no archive: %+v, %v", h, err)
	}
	_, err = get("", []string{}...)
	refused(err, "cannot be fetched by a program")
}

func TestVerify(t *testing.T) {
	dir := t.TempDir()
	put := func(name, content string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if _, err := Verify(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "sha256sum") {
		t.Errorf("without a list: %v", err)
	}
	put("a/b", "")
	put("c", "x")
	put("d", "in no list")
	put(SumsFile, fmt.Sprintf("%s  ./a/b\n%s  c\n%s  gone\n", empty, empty, empty))
	v, err := Verify(t.Context(), dir)
	if err != nil || v.Good != 1 || strings.Join(v.Changed, " ") != "c" || strings.Join(v.Missing, " ") != "gone" || v.Extra != 1 || v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
	for content, words := range map[string]string{
		"":                                "no file",
		"abc  d":                          "line 1",
		empty + "  ../d":                  "leads out",
		empty + "  /etc/passwd":           "leads out",
		empty + "  c\n" + empty + "  ./c": "twice",
	} {
		put(SumsFile, content)
		if _, err := Verify(t.Context(), dir); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v; want one with %q", content, err, words)
		}
	}
}

func FuzzReadSums(f *testing.F) {
	f.Add("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  ./a/b\n# comment\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		sums, err := readSums(strings.NewReader(text))
		for name := range sums {
			if err == nil && !filepath.IsLocal(name) {
				t.Fatalf("%q leads out", name)
			}
		}
	})
}
