// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package download fetches large files: a download that was cut short goes on where it stopped, and none is larger than
// it may be. Whether what came is what was asked for, its digest tells, which is the caller's to compare.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// ErrNotThere is the error of an address at which there is nothing.
var ErrNotThere = errors.New("it is not there")

// Unreachable is the error of an address from which nothing can be had; a person may have better luck with a browser.
type Unreachable struct {
	Address string
	Err     error
}

func (e *Unreachable) Error() string {
	return fmt.Sprintf("%s cannot be fetched: %v", e.Address, e.Err)
}
func (e *Unreachable) Unwrap() error { return e.Err }

// File fetches what is at an address, and puts it behind what an earlier try has left in the file at path. Log gets a
// line. A file of more than limit bytes is refused.
func File(ctx context.Context, client *http.Client, address, path string, limit int64, log io.Writer) error {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
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
		return &Unreachable{address, err}
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusPartialContent:
		if got := response.Header.Get("Content-Range"); !strings.HasPrefix(got, fmt.Sprintf("bytes %d-", have)) {
			return &Unreachable{address, fmt.Errorf("the server answers with the range %q, asked for from byte %d on", got, have)}
		}
	case http.StatusRequestedRangeNotSatisfiable:
		return nil // all of it is there
	case http.StatusOK:
		have = 0
		if err := out.Truncate(0); err != nil {
			return err
		}
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return err
		}
	case http.StatusNotFound:
		return &Unreachable{address, ErrNotThere}
	default:
		return &Unreachable{address, fmt.Errorf("the server answers %s", response.Status)}
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
	return out.Sync()
}

// Digest is the SHA-256 of a file, in hexadecimal digits.
func Digest(path string) (string, error) {
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
