// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/perceiver-go/perceiver/internal/download"
)

// Get brings released weights into a folder: config.json and model.safetensors. What is there already is kept, a download
// that was cut short goes on where it stopped, and a file is given its name only when its digest is the expected one and
// its tensors are exactly those of the model. Log gets a line for each step.
func Get(ctx context.Context, client *http.Client, s Source, dir string, log io.Writer) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("published: %w", err)
	}
	config, model := filepath.Join(dir, ConfigFile), filepath.Join(dir, ModelFile)
	if _, err := os.Stat(config); errors.Is(err, fs.ErrNotExist) {
		if err := fetch(ctx, client, s, ConfigFile, dir, smallFile, log); err != nil {
			return err
		}
		if err := os.Rename(partial(config), config); err != nil {
			return fmt.Errorf("published: %w", err)
		}
	}
	at := model
	if _, err := os.Stat(model); errors.Is(err, fs.ErrNotExist) {
		if err := fetch(ctx, client, s, ModelFile, dir, largestModel, log); err != nil {
			return err
		}
		at = partial(model)
	}
	sum, err := download.Digest(at)
	if err != nil {
		return fmt.Errorf("published: %w", err)
	}
	want := s.SHA256
	if want == "" {
		want = keptDigest(model)
	}
	if want != "" && want != sum {
		return fmt.Errorf("published %s: its SHA-256 is %s, expected %s; it is not what was published, or damaged: remove it and try again", at, sum, want)
	}
	folder, err := Open(dir)
	if err != nil {
		return err
	}
	if _, err := Load(at, folder.Model); err != nil {
		return err
	}
	if err := os.WriteFile(model+".sha256", fmt.Appendf(nil, "%s  %s\n", sum, ModelFile), 0o644); err != nil {
		return fmt.Errorf("published: %w", err)
	}
	if at != model {
		if err := os.Rename(at, model); err != nil {
			return fmt.Errorf("published: %w", err)
		}
	}
	if s.SHA256 == "" {
		fmt.Fprintf(log, "No digest is published with this program; the tensors are those of the model, and the SHA-256 is %s\n", sum)
	}
	return nil
}

// largestModel bounds a download; the largest published file has 805 MB.
const largestModel = 4 << 30

func partial(path string) string { return path + ".partial" }

// keptDigest is the digest of an earlier download, "" where there was none.
func keptDigest(model string) string {
	b, _ := os.ReadFile(model + ".sha256")
	sum, _, _ := strings.Cut(string(b), " ")
	return sum
}

// fetch downloads a file of a source to its partial name in a folder, from where an earlier try stopped.
func fetch(ctx context.Context, client *http.Client, s Source, file, dir string, limit int64, log io.Writer) error {
	err := download.File(ctx, client, s.Address(file), partial(filepath.Join(dir, file)), limit, log)
	var away *download.Unreachable
	if !errors.As(err, &away) {
		return err
	}
	reason := away.Err
	if errors.Is(err, download.ErrNotThere) && !s.Safetensors && file == ModelFile {
		reason = errors.New("this revision may have a pickle only, which is not read here; look for a branch with safetensors and give it with --revision")
	}
	return fmt.Errorf("%s cannot be fetched (%w); fetch %s and %s of the same folder with another machine or a browser, and put them into %s",
		away.Address, reason, s.Address(ConfigFile), ModelFile, dir)
}
