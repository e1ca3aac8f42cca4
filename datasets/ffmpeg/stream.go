// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package ffmpeg

import (
	"bufio"
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

// Stream decodes the first video of a file, in its own size and at its own speed, and lets read read its frames one after
// another as binary PPM pictures, until io.EOF. The program waits while read does something else: however long the
// video, there is never more of it in memory than a frame. An error of read ends it.
func Stream(ctx context.Context, path string, read func(frames *bufio.Reader) error) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd, problems, err := start(ctx, path, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", input(path),
		"-map", "0:v:0", "-f", "image2pipe", "-c:v", "ppm", "pipe:1")
	if err != nil {
		return err
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: ffmpeg does not start: %w", path, err)
	}
	stopped := read(bufio.NewReaderSize(pipe, 1<<16))
	canceled := ctx.Err()
	_, rest := io.Copy(io.Discard, io.LimitReader(pipe, 1)) // at the end there is nothing more
	cancel()
	failed := cmd.Wait()
	switch {
	case canceled != nil:
		return canceled
	case failed != nil && problems.said() && (stopped == nil || errors.Is(stopped, io.ErrUnexpectedEOF)): // it ended early, which is not read's fault
		return fmt.Errorf("%s: ffmpeg cannot read it: %s", path, problems.line(path))
	case stopped != nil:
		return fmt.Errorf("%s: %w", path, stopped)
	case rest != nil && !errors.Is(rest, os.ErrClosed):
		return fmt.Errorf("%s: %w", path, rest)
	}
	return nil
}

// start prepares a run of ffmpeg about a file.
func start(ctx context.Context, path string, args ...string) (*exec.Cmd, *tail, error) {
	where, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, nil, fmt.Errorf("%s: it needs the program ffmpeg, and %w: install it, as with \"apt-get install ffmpeg\", \"brew install ffmpeg\" or \"winget install ffmpeg\"", path, ErrMissing)
	}
	problems := new(tail)
	cmd := exec.CommandContext(ctx, where, args...)
	cmd.Stderr = problems
	cmd.WaitDelay = 10 * time.Second
	return cmd, problems, nil
}

// Video is a video in the making.
type Video struct {
	path, part string
	cmd        *exec.Cmd
	pipe       io.WriteCloser
	problems   *tail
}

// Create begins a video, of a kind that its ending names (.mp4, .webm, .gif, ...), with that many frames in a second, as
// "25" or "30000/1001". Binary PPM pictures of one size are written to it, one after another. It is there once Close is
// done, whole or not at all.
func Create(ctx context.Context, path, speed string) (*Video, error) {
	v := &Video{path: path, part: filepath.Join(filepath.Dir(path), ".part-"+filepath.Base(path))}
	filter := "pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p" // what players show; it has half the colours along each axis
	if strings.EqualFold(filepath.Ext(path), ".gif") {
		filter = "split[a][b];[a]palettegen[p];[b][p]paletteuse"
	}
	var err error
	if v.cmd, v.problems, err = start(ctx, path, "-v", "error", "-f", "image2pipe", "-c:v", "ppm", "-framerate", speed, "-i", "pipe:0",
		"-vf", filter, "-y", input(v.part)); err != nil {
		return nil, err
	}
	if v.pipe, err = v.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := v.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: ffmpeg does not start: %w", path, err)
	}
	return v, nil
}

// Write implements io.Writer.
func (v *Video) Write(b []byte) (int, error) {
	n, err := v.pipe.Write(b)
	if err != nil {
		err = fmt.Errorf("%s: ffmpeg takes no more frames: %w", v.path, err)
	}
	return n, err
}

// Close ends the video.
func (v *Video) Close() error {
	closed, failed := v.pipe.Close(), v.cmd.Wait()
	if failed != nil {
		return errors.Join(fmt.Errorf("%s: ffmpeg cannot write it: %s", v.path, v.problems.line(v.part)), v.remove())
	}
	if closed != nil && !errors.Is(closed, os.ErrClosed) {
		return errors.Join(fmt.Errorf("%s: %w", v.path, closed), v.remove())
	}
	return os.Rename(v.part, v.path)
}

// Abandon ends it without a file.
func (v *Video) Abandon() error {
	_ = v.pipe.Close() // what it was is thrown away
	_ = v.cmd.Wait()
	return v.remove()
}

func (v *Video) remove() error {
	if err := os.Remove(v.part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
