// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"

	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/pkg/display"
	"github.com/perceiver-go/perceiver/pkg/tasks/audio"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// SoundTask opens the experiment's sounds, of a task of audio.
func (x *Experiment) SoundTask(ctx context.Context) (*audio.Task, error) {
	opened, err := x.Open(ctx)
	return as[*audio.Task](opened, err, x.Name, "only audio has sounds with classes")
}

// Ear is a trained model of sounds, ready to be asked.
type Ear struct {
	*audio.Listener
	Task *audio.Task
}

// Ear makes the run's best checkpoint ready to be asked about sounds. Close it after use.
func (r *Run) Ear(ctx context.Context) (*Ear, error) {
	task, err := r.X.SoundTask(ctx)
	if err != nil {
		return nil, err
	}
	w, b, err := r.ready(ctx, task)
	if err != nil {
		return nil, err
	}
	l, err := task.NewListener(b, w)
	if err != nil {
		return nil, err
	}
	return &Ear{l, task}, nil
}

// HeardClip is a held-out sound and what a model takes it for.
type HeardClip struct {
	*sounds.Clip
	*audio.Heard
	Number   int    // of the held-out sounds
	Truth    string // the name of its class; of the first where it has several
	Guess    string // the likeliest class
	Right    bool
	classIDs [2]int // truth and guess
}

// HeldOut listens to held-out sound i.
func (e *Ear) HeldOut(i int) (*HeardClip, error) {
	h, err := e.Listener.HeldOut(i)
	if err != nil {
		return nil, err
	}
	heard, _, err := e.Task.HeldOut(i)
	if err != nil {
		return nil, err
	}
	c := &HeardClip{Clip: heard, Heard: h, Number: i, Truth: "nothing"}
	for k, p := range h.Probabilities {
		if p > h.Probabilities[c.classIDs[1]] {
			c.classIDs[1] = k
		}
	}
	c.Guess = e.Task.Classes()[c.classIDs[1]]
	for i, k := range c.Classes {
		if i == 0 {
			c.classIDs[0], c.Truth = k, e.Task.Classes()[k]
		}
		c.Right = c.Right || k == c.classIDs[1]
	}
	return c, nil
}

// Listen listens to the first n held-out sounds, or to all where there are fewer.
func (e *Ear) Listen(ctx context.Context, n int) ([]*HeardClip, error) {
	var all []*HeardClip
	for i := range min(n, e.Task.EvalExamples()) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := e.HeldOut(i)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// SoundConfusion draws which classes were taken for which.
func SoundConfusion(title string, classes []string, heard []*HeardClip) *viz.Drawing {
	counts := make([][]int, len(classes))
	for i := range counts {
		counts[i] = make([]int, len(classes))
	}
	for _, c := range heard {
		counts[c.classIDs[0]][c.classIDs[1]]++
	}
	return viz.Confusion(title, classes, counts)
}

// WaveMap draws a heard sound as a wave, and below it where each latent listens, mean over the heads.
func (c *HeardClip) WaveMap(title string, seconds float64) *viz.Drawing {
	return viz.AttentionOnSound(title, wide(c.middle(seconds)), float64(c.Rate), c.Looks, nil)
}

// middle is what a model that hears some seconds at once gets of a sound.
func (c *HeardClip) middle(seconds float64) []float32 {
	n := int(seconds * float64(c.Rate))
	out := make([]float32, n)
	from := (len(c.Samples) - n) / 2
	for i := range out {
		if k := from + i; k >= 0 && k < len(c.Samples) {
			out[i] = c.Samples[k]
		}
	}
	return out
}

func wide(samples []float32) []float64 {
	out := make([]float64, len(samples))
	for i, x := range samples {
		out[i] = float64(x)
	}
	return out
}

// Spectrogram draws a sound over time and frequency, by the ear's scale.
func Spectrogram(title string, s *sounds.Sound) (*viz.Drawing, error) {
	window := min(max(4, s.Rate*32/1000/2*2), 1<<14) // 32 ms
	m, err := sounds.NewMel(sounds.Mel{STFT: sounds.STFT{Window: window, Hop: max(1, window/4)}, Rate: s.Rate, Bands: min(64, window/4)})
	if err != nil {
		return nil, err
	}
	g, err := m.Spectrogram(s.Samples)
	if err != nil {
		return nil, err
	}
	var hertz []float64
	for i := range m.Bands {
		hertz = append(hertz, m.Centre(i))
	}
	return viz.Spectrogram(title, g.Rows(), float64(len(s.Samples))/float64(s.Rate), hertz), nil
}

// ShowSound shows a sound as a spectrogram and as a player.
func ShowSound(title string, s *sounds.Sound) error {
	d, err := Spectrogram(title, s)
	if err != nil {
		return fmt.Errorf("sound %q: %w", title, err)
	}
	if err := display.Figure(d, title); err != nil {
		return err
	}
	wav, err := sounds.Encode(s)
	if err != nil {
		return fmt.Errorf("sound %q: %w", title, err)
	}
	return display.Sound(wav, title)
}
