// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"
	"image"

	"github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// VideoTask opens the experiment's clips, of a task of videos with sound.
func (x *Experiment) VideoTask(ctx context.Context) (*multimodal.Task, error) {
	opened, err := x.Open(ctx)
	return as[*multimodal.Task](opened, err, x.Name, "only multimodal has videos with their sound")
}

// ShownClip is a clip to look at and to listen to.
type ShownClip struct {
	*video.Clip
	Class  string // "" where it is not known
	format video.Format
}

// Clips are the held-out clips of these numbers.
func (x *Experiment) Clips(ctx context.Context, numbers ...int) ([]*ShownClip, error) {
	task, err := x.VideoTask(ctx)
	if err != nil {
		return nil, err
	}
	var out []*ShownClip
	for _, i := range numbers {
		c, err := task.Clips().HeldOut(i)
		if err != nil {
			return nil, err
		}
		out = append(out, showClip(task, c))
	}
	return out, nil
}

func showClip(task *multimodal.Task, c *video.Clip) *ShownClip {
	s := &ShownClip{Clip: c, format: task.Format()}
	if c.Label >= 0 {
		s.Class = task.Clips().Classes()[c.Label]
	}
	return s
}

// Frames are the frames of the clip.
func (c *ShownClip) Frames() []image.Image { return frames(c.format.Pictures(c.Clip)) }

func frames(pictures []*image.NRGBA) []image.Image {
	out := make([]image.Image, len(pictures))
	for i, p := range pictures {
		out[i] = p
	}
	return out
}

// Sound is the sound of the clip.
func (c *ShownClip) Sound() *audio.Sound { return c.heard(c.Audio) }

// playable is the least number of samples in a second that browsers play.
const playable = 8000

func (c *ShownClip) heard(samples []float32) *audio.Sound {
	s := &audio.Sound{Rate: c.format.Rate(), Samples: samples}
	if more, err := s.Resample(max(s.Rate, playable)); err == nil {
		return more
	}
	return s
}

// RemadeClip is a clip beside what came back from the latents.
type RemadeClip struct {
	ShownClip
	*multimodal.Again
	Guess string // the likeliest class; it was hidden from the model
	again []image.Image
}

// Remake makes held-out clips of a multimodal run again, with the best checkpoint.
func (r *Run) Remake(ctx context.Context, numbers ...int) ([]*RemadeClip, error) {
	task, err := r.X.VideoTask(ctx)
	if err != nil {
		return nil, err
	}
	var clips []*video.Clip
	for _, i := range numbers {
		c, err := task.Clips().HeldOut(i)
		if err != nil {
			return nil, err
		}
		clips = append(clips, c)
	}
	w, b, err := r.ready(ctx, task)
	if err != nil {
		return nil, err
	}
	all, err := task.Reconstruct(ctx, b, w, clips...)
	if err != nil {
		return nil, err
	}
	var out []*RemadeClip
	for i, a := range all {
		out = append(out, &RemadeClip{*showClip(task, clips[i]), a, a.Classes[0].Label, frames(task.Pictures(a.Result))})
	}
	return out, nil
}

// strongestError is the error of a colour, as a part of its range, that is drawn the brightest.
const strongestError = 0.3

// Strips draws the frames before and after, and how far they are apart.
func (c *RemadeClip) Strips() *viz.Drawing {
	title := fmt.Sprintf("%s, taken for: %s; video %.1f dB", c.Class, c.Guess, c.VideoPSNR)
	before := c.Frames()
	return viz.FrameStrips(title, viz.Strip{Name: "original", Frames: before}, viz.Strip{Name: "again", Frames: c.again},
		viz.Strip{Name: "error", Frames: viz.FrameErrors(before, c.again, strongestError)})
}

// Waves draws the sound before and after, and what is left of one without the other.
func (c *RemadeClip) Waves() *viz.Drawing {
	left := make([]float32, len(c.Audio))
	for i, x := range c.Audio {
		left[i] = x - c.Result.Audio[i]
	}
	return viz.Waves(fmt.Sprintf("%s: sound %.1f dB", c.Class, c.AudioPSNR), float64(c.format.Rate()),
		viz.Sound{Name: "original", Samples: wide(c.Audio)}, viz.Sound{Name: "again", Samples: wide(c.Result.Audio)}, viz.Sound{Name: "error", Samples: wide(left)})
}

// AgainSound is the sound that came back.
func (c *RemadeClip) AgainSound() *audio.Sound { return c.heard(c.Result.Audio) }

// ClipStrips draws clips below each other.
func ClipStrips(title string, clips ...*ShownClip) *viz.Drawing {
	var strips []viz.Strip
	for _, c := range clips {
		strips = append(strips, viz.Strip{Name: c.Class, Frames: c.Frames()})
	}
	return viz.FrameStrips(title, strips...)
}

// ClipConfusion draws which classes were taken for which.
func ClipConfusion(title string, classes []string, remade []*RemadeClip) *viz.Drawing {
	counts := make([][]int, len(classes))
	for i := range counts {
		counts[i] = make([]int, len(classes))
	}
	for _, c := range remade {
		if guess := c.Classes[0].Class; c.Label >= 0 && c.Label < len(classes) && guess < len(classes) {
			counts[c.Label][guess]++
		}
	}
	return viz.Confusion(title, classes, counts)
}
