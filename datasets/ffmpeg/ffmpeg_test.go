// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package ffmpeg

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

// need makes test files; the test is skipped where the program is missing.
func need(t *testing.T, name string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.Command(program, append(append([]string{"-nostdin", "-v", "error"}, args...), path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// red is a second of a red picture that is wider than high, with a sound of 440 Hz.
func red(t *testing.T, name string, more ...string) string {
	return need(t, name, append([]string{"-f", "lavfi", "-i", "color=red:size=64x32:rate=10:duration=1",
		"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000:duration=1", "-shortest"}, more...)...)
}

func TestDecode(t *testing.T) {
	path := red(t, "-red one.avi", "-c:v", "mpeg4", "-c:a", "pcm_s16le") // a name that begins like an option
	info, err := Probe(t.Context(), path)
	if err != nil || info.Width != 64 || info.Height != 32 || !info.Sound || math.Abs(info.Seconds-1) > 0.1 {
		t.Fatalf("%+v, %v", info, err)
	}
	frames, err := Frames(t.Context(), path, 16, 16, 25) // another speed than the file's
	if err != nil {
		t.Fatal(err)
	}
	if n := len(frames) / (16 * 16 * 3); n < 24 || n > 26 || len(frames)%(16*16*3) != 0 {
		t.Errorf("%d bytes are %d frames, want 25", len(frames), n)
	}
	if frames[0] < 200 || frames[1] > 60 || frames[2] > 60 {
		t.Errorf("the first pixel is %v", frames[:3])
	}
}

func TestWithoutSound(t *testing.T) {
	path := red(t, "mute.mp4", "-an", "-c:v", "mpeg4")
	info, err := Probe(t.Context(), path)
	if err != nil || info.Sound || info.Width != 64 {
		t.Fatalf("%+v, %v", info, err)
	}
}

// A file that is cut in two, one that is none, and one that is missing are told by name.
func TestRefuses(t *testing.T) {
	path := red(t, "whole.mp4", "-c:v", "mpeg4", "-c:a", "aac")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut, none := filepath.Join(t.TempDir(), "cut.mp4"), filepath.Join(t.TempDir(), "none.mp4")
	for p, content := range map[string][]byte{cut: whole[:len(whole)/2], none: []byte("this is no video")} {
		if err := os.WriteFile(p, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Frames(t.Context(), p, 16, 16, 25); err == nil || !strings.Contains(err.Error(), filepath.Base(p)+": ffmpeg cannot read it: ") {
			t.Errorf("%s: %v", filepath.Base(p), err)
		}
		if _, err := Probe(t.Context(), p); err == nil {
			t.Errorf("%s has been looked at", filepath.Base(p))
		}
	}
	if _, err := Probe(t.Context(), filepath.Join(t.TempDir(), "missing.mp4")); !os.IsNotExist(err) {
		t.Errorf("a missing file: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Frames(ctx, path, 16, 16, 25); !errors.Is(err, context.Canceled) {
		t.Errorf("after an interrupt: %v", err)
	}
	if _, err := run(t.Context(), "ffmpeg", path, 100, "-nostdin", "-v", "error", "-i", input(path), "-f", "rawvideo", "pipe:1"); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("more bytes than the limit: %v", err)
	}
}

// Without the program the error says what to install, and what works without.
func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	path := filepath.Join(t.TempDir(), "a.mp4")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Probe(t.Context(), path)
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt-get install ffmpeg") || !strings.Contains(err.Error(), "a.mp4") {
		t.Errorf("the error is %v", err)
	}
}
