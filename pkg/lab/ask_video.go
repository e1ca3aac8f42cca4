// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
)

// framesPerSecond is the speed of the videos that the released model was trained with.
const framesPerSecond = 25

// Reconstructed is a video whose sound, frames and class came back from the latents.
type Reconstructed struct {
	Classes   []tasks.Guess `json:"classes"`
	VideoPSNR float64       `json:"video_psnr"` // in dB, of the frames as the model saw them
	AudioPSNR *float64      `json:"audio_psnr"` // null where there was no sound
	Files     []string      `json:"files"`
}

// reconstruct runs a video with its sound through the latents and back: a folder of pictures in the order of their names,
// a GIF, or a film that ffmpeg reads. Its beginning is taken. Of a second input the sound is taken.
func (r *Released) reconstruct(ctx context.Context, b compute.Backend, n *multimodal.Network, q Question) (tasks.Prediction, error) {
	if len(q.Inputs) > 2 {
		return tasks.Prediction{}, fmt.Errorf("%s: give a folder of pictures or a film, and a WAV file with its sound", r.Dir)
	}
	names, err := r.labels(q.Labels)
	if err != nil {
		return tasks.Prediction{}, err
	}
	rate := framesPerSecond * n.Samples / n.Frames
	recording, heard, err := readVideo(ctx, n, q.Inputs[0])
	if err != nil {
		return tasks.Prediction{}, err
	}
	if len(q.Inputs) == 2 {
		sound, err := audio.Open(ctx, q.Inputs[1])
		if err == nil {
			sound, err = sound.Resample(rate)
		}
		if err != nil {
			return tasks.Prediction{}, err
		}
		clear(recording.Audio) // a sound that is too short is followed by silence
		copy(recording.Audio, sound.Samples)
		heard = true
	}
	again, err := n.NewReconstructor(b, r.Weights)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer again.Close()
	out, err := again.Reconstruct(ctx, recording)
	if err != nil {
		return tasks.Prediction{}, err
	}
	answer := &Reconstructed{Classes: tasks.Classify("", multimodal.Probabilities(out.Label), names, q.Top).Classes, VideoPSNR: multimodal.PSNR(recording.Video, out.Video, 1)}
	if math.IsNaN(answer.VideoPSNR) {
		return tasks.Prediction{}, fmt.Errorf("%s: the model's answer is not a number, so its weights are damaged or its training diverged; choose others", r.Dir)
	}
	if heard {
		x := multimodal.PSNR(recording.Audio, out.Audio, 2)
		answer.AudioPSNR = &x
	}
	files, err := videoFiles(n.Pictures(out), &audio.Sound{Rate: rate, Samples: out.Audio})
	if err != nil {
		return tasks.Prediction{}, err
	}
	var text strings.Builder
	for _, g := range answer.Classes {
		fmt.Fprintf(&text, "  %5.1f %%  %s\n", 100*g.Probability, g.Label)
	}
	fmt.Fprintf(&text, "video again: %.1f dB", answer.VideoPSNR)
	if answer.AudioPSNR != nil {
		fmt.Fprintf(&text, ", sound: %.1f dB", *answer.AudioPSNR)
	}
	return tasks.Prediction{Text: text.String(), JSON: answer, Files: files}, nil
}

// readVideo reads the beginning of a video, and says whether there is sound with it.
func readVideo(ctx context.Context, n *multimodal.Network, path string) (r multimodal.Recording, heard bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, false, fmt.Errorf("%s: there is no such folder or film", path)
	} else if err != nil {
		return r, false, err
	}
	if info.IsDir() {
		frames, err := readFrames(path, n.Frames)
		if err != nil {
			return r, false, err
		}
		r, err = n.NewRecording(frames, nil)
		return r, false, err
	}
	if !video.IsFilm(path) {
		return r, false, fmt.Errorf("%s: it is no film; give a folder of pictures, a GIF, or a film such as an MP4", path)
	}
	format := video.Format{Frames: n.Frames, Height: n.Height, Width: n.Width, Samples: n.Samples, Speed: framesPerSecond}
	film, err := format.Read(ctx, path)
	if err != nil {
		return r, false, err
	}
	clip, err := format.Cut(film, 0)
	if err != nil {
		return r, false, err
	}
	r = multimodal.Recording{Video: make([]float32, len(clip.Video)), Audio: clip.Audio}
	for i, v := range clip.Video {
		r.Video[i] = float32(v) / 255
	}
	return r, !film.Mute, nil
}

// readFrames reads the first n pictures of a folder.
func readFrames(dir string, n int) ([]image.Image, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var frames []image.Image
	for _, e := range entries { // in the order of their names
		if !slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif"}, strings.ToLower(filepath.Ext(e.Name()))) || len(frames) == n {
			continue
		}
		picture, err := readPicture(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		frames = append(frames, picture)
	}
	if len(frames) < n {
		return nil, fmt.Errorf("%s: it has %d pictures (PNG, JPEG or GIF), and the model takes a video of %d", dir, len(frames), n)
	}
	return frames, nil
}

// videoFiles are frames one by one, all of them as a GIF, and the sound.
func videoFiles(frames []*image.NRGBA, sound *audio.Sound) ([]tasks.File, error) {
	var files []tasks.File
	for i, frame := range frames {
		var b bytes.Buffer
		if err := png.Encode(&b, frame); err != nil {
			return nil, err
		}
		files = append(files, tasks.File{Name: fmt.Sprintf("frame-%03d.png", i+1), Content: b.Bytes()})
	}
	moving, err := video.EncodeGIF(frames, framesPerSecond)
	if err != nil {
		return nil, err
	}
	wav, err := audio.Encode(sound)
	if err != nil {
		return nil, err
	}
	return append(files, tasks.File{Name: "again.gif", Content: moving}, tasks.File{Name: "sound.wav", Content: wav}), nil
}
