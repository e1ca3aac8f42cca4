// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"
)

// Corpora that every Go installation has.
const (
	GoBook    = "goroot:book" // the one English book in a Go tree, Newton's Opticks
	GoSources = "goroot:go"   // the standard library with its comments
)

// Corpus is a collection of text files, of which a tenth is held out. Files are read where they are needed; only the
// places of the parts are kept.
type Corpus struct {
	Name    string
	Bytes   int64     // of text, in all files
	Skipped []Skipped // files that are no text, and why

	files       []file
	train, held []segment
	open        openFiles
}

// Skipped is a file that was left out.
type Skipped struct{ Path, Reason string }

type file struct {
	path string
	size int64
}

// segment is a stretch of one file that lies wholly in one part of the split.
type segment struct {
	file     int
	from, to int64
}

// The split. In a folder of many files whole files are held out; else each file is cut into blocks, and of every ten
// blocks in a row one is held out. Which one, a hash of the file's name decides, and how large a block is, the file's
// size, so that the split of a file stays where it is when other files come and go. Windows of one part never reach
// into the other.
const (
	manyFiles   = 20
	wholeBlock  = 8192
	smallBlock  = 256
	blocksToCut = 20      // a small file is cut into this many blocks, if they are not smaller than smallBlock
	mostBlocks  = 1 << 20 // of one file; their places are kept in memory
	heldOutOf   = 10
)

// blockSize is the length of the blocks of a file.
func blockSize(size int64) int64 {
	return max(smallBlock, min(wholeBlock, size/blocksToCut), size/mostBlocks)
}

// OpenCorpus opens a text file, a folder of text files with all below it, or one of the corpora named in this package;
// "" is GoBook. Files that are no text are skipped, and listed in Skipped.
func OpenCorpus(path string) (*Corpus, error) {
	name := path
	switch path {
	case "", GoBook:
		root, err := goroot()
		if err != nil {
			return nil, err
		}
		name, path = GoBook, filepath.Join(root, "src", "testdata", "Isaac.Newton-Opticks.txt")
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("this Go installation has no %s; give a text file or folder with --data, or --data %s", filepath.Base(path), GoSources)
		}
	case GoSources:
		root, err := goroot()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(root, "src")
	}
	c := &Corpus{Name: name}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("data %s: there is no such file or folder", path)
	case err != nil:
		return nil, fmt.Errorf("data %s: %w", path, err)
	case info.IsDir():
		err = c.addFolder(path, func(p string) bool { return name != GoSources || strings.HasSuffix(p, ".go") })
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("data %s: it is neither a file nor a folder", path)
	default:
		err = c.addFile(path, info.Size())
		if err == nil && len(c.Skipped) > 0 {
			return nil, fmt.Errorf("data %s: %s; give a text file or a folder that has some", path, c.Skipped[0].Reason)
		}
	}
	if err != nil {
		return nil, err
	}
	if len(c.files) == 0 {
		why := "it is empty"
		if len(c.Skipped) > 0 {
			why = fmt.Sprintf("none of its %d files is text (%s: %s)", len(c.Skipped), filepath.Base(c.Skipped[0].Path), c.Skipped[0].Reason)
		}
		return nil, fmt.Errorf("data %s: %s; give a text file or a folder that has some", path, why)
	}
	c.split(path)
	return c, nil
}

func goroot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if root := strings.TrimSpace(string(out)); err == nil && root != "" {
		return root, nil
	}
	//lint:ignore SA1019 where no go command is on the path, the root of the build is the next best guess
	if root := runtime.GOROOT(); root != "" {
		return root, nil
	}
	return "", errors.New("no Go installation was found to take the default text from; give a text file or folder with --data")
}

// addFolder adds all text files below a folder, in order of their names. Hidden files and folders are left alone, and
// links are not followed out of the tree.
func (c *Corpus) addFolder(root string, want func(path string) bool) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return fmt.Errorf("data %s: %w", root, err)
		case err != nil:
			c.Skipped = append(c.Skipped, Skipped{path, err.Error()})
			return nil
		case path != root && strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return filepath.SkipDir
		case d.IsDir() || strings.HasPrefix(d.Name(), ".") || !d.Type().IsRegular() || !want(path):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			c.Skipped = append(c.Skipped, Skipped{path, err.Error()})
			return nil
		}
		return c.addFile(path, info.Size())
	})
}

func (c *Corpus) addFile(path string, size int64) error {
	if reason := notText(path, size); reason != "" {
		c.Skipped = append(c.Skipped, Skipped{path, reason})
		return nil
	}
	c.files = append(c.files, file{path, size})
	c.Bytes += size
	return nil
}

// notText says why a file is no text, from a look at its start, middle and end; "" where it is.
func notText(path string, size int64) string {
	if size == 0 {
		return "it is empty"
	}
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	buf := make([]byte, 4096)
	for _, at := range []int64{0, size/2 - 2048, size - 4096} {
		n, err := f.ReadAt(buf, max(0, at))
		if err != nil && !errors.Is(err, io.EOF) {
			return err.Error()
		}
		if bytes.IndexByte(buf[:n], 0) >= 0 {
			return "it is binary (it has NUL bytes)"
		}
		if bad := invalidBytes(buf[:n]); bad > n/4 {
			return "it is binary (more than a quarter of it is not UTF-8)"
		}
	}
	return ""
}

func invalidBytes(b []byte) (bad int) {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			bad++
		}
		b = b[n:]
	}
	return bad
}

// split sorts the text into the two parts.
func (c *Corpus) split(root string) {
	for i, f := range c.files {
		name, err := filepath.Rel(root, f.path)
		if err != nil {
			name = filepath.Base(f.path)
		}
		if len(c.files) >= manyFiles {
			c.add(hash(filepath.ToSlash(name), 0)%heldOutOf == 0, segment{i, 0, f.size})
			continue
		}
		block := blockSize(f.size)
		for group := int64(0); group*block*heldOutOf < f.size; group++ {
			from := group * block * heldOutOf
			blocks := min(heldOutOf, (f.size-from+block-1)/block)
			chosen := int64(-1)
			if whole := min(heldOutOf, (f.size-from)/block); whole > 1 { // a short or lone block at the end is for training
				chosen = int64(hash(filepath.ToSlash(name), uint64(group)) % uint64(whole))
			}
			for b := range blocks {
				c.add(b == chosen, segment{i, from + b*block, min(f.size, from+(b+1)*block)})
			}
		}
	}
	if len(c.held) == 0 && len(c.train) > 1 { // by hash no file was chosen: take the last
		c.held, c.train = c.train[len(c.train)-1:], c.train[:len(c.train)-1]
	}
}

// add appends a segment to its part, as one with the segment before where they touch.
func (c *Corpus) add(held bool, s segment) {
	part := &c.train
	if held {
		part = &c.held
	}
	if n := len(*part); n > 0 && (*part)[n-1].file == s.file && (*part)[n-1].to == s.from {
		(*part)[n-1].to = s.to
		return
	}
	*part = append(*part, s)
}

func hash(s string, n uint64) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%d", s, n)
	// FNV mixes its last bytes weakly; a multiplication spreads them over the low bits.
	return (h.Sum64() * 0x9E3779B97F4A7C15) >> 32
}

// read copies length bytes of a file from an offset.
func (c *Corpus) read(f int, from int64, length int) ([]byte, error) {
	buf := make([]byte, length)
	r, err := c.open.get(c.files[f].path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer c.open.put(r)
	if _, err := r.file.ReadAt(buf, from); err != nil {
		return nil, fmt.Errorf("data %s: it changed while it was read: %w", c.files[f].path, err)
	}
	return buf, nil
}

// places are the windows of a length that fit into segments.
type places struct {
	segments []segment
	upTo     []int64 // number of places in this segment and those before
	length   int
}

func newPlaces(part string, segments []segment, length int) (*places, error) {
	p := &places{length: length}
	total, longest := int64(0), int64(0)
	for _, s := range segments {
		longest = max(longest, s.to-s.from)
		if n := s.to - s.from - int64(length) + 1; n > 0 {
			total += n
			p.segments, p.upTo = append(p.segments, s), append(p.upTo, total)
		}
	}
	if total == 0 {
		return nil, fmt.Errorf("data: the longest stretch of %s text has %d bytes, and data.length = %d; give more text or a shorter length", part, longest, length)
	}
	return p, nil
}

func (p *places) count() int64 { return p.upTo[len(p.upTo)-1] }

// at is place n: a segment and an offset in its file.
func (p *places) at(n int64) (segment, int64) {
	i, _ := slices.BinarySearch(p.upTo, n+1)
	before := int64(0)
	if i > 0 {
		before = p.upTo[i-1]
	}
	return p.segments[i], p.segments[i].from + n - before
}
