// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is where the plugin and the compiled programs are kept: PERCEIVER_CACHE_DIR, or perceiver-go in the user's
// cache. It need not exist.
func Folder() (string, error) {
	if dir := os.Getenv("PERCEIVER_CACHE_DIR"); dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return "", fmt.Errorf("PERCEIVER_CACHE_DIR=%s: %w", dir, err)
		}
		return abs, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder to keep XLA and its compiled programs in (%w): set PERCEIVER_CACHE_DIR to one", err)
	}
	return filepath.Join(dir, "perceiver-go"), nil
}

// private makes dir, and refuses one that someone else could write to: what lies in it is run.
func private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot make the cache folder %s (%w): set PERCEIVER_CACHE_DIR to a folder that can be written", dir, err)
	}
	// A link is followed if it is one's own, for it may lead to a larger disk.
	for _, look := range []func(string) (fs.FileInfo, error){os.Lstat, os.Stat} {
		info, err := look(dir)
		if err != nil {
			return fmt.Errorf("cannot look at the cache folder %s: %w", dir, err)
		}
		if owner, known := ownerOf(info); known && owner != os.Geteuid() {
			return fmt.Errorf("the cache folder %s belongs to another user, who could put code into it: set PERCEIVER_CACHE_DIR to a folder of your own", dir)
		}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("cannot look at the cache folder %s: %w", dir, err)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("the cache folder %s can be written by other users, who could put code into it: run `chmod 700 %s`", dir, dir)
	}
	return nil
}

// writeAside writes a file under a name of its own and then renames it, so that no reader ever sees half of it and of
// two writers one wins whole.
func writeAside(path string, parts ...[]byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), partial)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	for _, p := range parts {
		if _, err := f.Write(p); err != nil {
			_ = f.Close()
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// partial is the pattern of the names of files that are being written.
const partial = ".partial-*"

// missing reports whether err says that a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
