// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// server stands in for the hub; the client goes there, whatever address it is given.
func server(t *testing.T, files map[string][]byte, handle func(w http.ResponseWriter, r *http.Request) bool) *http.Client {
	t.Helper()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if handle != nil && handle(w, r) {
			return
		}
		content, ok := files[filepath.Base(r.URL.Path)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	t.Cleanup(s.Close)
	client := s.Client()
	inner := client.Transport
	client.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.URL.Host = s.Listener.Addr().String()
		return inner.RoundTrip(r)
	})
	return client
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// source is a small model whose weights the formula makes, and whose files the server has.
func source(t *testing.T) (Source, map[string][]byte) {
	t.Helper()
	config := []byte(`{"architectures": ["PerceiverForMaskedLM"], "num_latents": 4, "d_latents": 16, "d_model": 16,
		"num_self_attends_per_block": 1, "num_self_attention_heads": 2, "num_cross_attention_heads": 2, "max_position_embeddings": 8}`)
	m, _, err := build(config, nil, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var pieces []perceiver.Piece
	var list []weights.Tensor
	for _, p := range m.Params() {
		for _, piece := range p.Pieces {
			pieces, list = append(pieces, piece), append(list, weights.Tensor{Name: piece.Name, Shape: piece.Shape})
		}
	}
	path := filepath.Join(t.TempDir(), ModelFile)
	if err := weights.Write(path, nil, list, func(i int) ([]float32, error) { return weight(pieces[i]) }); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Source{Repository: "someone/model", Revision: "main"}, map[string][]byte{ConfigFile: config, ModelFile: content}
}

func TestGet(t *testing.T) {
	s, files := source(t)
	dir := filepath.Join(t.TempDir(), "model")
	// An earlier try stopped in the middle.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	half := len(files[ModelFile]) / 2
	if err := os.WriteFile(partial(filepath.Join(dir, ModelFile)), files[ModelFile][:half], 0o644); err != nil {
		t.Fatal(err)
	}
	var ranges []string
	client := server(t, files, func(_ http.ResponseWriter, r *http.Request) bool {
		ranges = append(ranges, r.URL.Path+" "+r.Header.Get("Range"))
		return false
	})
	var log bytes.Buffer
	if err := Get(t.Context(), client, s, dir, &log); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, ModelFile)); err != nil || !bytes.Equal(got, files[ModelFile]) {
		t.Errorf("%d bytes arrived, want %d; error %v", len(got), len(files[ModelFile]), err)
	}
	if len(ranges) != 2 || ranges[0] != "/someone/model/resolve/main/config.json " || !strings.HasSuffix(ranges[1], "bytes="+strconv.Itoa(half)+"-") {
		t.Errorf("asked for %q", ranges)
	}
	if !strings.Contains(log.String(), "SHA-256") {
		t.Error(log.String())
	}
	// The second time nothing is fetched, and what has changed since is noticed.
	if err := Get(t.Context(), client, s, dir, io.Discard); err != nil || len(ranges) != 2 {
		t.Errorf("the second time: %v, asked for %q", err, ranges)
	}
	changed := bytes.Clone(files[ModelFile])
	changed[len(changed)-1] ^= 1
	if err := os.WriteFile(filepath.Join(dir, ModelFile), changed, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Get(t.Context(), client, s, dir, io.Discard); err == nil || !strings.Contains(err.Error(), "expected") {
		t.Errorf("changed weights: %v", err)
	}
}

func TestGetRefuses(t *testing.T) {
	good, files := source(t)
	wrong := good
	wrong.SHA256 = strings.Repeat("0", 64)
	broken := map[string][]byte{ConfigFile: files[ConfigFile], ModelFile: files[ModelFile][:100]}
	offline := &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") })}
	for what, c := range map[string]struct {
		source Source
		client *http.Client
		words  []string
	}{
		"digest":    {wrong, server(t, files, nil), []string{"SHA-256", "expected 0000"}},
		"format":    {good, server(t, broken, nil), []string{"cut short"}},
		"not there": {good, server(t, map[string][]byte{ConfigFile: files[ConfigFile]}, nil), []string{"pickle", "--revision"}},
		"offline":   {good, offline, []string{"no network", "https://huggingface.co/someone/model/resolve/main/config.json", ModelFile, "put them into"}},
		"plain redirect": {good, server(t, files, func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http://example.com/x", http.StatusFound)
			return true
		}), []string{"not encrypted"}},
		"wrong range": {good, server(t, files, func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Range") == "" {
				return false
			}
			w.Header().Set("Content-Range", "bytes 0-9/10")
			w.WriteHeader(http.StatusPartialContent)
			return true
		}), []string{"range"}},
		"server error": {good, server(t, files, func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusBadGateway)
			return true
		}), []string{"502"}},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			if what == "wrong range" {
				if err := os.WriteFile(partial(filepath.Join(dir, ModelFile)), []byte("begun"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			err := Get(t.Context(), c.client, c.source, dir, io.Discard)
			if err == nil {
				t.Fatal("it was taken")
			}
			for _, w := range c.words {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error is %q, without %q", err, w)
				}
			}
			if _, err := os.Stat(filepath.Join(dir, ModelFile)); err == nil {
				t.Error("there is a file under the final name")
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Get(ctx, server(t, files, nil), good, t.TempDir(), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func TestManifest(t *testing.T) {
	for _, name := range Names() {
		s, err := Find(name)
		if err != nil || !strings.HasPrefix(s.Repository, "deepmind/") || s.Revision == "" || s.Megabytes < 1 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
	if _, err := Find("alexnet"); err == nil {
		t.Error("there is a source of another model")
	}
}
