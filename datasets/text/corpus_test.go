// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// folder writes files, by name, into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func open(t *testing.T, path string) *Corpus {
	t.Helper()
	c, err := OpenCorpus(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// numbers is a text of about n bytes in which every line is another number, beginning with first.
func numbers(first, n int) string {
	var b strings.Builder
	for i := first; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%07d\n", i)
	}
	return b.String()[:n]
}

// layouts are corpora of every kind of split.
func layouts() map[string]map[string]string {
	few, some, short, many := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for i := range 3 {
		few[fmt.Sprintf("%d.txt", i)] = numbers(i*100_000, 200_001+i)
	}
	for i := range 10 {
		some[fmt.Sprintf("a/%d.txt", i)] = numbers(i*100_000, 10_000+i)
	}
	for i := range 15 {
		short[fmt.Sprintf("%d.txt", i)] = numbers(i*1000, 2000)
	}
	for i := range 300 {
		many[fmt.Sprintf("%d/%d.txt", i%7, i)] = numbers(i*1000, 1000)
	}
	return map[string]map[string]string{
		"one small file": {"a.txt": numbers(0, 6000)}, "one file": {"a.txt": numbers(0, 300_123)},
		"few files": few, "some small files": some, "some short files": short, "many files": many,
	}
}

func TestSplit(t *testing.T) {
	for name, files := range layouts() {
		c := open(t, folder(t, files))
		// Every byte is in one part.
		owners := map[int][]byte{}
		for i, f := range c.files {
			owners[i] = make([]byte, f.size)
		}
		var held int64
		for part, segments := range [][]segment{c.train, c.held} {
			for _, s := range segments {
				if s.to > c.files[s.file].size {
					t.Fatalf("%s: %v reaches beyond the end of its file", name, s)
				}
				for at := s.from; at < s.to; at++ {
					owners[s.file][at]++
				}
				held += int64(part) * (s.to - s.from)
			}
		}
		for i, o := range owners {
			if at := bytes.IndexFunc(o, func(r rune) bool { return r != 1 }); at >= 0 {
				t.Errorf("%s: byte %d of %s is in %d parts", name, at, c.files[i].path, o[at])
			}
		}
		// About a tenth is held out.
		if share := float64(held) / float64(c.Bytes); share < 0.05 || share > 0.16 {
			t.Errorf("%s: %.3f is held out, want about a tenth", name, share)
		}
	}
}

// No number is seen, as a whole, both in a training window and in a held-out one.
func TestWindowsOfThePartsShareNothing(t *testing.T) {
	for name, files := range layouts() {
		c := open(t, folder(t, files))
		const length = 64
		seen := map[string]bool{}
		note := func(w []byte, visit func(line string)) {
			if len(w) != length {
				t.Fatalf("%s: a window of %d bytes", name, len(w))
			}
			for line := range strings.SplitSeq(string(w), "\n") {
				if len(line) == 7 {
					visit(line)
				}
			}
		}
		held, err := c.Eval(length, 1<<30)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range held {
			note(w, func(line string) { seen[line] = true })
		}
		train, err := c.Train(length, 1)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		windows, err := train.Batch(0, 5000)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, w := range windows {
			note(w, func(line string) {
				if seen[line] {
					t.Fatalf("%s: %q is in both parts", name, line)
				}
			})
		}
		if len(seen) < 10 {
			t.Errorf("%s: only %d numbers are held out", name, len(seen))
		}
	}
}

// heldOf lists what is held out of each file, by name.
func heldOf(c *Corpus) map[string][]segment {
	out := map[string][]segment{}
	for _, f := range c.files {
		out[filepath.Base(f.path)] = nil
	}
	for _, s := range c.held {
		name := filepath.Base(c.files[s.file].path)
		s.file = 0
		out[name] = append(out[name], s)
	}
	return out
}

func TestSplitStaysWhenOtherFilesComeAndGo(t *testing.T) {
	for name, files := range layouts() {
		if len(files) == 1 {
			continue
		}
		root := folder(t, files)
		before := heldOf(open(t, root))
		for _, change := range []func() error{
			func() error { return os.WriteFile(filepath.Join(root, "0000.txt"), []byte(numbers(0, 50_000)), 0o600) },
			func() error { return os.Remove(open(t, root).files[1].path) },
		} {
			if err := change(); err != nil {
				t.Fatal(err)
			}
			for file, held := range heldOf(open(t, root)) {
				if was, known := before[file]; known && !reflect.DeepEqual(was, held) {
					t.Errorf("%s: of %s other bytes are held out than before: %v, %v", name, file, was, held)
				}
			}
		}
	}
}

func TestFilesThatAreNoText(t *testing.T) {
	nul, latin := "a text and then\x00", strings.Repeat("na\xefve caf\xe9 ", 50)
	noise := strings.Repeat("\x80\x9c\xffa", 1000)
	root := folder(t, map[string]string{"a.txt": "a text\n", "b/c.txt": latin, "empty": "", "nul.bin": nul, "noise.bin": noise,
		".hidden": "hidden", ".git/config": "hidden", "late.bin": strings.Repeat("x", 9000) + "\x00"})
	if err := os.Symlink(filepath.Join(root, "a.txt"), filepath.Join(root, "link.txt")); err != nil {
		t.Log("no links here:", err)
	}
	c := open(t, root)
	if len(c.files) != 2 || filepath.Base(c.files[0].path) != "a.txt" || filepath.Base(c.files[1].path) != "c.txt" || c.Bytes != int64(7+len(latin)) {
		t.Errorf("the files are %v with %d bytes, want a.txt and c.txt", c.files, c.Bytes)
	}
	reasons := map[string]string{}
	for _, s := range c.Skipped {
		reasons[filepath.Base(s.Path)] = s.Reason
	}
	for name, want := range map[string]string{"empty": "empty", "nul.bin": "NUL", "noise.bin": "UTF-8", "late.bin": "NUL"} {
		if !strings.Contains(reasons[name], want) {
			t.Errorf("%s is skipped because %q, want something with %s", name, reasons[name], want)
		}
	}
	if len(reasons) != 4 {
		t.Errorf("skipped are %v, want four", reasons)
	}
	if got := c.String(); !strings.Contains(got, "in 2 files, 4 files skipped") {
		t.Errorf("it is described as %q", got)
	}
	if got := c.LeftOut(); !strings.Contains(got, "4 files left out: empty: it is empty, late.bin: it is binary") || !strings.HasSuffix(got, "and 1 more") {
		t.Errorf("what is left out is said as %q", got)
	}
	if got := open(t, filepath.Join(root, "a.txt")); got.LeftOut() != "" || !strings.Contains(got.String(), "in 1 file") || strings.Contains(got.String(), "skipped") {
		t.Errorf("a file alone: %q and %q", got, got.LeftOut())
	}
	for name, want := range map[string]string{"empty": "empty", "nul.bin": "NUL", "noise.bin": "UTF-8", "missing": "no such file"} {
		if _, err := OpenCorpus(filepath.Join(root, name)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: the error is %v, which does not name the file and say %s", name, err, want)
		}
	}
}

func TestFoldersWithoutText(t *testing.T) {
	if _, err := OpenCorpus(t.TempDir()); err == nil || !strings.Contains(err.Error(), "it is empty") {
		t.Errorf("an empty folder: %v", err)
	}
	root := folder(t, map[string]string{"a": "\x00", "b": ""})
	if _, err := OpenCorpus(root); err == nil || !strings.Contains(err.Error(), "none of its 2 files is text") || !strings.Contains(err.Error(), root) {
		t.Errorf("a folder of binary files: %v", err)
	}
}

func TestTextsOfFewBytes(t *testing.T) {
	for n := 1; n < 600; n += 13 {
		c := open(t, folder(t, map[string]string{"a.txt": strings.Repeat("x", n)}))
		for part, open := range map[string]func(length int) error{
			"training": func(length int) error { _, err := c.Train(length, 1); return err },
			"held-out": func(length int) error { _, err := c.Eval(length, 1); return err },
		} {
			if err := open(n + 1); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("data.length = %d", n+1)) || !strings.Contains(err.Error(), part) {
				t.Fatalf("%d bytes, one window of %d: %v", n, n+1, err)
			}
		}
		if _, err := c.Eval(smallBlock, 1); (err == nil) != (n >= 2*smallBlock) {
			t.Errorf("%d bytes are held out of %v, want one block of two or more: %v", n, c.held, err)
		}
		if _, err := c.Train(1, 1); err != nil {
			t.Errorf("of %d bytes none are for training: %v", n, err)
		}
	}
}

// A file of a terabyte is opened, and read from, without reading it all. It is sparse, with text in the places where
// text is looked for.
func TestHugeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.txt")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = int64(1) << 40
	if err := f.Truncate(size); err != nil {
		t.Skip("this file system has no sparse files of a terabyte")
	}
	if _, err := OpenCorpus(path); err == nil || !strings.Contains(err.Error(), "NUL") {
		t.Errorf("a file of NUL bytes: %v", err)
	}
	for _, at := range []int64{0, size/2 - 4096, size - 4096} {
		if _, err := f.WriteAt([]byte(numbers(0, 8192)[:min(8192, size-at)]), at); err != nil {
			t.Fatal(err)
		}
	}
	c := open(t, path)
	if n := len(c.train) + len(c.held); n > 1<<19 {
		t.Errorf("%d places are kept", n)
	}
	if w, err := c.Eval(64, 8); err != nil || len(w) != 8 {
		t.Errorf("%d held-out windows: %v", len(w), err)
	}
	train, err := c.Train(64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := train.Batch(0, 8); err != nil || len(w) != 8 {
		t.Errorf("%d windows: %v", len(w), err)
	}
}

// The texts that come with Go: where a distribution has left the book out, the error says what to do.
func TestTextsOfTheGoInstallation(t *testing.T) {
	c, err := OpenCorpus("")
	if err != nil {
		if !strings.Contains(err.Error(), "--data") {
			t.Errorf("the error does not say what to do: %v", err)
		}
		t.Skip(err)
	}
	defer c.Close()
	if c.Name != GoBook || c.Bytes < 500_000 || len(c.files) != 1 {
		t.Errorf("the default is %v", c)
	}
}
