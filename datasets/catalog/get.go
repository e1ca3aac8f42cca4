// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package catalog

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/perceiver-go/perceiver/internal/download"
)

const (
	largestFile    = 4 << 30  // bytes of a download
	largestContent = 16 << 30 // bytes of all that comes out of an archive
)

// Get fetches a data set into its folder below a folder of data sets. What is there already is kept: an empty folder is
// filled, any other is an error. A download that was cut short goes on where it stopped. The digests of what was fetched
// are kept beside the folder, and a later fetch must have the same. Log gets a line for each step.
func Get(ctx context.Context, client *http.Client, s Set, root string, log io.Writer) error {
	if len(s.Files) == 0 {
		return fmt.Errorf("%s cannot be fetched by a program: %s (%s); its folder is %s", s.Name, s.Hand, s.Home, filepath.Join(root, filepath.FromSlash(s.Folder)))
	}
	h, err := s.Look(root)
	if err != nil {
		return err
	}
	if h.Files > 0 {
		return fmt.Errorf("%s has %d files already; remove the folder to fetch the data set anew", h.Path, h.Files)
	}
	work := h.Path + ".partial"
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	sums, err := keptSums(h.Path)
	if err != nil {
		return err
	}
	var fetched []string
	for i, address := range s.Files {
		file := filepath.Join(work, fmt.Sprintf("%d-%s", i, path.Base(address)))
		err := download.File(ctx, client, address, file, largestFile, log)
		var away *download.Unreachable
		if errors.As(err, &away) {
			return fmt.Errorf("%w; the data set is described at %s, and its folder is %s", err, s.Home, h.Path)
		}
		if err != nil {
			return err
		}
		sum, err := download.Digest(file)
		if err != nil {
			return err
		}
		name := path.Base(address)
		if want, known := sums[name]; known && want != sum {
			return fmt.Errorf("%s: its SHA-256 is %s, and at the first fetch it was %s; it was changed where it comes from, or damaged: remove %s to try again, and %s too if the new one is wanted",
				address, sum, want, file, sumsPath(h.Path))
		}
		sums[name] = sum
		fetched = append(fetched, file)
	}
	content := filepath.Join(work, "content")
	if err := os.RemoveAll(content); err != nil {
		return err
	}
	left := int64(largestContent)
	for i, file := range fetched {
		if err := unpack(ctx, file, path.Base(s.Files[i]), s.Inside, content, &left); err != nil {
			return fmt.Errorf("%s: %w", s.Files[i], err)
		}
	}
	if err := writeSums(h.Path, sums); err != nil {
		return err
	}
	if err := os.Remove(h.Path); err != nil && !errors.Is(err, fs.ErrNotExist) { // an empty folder
		return err
	}
	if err := os.Rename(content, h.Path); err != nil {
		return err
	}
	return os.RemoveAll(work)
}

func sumsPath(folder string) string { return folder + ".sha256" }

// keptSums are the digests of an earlier fetch, by file name.
func keptSums(folder string) (map[string]string, error) {
	f, err := os.Open(sumsPath(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sums, err := readSums(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", sumsPath(folder), err)
	}
	return sums, nil
}

func writeSums(folder string, sums map[string]string) error {
	var b strings.Builder
	for name, sum := range sums {
		fmt.Fprintf(&b, "%s  %s\n", sum, name)
	}
	return os.WriteFile(sumsPath(folder), []byte(b.String()), 0o644)
}

// unpack puts what is in a zip or a tar.gz, or the file itself where it is neither, into a folder.
func unpack(ctx context.Context, file, name, inside, folder string, left *int64) error {
	put := func(name string, r io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		name, wanted := within(name, inside)
		if !wanted {
			return nil
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return fmt.Errorf("the archive has the path %q, which leads out of its folder", name)
		}
		return write(filepath.Join(folder, filepath.FromSlash(name)), r, left)
	}
	switch {
	case strings.HasSuffix(name, ".zip"):
		archive, err := zip.OpenReader(file)
		if err != nil {
			return err
		}
		defer archive.Close()
		for _, f := range archive.File {
			if !f.Mode().IsRegular() {
				continue
			}
			r, err := f.Open()
			if err != nil {
				return err
			}
			err = put(f.Name, r)
			r.Close()
			if err != nil {
				return err
			}
		}
		return nil
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			return err
		}
		for archive := tar.NewReader(z); ; {
			h, err := archive.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if h.Typeflag == tar.TypeReg {
				if err := put(h.Name, archive); err != nil {
					return err
				}
			}
		}
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return write(filepath.Join(folder, name), f, left)
}

// within is the path of a file of an archive below the part that is wanted: its one top folder and the folder inside of
// that one. Without a part all is wanted, as it is.
func within(name, inside string) (string, bool) {
	if inside == "" {
		return name, true
	}
	_, rest, ok := strings.Cut(name, "/")
	if !ok || inside == "." {
		return rest, ok && rest != ""
	}
	rest, ok = strings.CutPrefix(rest, inside+"/")
	return rest, ok && rest != ""
}

func write(path string, r io.Reader, left *int64) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(r, *left+1))
	if *left -= n; *left < 0 {
		err = errors.New("more comes out of the archive than any data set has, and it is not unpacked further")
	}
	return errors.Join(err, f.Close())
}
