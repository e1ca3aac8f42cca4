// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"errors"
	"fmt"
	"slices"

	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
)

// clip is a sound of which the classes are known, with the film that it belongs to.
type clip struct {
	*sounds.Clip
	film []uint8 // [T, side, side, 3]; nil for a sound alone
	mute bool    // the film has no sound, and silence stands for it
}

// source is clips, some to train on and some held out: what sounds.Source and video.Source have in common.
type source interface {
	Train(draw uint64) (clip, error)
	Trains() int // different clips to train on that come again; 0: no two draws are alike
	TrainClip(i int) (clip, error)
	HeldOut(i int) (clip, error)
	HeldOuts() int
}

// listed are clips of sound alone.
type listed struct{ sounds.Source }

func (l listed) Train(draw uint64) (clip, error) { return clip{Clip: l.Source.Train(draw)}, nil }
func (l listed) HeldOut(i int) (clip, error)     { return clip{Clip: l.Source.HeldOut(i)}, nil }

// TrainClip is clip i of those that come again, in the order of their list.
func (l listed) TrainClip(i int) (clip, error) {
	if set, ok := l.Source.(*sounds.Set); ok {
		return clip{Clip: set.TrainClip(i)}, nil
	}
	return l.Train(uint64(i))
}

// films are clips of films. Each draw is another clip.
type films struct {
	video.Source
	rate int
}

func (f films) Trains() int                     { return 0 }
func (f films) Train(draw uint64) (clip, error) { return f.clip(f.Source.Train(draw)) }
func (f films) TrainClip(i int) (clip, error)   { return f.Train(uint64(i)) }
func (f films) HeldOut(i int) (clip, error)     { return f.clip(f.Source.HeldOut(i)) }

func (f films) clip(c *video.Clip, err error) (clip, error) {
	if err != nil {
		return clip{}, err
	}
	if c.Label < 0 {
		return clip{}, fmt.Errorf("%s: its class is not known; put each film into the folder of its class", c.Name)
	}
	return clip{&sounds.Clip{Name: c.Name, Sound: &sounds.Sound{Rate: f.rate, Samples: c.Audio}, Classes: []int{c.Label}}, c.Video, c.Mute}, nil
}

// The sources of films.
var filmSources = []string{"shapes", "digits", "films"}

// filmed reports whether the clips are films.
func (d Data) filmed() bool { return slices.Contains(filmSources, d.Source) }

// format is the size of a film.
func (d Data) format() video.Format {
	f := video.Format{Height: d.Side, Width: d.Side, Speed: d.Speed}
	f.Frames, f.Samples = whole(d.Seconds*float64(d.Speed)), whole(d.Seconds*float64(d.Rate))
	return f
}

// whole is x if it is a whole number but for rounding, and else 0.
func whole(x float64) int {
	n := int(x + 0.5)
	if d := x - float64(n); d > 1e-6 || d < -1e-6 {
		return 0
	}
	return n
}

// openFilms finds the films.
func (d Data) openFilms(ctx context.Context, path string, seed uint64) (source, error) {
	var s video.Source
	var err error
	switch {
	case d.Source == "shapes" && path != "":
		err = fmt.Errorf("data %s: the films of data.source = \"shapes\" are generated; for a folder of films set data.source=films and data.classes", path)
	case d.Source == "shapes":
		s = &video.Shapes{Format: d.format(), Seed: seed, Held: d.HeldOut}
	case d.Source == "digits":
		s, err = video.OpenDigits(ctx, path, d.format(), seed, d.HeldOut)
	case path == "":
		err = errors.New(`data.source = "films": say which folder with --data; it has a folder of films for each class`)
	default:
		if s, err = video.OpenFiles(ctx, path, d.format(), seed, d.HeldOut); err == nil && !slices.Equal(s.Classes(), d.Classes) {
			err = fmt.Errorf("data %s: the films are of the classes %q, and data.classes names %q; both must be the same, in this order", path, s.Classes(), d.Classes)
		}
	}
	if err != nil {
		return nil, err
	}
	return films{s, d.Rate}, nil
}
