// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/perceiver-go/perceiver/internal/download"
)

// SumsFile is the list of digests in a folder, in the form of the program sha256sum: a digest, two spaces, a path.
const SumsFile = "SHA256SUMS"

// Verified is what was found in a folder.
type Verified struct {
	Folder  string   `json:"folder"`
	Good    int      `json:"good"`
	Changed []string `json:"changed"` // not what the list says
	Missing []string `json:"missing"` // in the list alone
	Extra   int      `json:"extra"`   // files that are in no list
}

// OK says whether all files of the list are there and are what it says.
func (v *Verified) OK() bool { return len(v.Changed)+len(v.Missing) == 0 }

var sumLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *](.+)$`)

// Verify compares the files of a folder with the list SHA256SUMS in it. Paths of the list are those of files below the
// folder.
func Verify(ctx context.Context, folder string) (*Verified, error) {
	list := filepath.Join(folder, SumsFile)
	f, err := os.Open(list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s has no list of digests, %s; make one there with: find . -type f ! -name %s -exec sha256sum {} + > %s", folder, SumsFile, SumsFile, SumsFile)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sums, err := readSums(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	v := &Verified{Folder: folder, Changed: []string{}, Missing: []string{}}
	err = filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		want, listed := sums[name]
		if !listed {
			if name != SumsFile {
				v.Extra++
			}
			return nil
		}
		delete(sums, name)
		got, err := download.Digest(path)
		if err != nil {
			return err
		}
		if got == want {
			v.Good++
		} else {
			v.Changed = append(v.Changed, name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name := range sums {
		v.Missing = append(v.Missing, name)
	}
	return v, nil
}

// readSums reads a list of digests: by path, with slashes and without ./ before it.
func readSums(r io.Reader) (map[string]string, error) {
	sums := map[string]string{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), "\r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := sumLine.FindStringSubmatch(line)
		if m == nil {
			return nil, fmt.Errorf("line %d is no digest of 64 digits, two spaces and a path", n)
		}
		name := strings.TrimPrefix(m[2], "./")
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, fmt.Errorf("line %d: %q leads out of the folder", n, name)
		}
		if _, twice := sums[name]; twice {
			return nil, fmt.Errorf("line %d: %q is listed twice", n, name)
		}
		sums[name] = m[1]
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(sums) == 0 {
		return nil, errors.New("it lists no file")
	}
	return sums, nil
}
