// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/datasets/ffmpeg"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// FlowVideo is a video in which a model is to find the movement from each frame to the next.
type FlowVideo struct {
	Path    string                        // of the video, of any kind that ffmpeg reads
	Out     string                        // a video in the colours of the movement (.mp4, .webm, .mkv or .gif), or a folder for a .flo file and a picture of each frame
	Longest float64                       // movement with the full colour, in pixels, the same for all frames; 0: 24, as in the published demonstration
	Told    func(frame int, mean float64) // hears of each frame, from 1, the mean length of its movement, in pixels; may be nil
}

// filmed takes the movement of a frame, counted from 1, and its picture.
type filmed func(frame int, field *movement.Field, colours *image.RGBA) error

// Filmed tells of the movement in a video.
type Filmed struct {
	Frames  int     `json:"frames"` // with a movement to the next one: one fewer than the video has
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	Mean    float64 `json:"mean"`    // length of the movement, in pixels, mean over pixels and frames
	Largest float64 `json:"largest"` // and the largest
	Out     string  `json:"out"`
}

// filmEnds are the endings with which Out is one video.
var filmEnds = []string{".mp4", ".webm", ".mkv", ".gif"}

// FilmFlow finds the movement in a video with the best checkpoint of a run, or with a published model. Frames come
// through ffmpeg one by one, and the model looks at some tiles of them at a time: memory depends on the size of a frame,
// not on how long the video is.
func FilmFlow(ctx context.Context, model string, v FlowVideo) (*Filmed, error) {
	if _, err := os.Stat(v.Path); err != nil {
		return nil, err
	}
	e, err := flowEstimator(ctx, model)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if v.Longest == 0 {
		v.Longest = 24
	}
	if slices.Contains(filmEnds, strings.ToLower(filepath.Ext(v.Out))) {
		return v.film(ctx, e)
	}
	return v.run(ctx, e, func(frame int, field *movement.Field, colours *image.RGBA) error {
		if err := os.MkdirAll(v.Out, 0o755); err != nil {
			return err
		}
		name := filepath.Join(v.Out, fmt.Sprintf("%06d", frame))
		if err := movement.WriteField(name+".flo", field); err != nil {
			return err
		}
		return writePNG(name+".png", colours)
	})
}

// film writes one video.
func (v FlowVideo) film(ctx context.Context, e *flow.Estimator) (*Filmed, error) {
	info, err := ffmpeg.Probe(ctx, v.Path)
	if err != nil {
		return nil, err
	}
	speed := info.Speed
	if speed == "" {
		speed = "25"
	}
	out, err := ffmpeg.Create(ctx, v.Out, speed)
	if err != nil {
		return nil, err
	}
	told, err := v.run(ctx, e, func(_ int, _ *movement.Field, colours *image.RGBA) error {
		return movement.WritePPM(out, colours)
	})
	if err != nil {
		return nil, errors.Join(err, out.Abandon())
	}
	return told, out.Close()
}

// run goes through the frames.
func (v FlowVideo) run(ctx context.Context, e *flow.Estimator, take filmed) (*Filmed, error) {
	told := &Filmed{Out: v.Out}
	err := ffmpeg.Stream(ctx, v.Path, func(frames *bufio.Reader) error {
		var last *flow.Frame
		for {
			if _, err := frames.Peek(1); errors.Is(err, io.EOF) {
				return nil
			}
			img, err := movement.ReadPPM(frames)
			if err != nil {
				return err
			}
			next := flow.NewFrame(img)
			if last == nil {
				last = next
				continue
			}
			field, err := e.Estimate(ctx, last, next)
			if err != nil {
				return err
			}
			last = next
			mean := field.Mean()
			if math.IsNaN(mean) || math.IsInf(mean, 0) {
				return flow.ErrNoNumber
			}
			told.Frames, told.Width, told.Height = told.Frames+1, field.Width, field.Height
			told.Mean += mean
			told.Largest = max(told.Largest, field.Largest())
			if err := take(told.Frames, field, viz.FlowColors(viz.Flow(*field), v.Longest)); err != nil {
				return err
			}
			if v.Told != nil {
				v.Told(told.Frames, mean)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if told.Frames == 0 {
		return nil, fmt.Errorf("%s: there is only one frame, and movement is from one to the next; give a longer video", v.Path)
	}
	told.Mean /= float64(told.Frames)
	return told, nil
}

// flowEstimator is that of a run's best checkpoint, or of a published model.
func flowEstimator(ctx context.Context, model string) (*flow.Estimator, error) {
	if !IsReleased(model) {
		r, err := OpenRun(model)
		if err != nil {
			return nil, err
		}
		opened, err := r.X.open(ctx, r.X.Source, true)
		t, err := as[*flow.Task](opened, err, "run "+r.Dir, "only one of flow finds movement")
		if err != nil {
			return nil, err
		}
		w, b, err := r.ready(ctx, t)
		if err != nil {
			return nil, err
		}
		return t.NewEstimator(b, w, 0)
	}
	r, err := OpenReleased(model)
	if err != nil {
		return nil, err
	}
	n, ok := r.Model.(*flow.Network)
	if !ok {
		return nil, fmt.Errorf("%s: a model of class %s does not find movement; give one of optical flow", r.Dir, r.Class)
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	return n.NewEstimator(b.Compute, r.Weights, 0)
}

func writePNG(path string, img image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, img), f.Close())
}
