// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/ffmpeg"
)

// Recording is a video of any length, in the size and speed of a format, with its sound.
type Recording struct {
	Path  string
	Video []byte    // [frames, Height, Width, 3]
	Audio []float32 // as long as the video, or longer
	Mute  bool      // there was no sound, and Audio is silence
}

// Bounds of a recording.
const (
	maxFrames = 1 << 16
	maxKept   = 1 << 30 // bytes of its frames
)

// videoEndings are those of files that are given to ffmpeg.
var videoEndings = []string{".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ogv", ".wmv", ".flv", ".3gp", ".ts"}

// IsFilm reports whether a path is that of a film: a folder, or a file whose name ends as one of a film does.
func IsFilm(path string) bool {
	info, err := os.Stat(path)
	return isVideo(path) || err == nil && info.IsDir()
}

func isVideo(name string) bool {
	ending := strings.ToLower(filepath.Ext(name))
	return ending == ".gif" || slices.Contains(videoEndings, ending)
}

// Read reads a video: a GIF, a folder of pictures, or a file that ffmpeg reads. Of each frame the middle is taken. Videos
// have any speed, also a changing one; the frames are those that are on at the format's moments. Pictures of a folder are
// taken to have the format's speed.
//
// The sound of a GIF is the WAV file of its name beside it, and that of a folder the only WAV file in it. A recording
// without sound is silent. Sound that is shorter than the video is followed by silence. Of a file that is cut off, what
// ffmpeg can decode is read.
func (f Format) Read(ctx context.Context, path string) (*Recording, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file or folder", path)
	} else if err != nil {
		return nil, err
	}
	r := &Recording{Path: path}
	most := min(maxFrames, maxKept/(3*f.Width*f.Height))
	sound := ""
	switch {
	case info.IsDir():
		if r.Video, err = f.readFolder(path, most); err == nil {
			sound, err = onlyWAV(path)
		}
		if err == nil && len(r.Video) == 0 {
			err = fmt.Errorf("%s: there are no pictures (PNG or JPEG) in this folder; give a folder of frames, a GIF or a video", path)
		}
	case strings.EqualFold(filepath.Ext(path), ".gif"):
		r.Video, err = f.readGIF(path, most)
		if wav := strings.TrimSuffix(path, filepath.Ext(path)) + ".wav"; exists(wav) {
			sound = wav
		}
	default:
		return r, f.decode(ctx, r)
	}
	if err != nil {
		return nil, err
	}
	if sound == "" {
		return r, f.check(r)
	}
	if r.Audio, err = f.listen(ctx, sound); err != nil {
		return nil, err
	}
	return r, f.check(r)
}

// decode reads a file with ffmpeg.
func (f Format) decode(ctx context.Context, r *Recording) error {
	info, err := ffmpeg.Probe(ctx, r.Path)
	if err != nil {
		return err
	}
	if info.Width == 0 {
		return fmt.Errorf("%s: there is no video in it", r.Path)
	}
	if r.Video, err = ffmpeg.Frames(ctx, r.Path, f.Width, f.Height, f.Speed); err != nil {
		return err
	}
	if info.Sound {
		if r.Audio, err = f.listen(ctx, r.Path); err != nil {
			return err
		}
	}
	return f.check(r)
}

// listen reads sound, in the rate of the format.
func (f Format) listen(ctx context.Context, path string) ([]float32, error) {
	s, err := audio.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if s, err = s.Resample(f.Rate()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s.Samples, nil
}

// check finds a recording that is too short, and fills up its sound.
func (f Format) check(r *Recording) error {
	n := f.length(r)
	if n < f.Frames {
		return fmt.Errorf("%s: it has %d frames at %d in a second, and a clip has %d", r.Path, n, f.Speed, f.Frames)
	}
	r.Mute = len(r.Audio) == 0
	if need := (n*f.Samples + f.Frames - 1) / f.Frames; len(r.Audio) < need {
		r.Audio = append(r.Audio, make([]float32, need-len(r.Audio))...)
	}
	return nil
}

// length is the number of frames.
func (f Format) length(r *Recording) int { return len(r.Video) / (3 * f.Width * f.Height) }

// Cut is the clip that begins at frame from.
func (f Format) Cut(r *Recording, from int) (*Clip, error) {
	if n := f.length(r); from < 0 || from > n-f.Frames {
		return nil, fmt.Errorf("%s: a clip of %d frames cannot begin at frame %d of %d", r.Path, f.Frames, from, n)
	}
	frame, at := 3*f.Width*f.Height, from*f.Samples/f.Frames
	return &Clip{Name: fmt.Sprintf("%s, from frame %d", r.Path, from), Video: r.Video[from*frame : (from+f.Frames)*frame],
		Audio: r.Audio[at : at+f.Samples], Label: -1, Mute: r.Mute}, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// onlyWAV is the WAV file of a folder; "" where there is none.
func onlyWAV(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	found := ""
	for _, e := range entries {
		if strings.EqualFold(filepath.Ext(e.Name()), ".wav") {
			if found != "" {
				return "", fmt.Errorf("%s: %s and %s are both WAV files; keep the one that is the sound of the pictures", dir, filepath.Base(found), e.Name())
			}
			found = filepath.Join(dir, e.Name())
		}
	}
	return found, nil
}
