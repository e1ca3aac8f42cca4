// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
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
	sum, err := digest(at)
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

func digest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// fetch downloads a file of a source to its partial name in a folder, from where an earlier try stopped.
func fetch(ctx context.Context, client *http.Client, s Source, file, dir string, limit int64, log io.Writer) error {
	address, path := s.Address(file), partial(filepath.Join(dir, file))
	byHand := func(err error) error {
		return fmt.Errorf("%s cannot be fetched (%w); fetch %s and %s of the same folder with another machine or a browser, and put them into %s",
			address, err, s.Address(ConfigFile), ModelFile, dir)
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("published: %w", err)
	}
	defer out.Close()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("published: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("published: %w", err)
	}
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	fmt.Fprintf(log, "Fetching %s\n", address)
	response, err := secure(client).Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return byHand(err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusPartialContent:
		if !strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)) {
			return byHand(fmt.Errorf("the server answers with the range %q, asked for from byte %d on", response.Header.Get("Content-Range"), have))
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return nil // all of it is there; what it is, its digest and its tensors tell
	case http.StatusOK:
		have = 0
		if err := out.Truncate(0); err != nil {
			return fmt.Errorf("published: %w", err)
		}
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("published: %w", err)
		}
	case http.StatusNotFound:
		hint := "it is not there"
		if !s.Safetensors && file == ModelFile {
			hint = "this revision may have a pickle only, which is not read here; look for a branch with safetensors and give it with --revision"
		}
		return byHand(errors.New(hint))
	default:
		return byHand(fmt.Errorf("the server answers %s", response.Status))
	}
	n, err := io.Copy(out, io.LimitReader(response.Body, limit-have+1))
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s was cut short after %d bytes (%w); the same command goes on from there", address, have+n, err)
	}
	if have+n > limit {
		return fmt.Errorf("%s has more than %d bytes, and is not fetched further", address, limit)
	}
	if err := out.Sync(); err != nil {
		return fmt.Errorf("published: %w", err)
	}
	return nil
}

// secure is a client that follows redirects to other encrypted addresses only.
func secure(client *http.Client) *http.Client {
	c := *client
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if r.URL.Scheme != "https" {
			return fmt.Errorf("it leads to %s, which is not encrypted", r.URL.Redacted())
		}
		if len(via) >= 10 {
			return errors.New("it leads in circles")
		}
		return nil
	}
	return &c
}
