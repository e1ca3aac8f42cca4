// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math/rand/v2"
	"sync"

	sounds "github.com/perceiver-go/perceiver/datasets/audio"
)

// array is a sound as numbers, [frames, channels].
type array struct {
	frames, channels int
	values           []float32
}

func newArray(frames, channels int) array {
	return array{frames, channels, make([]float32, frames*channels)}
}

func (a array) frame(t int) []float32 { return a.values[t*a.channels : (t+1)*a.channels] }

// features turns sounds into numbers that do not depend on how loud they are.
//
//	mel   decibels below the loudest place of the sound, those of -80 and less cut off, from -2 to 2
//	wave  samples over the root of their mean square
//
// Silence is -2, and 0. So gain is nothing that a model has to learn, and a recording that is softer is the same sound.
type features struct {
	data Data
	mel  *sounds.Mel // nil for waves

	mu   sync.Mutex
	made map[*sounds.Clip]array // of clips that come again
}

// span is the range of a spectrogram in decibels; what is softer is silence.
const (
	span  = 80.
	quiet = -2. // the value of silence in a spectrogram
)

func newFeatures(d Data) *features {
	f := &features{data: d, made: map[*sounds.Clip]array{}}
	if d.Features == "mel" {
		f.mel, _ = d.mel() // validated
	}
	return f
}

// of describes a whole sound of the experiment's rate.
func (f *features) of(s *sounds.Sound) (array, error) {
	if f.mel == nil {
		a := newArray(len(s.Samples), 1)
		if l := s.Loudness(); !s.Silent() {
			for i, x := range s.Samples {
				a.values[i] = x / float32(l)
			}
		}
		return a, nil
	}
	g, err := f.mel.Spectrogram(s.Samples)
	if err != nil {
		return array{}, err
	}
	a := array{g.Frames, g.Bands, g.DB}
	top := float32(-100)
	for _, db := range a.values {
		top = max(top, db)
	}
	silent := s.Silent()
	for i, db := range a.values {
		a.values[i] = max(quiet, (db-top)/(span/4)+2)
		if silent {
			a.values[i] = quiet
		}
	}
	return a, nil
}

// clip describes a clip, once if it comes again.
func (f *features) clip(c *sounds.Clip, again bool) (array, error) {
	if !again {
		return f.of(c.Sound)
	}
	f.mu.Lock()
	a, ok := f.made[c]
	f.mu.Unlock()
	if ok {
		return a, nil
	}
	a, err := f.of(c.Sound)
	if err == nil {
		f.mu.Lock()
		f.made[c] = a
		f.mu.Unlock()
	}
	return a, err
}

// silence is the value of what is outside of a sound.
func (f *features) silence() float32 {
	if f.mel == nil {
		return 0
	}
	return quiet
}

// window cuts n frames around the middle of a sound, or puts silence around one that is shorter. With a random generator
// it is moved by chance: by as much as there is room, and by Shift beyond. A sound that is as long as the window or longer
// goes on at its other end.
func (f *features) window(a array, n int, r *rand.Rand) array {
	from := float64(a.frames-n) / 2
	if r != nil {
		room := max(from, -from) + f.data.Shift*float64(f.data.Rate)/float64(f.data.hop())
		from += room * (2*r.Float64() - 1)
	}
	out, begin := newArray(n, a.channels), int(from)
	for t := range n {
		k := begin + t
		if a.frames >= n {
			k = ((k % a.frames) + a.frames) % a.frames
		}
		if k >= 0 && k < a.frames {
			copy(out.frame(t), a.frame(k))
			continue
		}
		for c := range a.channels {
			out.frame(t)[c] = f.silence()
		}
	}
	return out
}
