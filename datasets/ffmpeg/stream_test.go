// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package ffmpeg

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// frame reads a PPM picture of 64×32 pixels.
func frame(r *bufio.Reader) ([]byte, error) {
	const head = "P6\n64 32\n255\n"
	b := make([]byte, len(head)+3*64*32)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(b, []byte(head)) {
		return nil, fmt.Errorf("a frame begins with %q", b[:len(head)])
	}
	return b[len(head):], nil
}

// Every frame comes, in the video's own size; whoever has seen enough ends it, however long the video.
func TestStream(t *testing.T) {
	path := need(t, "long.mp4", "-f", "lavfi", "-i", "color=red:size=64x32:rate=10:duration=60", "-c:v", "mpeg4")
	count := func(most int) (n int, err error) {
		enough := errors.New("enough")
		err = Stream(t.Context(), path, func(r *bufio.Reader) error {
			for ; n < most; n++ {
				pixels, err := frame(r)
				if err == io.EOF {
					return nil
				}
				if err != nil {
					return err
				}
				if pixels[0] < 200 || pixels[1] > 60 {
					return fmt.Errorf("the first pixel is %v", pixels[:3])
				}
			}
			return enough
		})
		if errors.Is(err, enough) {
			err = nil
		}
		return n, err
	}
	if n, err := count(10000); n != 600 || err != nil {
		t.Errorf("%d frames, %v", n, err)
	}
	if n, err := count(3); n != 3 || err != nil {
		t.Errorf("%d frames, %v", n, err)
	}
}

func TestStreamRefuses(t *testing.T) {
	path := red(t, "whole.avi", "-c:v", "mpeg4", "-c:a", "pcm_s16le")
	silence := need(t, "sound.wav", "-f", "lavfi", "-i", "sine=duration=0.1")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.avi")
	if err := os.WriteFile(cut, content[:40], 0o644); err != nil {
		t.Fatal(err)
	}
	all := func(r *bufio.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	for name, want := range map[string]string{cut: "cannot read it", silence: "cannot read it", filepath.Join(t.TempDir(), "none.avi"): "no such file"} {
		if err := Stream(t.Context(), name, all); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), filepath.Base(name)) {
			t.Errorf("%s: %v; want %q", name, err, want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if err := Stream(t.Context(), path, all); !errors.Is(err, ErrMissing) {
		t.Errorf("without ffmpeg: %v", err)
	}
	if _, err := Create(t.Context(), "x.mp4", "25"); !errors.Is(err, ErrMissing) {
		t.Errorf("without ffmpeg: %v", err)
	}
}

// A video that is written is there whole or not at all.
func TestCreate(t *testing.T) {
	need(t, "any.avi", "-f", "lavfi", "-i", "color=red:size=16x16:duration=0.1", "-c:v", "mpeg4") // or there is nothing to test
	write := func(path string, n int) *Video {
		v, err := Create(t.Context(), path, "10/1")
		if err != nil {
			t.Fatal(err)
		}
		for range n {
			if _, err := v.Write(append([]byte("P6\n15 9\n255\n"), bytes.Repeat([]byte{200, 10, 10}, 15*9)...)); err != nil {
				t.Fatal(err)
			}
		}
		return v
	}
	dir := t.TempDir()
	for _, name := range []string{"a.gif", "a.mkv"} {
		path := filepath.Join(dir, name)
		if err := write(path, 5).Close(); err != nil {
			t.Fatal(err)
		}
		info, err := Probe(t.Context(), path)
		if err != nil || info.Width < 15 || info.Width > 16 || info.Speed != "10/1" {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
	}
	if err := write(filepath.Join(dir, "gone.gif"), 2).Abandon(); err != nil {
		t.Error(err)
	}
	if err := write(filepath.Join(dir, "empty.gif"), 0).Close(); err == nil || !strings.Contains(err.Error(), "empty.gif") {
		t.Errorf("a video without frames: %v", err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(names) != 2 || len(hidden) != 0 {
		t.Errorf("there are %v and %v, %v", names, hidden, err)
	}
}
