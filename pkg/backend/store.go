// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// CacheStats says how the cache of compiled programs did in this process.
type CacheStats struct {
	On  bool
	Why string // where it is off: why, in one sentence
	Dir string // where the files are; "" where it is off

	Hits     int64 // programs that were read from disk
	Misses   int64 // programs that were not there and were compiled
	Failures int64 // files that were there but could not be used, and programs that could not be written
}

// store keeps compiled programs as files, one for each key. All methods may be called at the same time, by many
// goroutines and many processes. A nil store keeps nothing.
type store struct {
	dir                    string
	limit                  int64 // bytes of all files together
	hits, misses, failures atomic.Int64
}

// A file is magic, the hash of key and program, and the program.
const (
	magic      = "perceiver xla 1\n"
	headerSize = len(magic) + sha256.Size
	extension  = ".xla"

	// maxProgram bounds what is read into memory: hundreds of times the size of the programs of this module.
	maxProgram = 1 << 30

	defaultLimitMB = 512

	// abandoned is the age at which a file that was never finished belongs to a process that died.
	abandoned = time.Hour
)

// openStore opens the store under a cache folder as the environment says. It gives nil and the reason where there is
// none; an error means that a variable has no meaning.
func openStore(root string, env func(string) string) (s *store, why string, err error) {
	switch v := strings.ToLower(env("PERCEIVER_COMPILE_CACHE")); v {
	case "", "on", "1", "true":
	case "off", "0", "false":
		return nil, "PERCEIVER_COMPILE_CACHE turns it off", nil
	default:
		return nil, "", fmt.Errorf("PERCEIVER_COMPILE_CACHE=%s: it must be on or off", v)
	}
	limit := int64(defaultLimitMB)
	if v := env("PERCEIVER_COMPILE_CACHE_MB"); v != "" {
		limit, err = strconv.ParseInt(v, 10, 32)
		if err != nil || limit < 0 {
			return nil, "", fmt.Errorf("PERCEIVER_COMPILE_CACHE_MB=%s: it must be a whole number of megabytes, 0 or more", v)
		}
		if limit == 0 {
			return nil, "PERCEIVER_COMPILE_CACHE_MB=0 leaves it no room", nil
		}
	}
	dir := filepath.Join(root, "programs")
	if err := private(root); err != nil {
		return nil, err.Error(), nil
	}
	if err := private(dir); err != nil {
		return nil, err.Error(), nil
	}
	return &store{dir: dir, limit: limit << 20}, "", nil
}

// identity is what a compiled program depends on beside its own text. Machine code fits one plugin, one set of flags
// and one kind of processor; on another it is slow at best.
type identity struct {
	plugin    string // hash of the plugin's content
	flags     string // XLA_FLAGS, or what stands in the file that they name
	processor string // model, features and number of cores
}

// key is the name under which a program is kept. Each part goes in with its length, so that two lists of parts never
// give the same key by running into each other.
func (id identity) key(options []byte, format string, program []byte) string {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(id.plugin), []byte(id.flags), []byte(id.processor), options, []byte(format), canonical(program)} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (s *store) path(key string) string { return filepath.Join(s.dir, key+extension) }

// load reads a program, or gives nil. A file that is not whole, or that was made for another key, is deleted.
func (s *store) load(key string) []byte {
	if s == nil {
		return nil
	}
	path := s.path(key)
	info, err := os.Lstat(path)
	if err != nil {
		if !missing(err) {
			s.failures.Add(1)
		}
		return nil
	}
	if !info.Mode().IsRegular() || info.Size() > maxProgram {
		s.drop(key)
		return nil
	}
	file, err := os.ReadFile(path)
	if err != nil {
		if !missing(err) { // another process may have made room since
			s.failures.Add(1)
		}
		return nil
	}
	program := file[min(headerSize, len(file)):]
	if len(program) == 0 || !bytes.Equal(file[:headerSize], header(key, program)) {
		s.drop(key)
		return nil
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // the time of last use: what was not used for longest goes first
	return program
}

// drop deletes a file that could not be used.
func (s *store) drop(key string) {
	if s != nil {
		s.failures.Add(1)
		_ = os.RemoveAll(s.path(key))
	}
}

// save writes a program. A program that cannot be written is compiled again next time, which is no error.
func (s *store) save(key string, program []byte) {
	if s == nil || len(program) == 0 || int64(len(program)+headerSize) > s.limit {
		return
	}
	if err := writeAside(s.path(key), header(key, program), program); err != nil {
		s.failures.Add(1)
		return
	}
	s.evict()
}

func header(key string, program []byte) []byte {
	h := sha256.New()
	h.Write([]byte(key))
	h.Write(program)
	return h.Sum([]byte(magic))
}

// evict deletes files until the rest fits, least recently used first, and what processes left behind that died while
// they wrote. Another process may do the same at the same time: a file that is gone already is as good as deleted.
func (s *store) evict() {
	files, partials := s.list()
	for _, f := range partials {
		if time.Since(f.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(s.dir, f.Name()))
		}
	}
	var total int64
	for _, f := range files {
		total += f.Size()
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if total <= s.limit {
			return
		}
		if err := os.Remove(filepath.Join(s.dir, f.Name())); err == nil || missing(err) {
			total -= f.Size()
		}
	}
}

// list gives the files of compiled programs and the unfinished ones.
func (s *store) list() (files, partials []fs.FileInfo) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, nil
	}
	prefix := strings.TrimSuffix(partial, "*")
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		switch {
		case strings.HasPrefix(e.Name(), prefix):
			partials = append(partials, info)
		case filepath.Ext(e.Name()) == extension:
			files = append(files, info)
		}
	}
	return files, partials
}

func (s *store) stats() CacheStats {
	if s == nil {
		return CacheStats{}
	}
	return CacheStats{On: true, Dir: s.dir, Hits: s.hits.Load(), Misses: s.misses.Load(), Failures: s.failures.Load()}
}
