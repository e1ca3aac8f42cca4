// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func needFFmpeg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("the program ffmpeg is not installed")
	}
}

// flac writes a compressed file without loss.
func flac(t *testing.T, path string, s *Sound) {
	t.Helper()
	wavFile := filepath.Join(t.TempDir(), "a.wav")
	if err := WriteFile(wavFile, s); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("ffmpeg", "-v", "error", "-i", wavFile, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestOpenCompressed(t *testing.T) {
	needFFmpeg(t)
	path := filepath.Join(t.TempDir(), "-odd:name.flac") // neither an option nor a protocol
	want := wave(11025, 440, 0.5).rounded()
	flac(t, path, want)
	got, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Rate != want.Rate || len(got.Samples) != len(want.Samples) {
		t.Fatalf("%d samples at %d", len(got.Samples), got.Rate)
	}
	for i := range want.Samples {
		if math.Abs(float64(got.Samples[i]-want.Samples[i])) > 1e-6 {
			t.Fatalf("sample %d is %g, want %g", i, got.Samples[i], want.Samples[i])
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for words, path := range map[string]string{
		"too short":          write("short.wav", []byte("RIFF")),
		"it is no file":      dir,
		"ends before its sa": write("lies.wav", wav("fmt ", formatOf(1, 1, 8000, 16))),
	} {
		if _, err := Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
	t.Run("with ffmpeg", func(t *testing.T) {
		needFFmpeg(t)
		if _, err := Open(t.Context(), write("noise.ogg", []byte("this is no sound at all, whatever its name says"))); err == nil || !strings.Contains(err.Error(), "ffmpeg cannot read it") {
			t.Errorf("no sound: %v", err)
		}
		picture := filepath.Join(dir, "silent.gif")
		if out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=size=16x16:duration=0.2", picture).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if _, err := Open(t.Context(), picture); err == nil || !strings.Contains(err.Error(), "no sound track") {
			t.Errorf("a video without sound: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Open(ctx, picture); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	})
	t.Run("without ffmpeg", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := Open(t.Context(), write("a.ogg", []byte("OggS and so on and on"))); err == nil || !strings.Contains(err.Error(), "apt install ffmpeg") {
			t.Errorf("the error is %v", err)
		}
	})
}

// What was decoded once is not decoded again, until the file changes.
func TestCache(t *testing.T) {
	needFFmpeg(t)
	dir := t.TempDir()
	path, cache := filepath.Join(dir, "a.flac"), filepath.Join(dir, "cache")
	flac(t, path, wave(8000, 440, 0.5))
	first, err := openCached(t.Context(), path, 4000, cache)
	if err != nil {
		t.Fatal(err)
	}
	kept, _ := filepath.Glob(filepath.Join(cache, "*.wav"))
	if len(kept) != 1 {
		t.Fatalf("%v is kept", kept)
	}
	programs := os.Getenv("PATH")
	t.Setenv("PATH", dir)
	again, err := openCached(t.Context(), path, 4000, cache)
	if err != nil {
		t.Fatal(err)
	}
	for i := range first.Samples {
		if first.Samples[i] != again.Samples[i] {
			t.Fatalf("sample %d is %g, and then %g", i, first.Samples[i], again.Samples[i])
		}
	}
	t.Setenv("PATH", programs)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	flac(t, path, wave(8000, 440, 0.25))
	other, err := openCached(t.Context(), path, 4000, cache)
	if err != nil {
		t.Fatal(err)
	}
	if p := other.Peak(); math.Abs(p-0.25) > 0.01 {
		t.Errorf("after the file changed its peak is %g", p)
	}
}
