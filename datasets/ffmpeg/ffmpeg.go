// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package ffmpeg

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Bounds of one file.
const (
	MaxBytes = 1 << 30         // of what is decoded: two minutes of frames of 224×224 pixels
	MaxTime  = 5 * time.Minute // of the program
)

// Info is what a file holds.
type Info struct {
	Seconds       float64 // 0: not known
	Width, Height int     // of the first video; 0: there is none
	Speed         string  // of that video: frames in a second as a fraction, "30000/1001"; "": not known
	Sound         bool
}

// Probe looks at what a file holds.
func Probe(ctx context.Context, path string) (Info, error) {
	out, err := run(ctx, "ffprobe", path, 1<<20, "-v", "error", "-protocol_whitelist", "file,pipe",
		"-show_entries", "stream=codec_type,width,height,avg_frame_rate:stream_disposition=attached_pic:format=duration", "-of", "json", input(path))
	if err != nil {
		return Info{}, err
	}
	var found struct {
		Streams []struct {
			Kind          string `json:"codec_type"`
			Width, Height int
			Speed         string `json:"avg_frame_rate"`
			Disposition   struct {
				Cover int `json:"attached_pic"`
			}
		}
		Format struct{ Duration string }
	}
	if err := json.Unmarshal(out, &found); err != nil {
		return Info{}, fmt.Errorf("%s: ffprobe's answer cannot be read: %w", path, err)
	}
	var info Info
	for _, s := range found.Streams {
		switch {
		case s.Kind == "audio":
			info.Sound = true
		case s.Kind == "video" && s.Disposition.Cover == 0 && info.Width == 0:
			info.Width, info.Height = s.Width, s.Height
			if fraction.MatchString(s.Speed) {
				info.Speed = s.Speed
			}
		}
	}
	if d, err := strconv.ParseFloat(found.Format.Duration, 64); err == nil && d > 0 && !math.IsInf(d, 0) {
		info.Seconds = d
	}
	return info, nil
}

// fraction is one that is not 0.
var fraction = regexp.MustCompile(`^[1-9]\d*/[1-9]\d*$`)

// Frames decodes the first video of a file: pictures of width×height pixels, the middle of each frame, so many in a
// second whatever the speed of the file, or its changes of speed. Three bytes are a pixel: red, green, blue.
func Frames(ctx context.Context, path string, width, height, speed int) ([]byte, error) {
	filter := fmt.Sprintf("fps=%d,scale=%d:%d:force_original_aspect_ratio=increase:flags=area,crop=%d:%d", speed, width, height, width, height)
	b, err := run(ctx, "ffmpeg", path, MaxBytes, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", input(path),
		"-map", "0:v:0", "-vf", filter, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1")
	if err != nil {
		return nil, err
	}
	frame := 3 * width * height
	return b[:len(b)/frame*frame], nil
}

// input names a file so that no name is taken for an option or an address.
func input(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	return "file:" + path
}

// ErrMissing is the cause of errors on a machine without ffmpeg.
var ErrMissing = errors.New("ffmpeg is not installed")

// run runs a program and returns what it writes, which may have limit bytes.
func run(ctx context.Context, program, path string, limit int64, args ...string) ([]byte, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	where, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("%s: reading it needs the program %s, and %w: install it, as with \"apt-get install ffmpeg\", \"brew install ffmpeg\" or \"winget install ffmpeg\"; GIF files, folders of pictures and WAV files can be read without it", path, program, ErrMissing)
	}
	ctx, cancel := context.WithTimeout(ctx, MaxTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, where, args...)
	var problems tail
	cmd.Stderr = &problems
	cmd.WaitDelay = 10 * time.Second
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %s does not start: %w", path, program, err)
	}
	var out bytes.Buffer
	n, copied := io.Copy(&out, io.LimitReader(pipe, limit+1))
	if n > limit {
		cancel()
	}
	failed := cmd.Wait()
	switch {
	case n > limit:
		return nil, fmt.Errorf("%s: decoded, it has more than %d MB; cut it into shorter files", path, limit>>20)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, fmt.Errorf("%s: %s has not read it within %v; cut it into shorter files", path, program, MaxTime)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case failed != nil:
		return nil, fmt.Errorf("%s: %s cannot read it: %s", path, program, problems.line(path))
	case copied != nil:
		return nil, fmt.Errorf("%s: %w", path, copied)
	}
	return out.Bytes(), nil
}

// tail keeps the last part of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	t.kept = append(t.kept, b...)
	if n := len(t.kept); n > 4096 {
		t.kept = append([]byte(nil), t.kept[n-4096:]...)
	}
	return len(b), nil
}

// said tells whether anything was written.
func (t *tail) said() bool { return strings.TrimSpace(string(t.kept)) != "" }

// line is the last line that says something, without the name of the file.
func (t *tail) line(path string) string {
	lines := strings.Split(strings.TrimSpace(string(t.kept)), "\n")
	last := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines[len(lines)-1]), input(path)+":"))
	if last == "" {
		return "it says nothing more"
	}
	return last
}
