// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Limits of a program that decodes a file.
const (
	decodeTime   = 2 * time.Minute
	decodeLength = "5400" // seconds
)

// Open reads a file of sound: a WAV file by itself, and others, as Ogg, FLAC, MP3 or the sound of a video, through the
// program ffmpeg. Several channels become one, their mean.
func Open(ctx context.Context, path string) (*Sound, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: it is no file", path)
	}
	var head [12]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return nil, fmt.Errorf("%s: it is too short to be a file of sound", path)
	}
	if isWAV(head[:]) {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		s, err := Read(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return s, nil
	}
	s, err := decode(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func isWAV(head []byte) bool {
	return len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE"
}

// decode has ffmpeg write the first sound of a file as a WAV file of floats, and reads that.
func decode(ctx context.Context, path string) (*Sound, error) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, errors.New(`it is no WAV file, and the program ffmpeg, which reads others, is not installed; install it ("apt install ffmpeg", "brew install ffmpeg", or ffmpeg.org), or convert the file to WAV`)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, decodeTime)
	defer cancel()
	// Without the list of protocols a playlist could make ffmpeg open addresses.
	cmd := exec.CommandContext(ctx, program, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", "file:"+abs,
		"-map", "0:a:0", "-map_metadata", "-1", "-ac", "1", "-t", decodeLength, "-c:a", "pcm_f32le", "-f", "wav", "pipe:1")
	cmd.WaitDelay = time.Second
	var words tail
	cmd.Stderr = &words
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s, readErr := Read(out)
	cancelled := ctx.Err()
	if readErr != nil {
		cancel() // it need not go on
	}
	waitErr := cmd.Wait()
	switch {
	case cancelled != nil && errors.Is(cancelled, context.DeadlineExceeded):
		return nil, fmt.Errorf("ffmpeg took longer than %s; cut the file into shorter ones", decodeTime)
	case cancelled != nil:
		return nil, cancelled
	case strings.Contains(words.String(), "matches no streams"):
		return nil, errors.New("it has no sound track")
	case waitErr != nil || readErr != nil:
		if w := words.String(); w != "" {
			return nil, fmt.Errorf("ffmpeg cannot read it: %s", w)
		}
		return nil, errors.Join(readErr, waitErr)
	}
	return s, nil
}

// tail keeps the first lines of what a program complains about.
type tail struct{ b bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	if room := 1000 - t.b.Len(); room > 0 {
		t.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (t *tail) String() string {
	return strings.Join(strings.FieldsFunc(t.b.String(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
