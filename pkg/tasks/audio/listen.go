// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Listener says with a trained model what is to be heard.
type Listener struct {
	task    *Task
	program *perceiver.Program
}

// NewListener makes the program that answers one window of sound.
func (t *Task) NewListener(backend compute.Backend, w *perceiver.Weights) (*Listener, error) {
	program, err := w.Compile(backend, "listen", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		var looks *Node
		p.Tap = func(name string, value *Node) {
			if name == t.encoder.EncoderLayer(0).Name+".probs" {
				looks = value
			}
		}
		s := senses{sound: in[0]}
		if t.film != nil {
			s.film, s.present = in[1], in[2]
		}
		z, err := t.latents(p, s)
		if err != nil {
			return nil, err
		}
		y, err := t.outputs(p, z, nil)
		if err != nil {
			return nil, err
		}
		if looks.Rank() == 4 {
			looks = ReduceMean(looks, 1)
		}
		if t.several {
			return []*Node{Sigmoid(y), looks}, nil
		}
		return []*Node{Softmax(y, -1), looks}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Listener{t, program}, nil
}

// Close frees the compiled program.
func (l *Listener) Close() { l.program.Close() }

// Heard is what a model says of a sound.
type Heard struct {
	Probabilities []float32   // of each class; where a sound has one class they sum to 1
	Windows       int         // of which the probabilities are the mean
	Looks         [][]float64 // [N][M]: where each latent listens in the first window, mean over heads
}

// mostWindows bounds the windows of one sound.
const mostWindows = 1 << 14

// Hear listens to a sound of any rate and length: to its middle where it is shorter than the model's window or as long, and
// else to windows that overlap by half. A model that could see, too, does without.
func (l *Listener) Hear(s *sounds.Sound) (*Heard, error) {
	if !l.task.data.hears() {
		return nil, errors.New("the model sees and does not hear, so it cannot say anything of a sound alone; give it a film")
	}
	s, err := s.Resample(l.task.data.Rate)
	if err != nil {
		return nil, err
	}
	if s.Silent() {
		return nil, errors.New("the sound is silent, so there is nothing to be told apart in it")
	}
	whole, err := l.task.features.of(s)
	if err != nil {
		return nil, err
	}
	n := l.task.frames
	count := 1
	if whole.frames > n {
		count += (whole.frames - n + n/2 - 1) / max(1, n/2)
	}
	if count > mostWindows {
		return nil, fmt.Errorf("the sound has %d windows of %g s; %d are the most", count, l.task.data.Seconds, mostWindows)
	}
	h := &Heard{Probabilities: make([]float32, len(l.task.labels)), Windows: count}
	for i := range count {
		part := whole
		if whole.frames > n {
			from := min(i*max(1, n/2), whole.frames-n)
			part = array{n, whole.channels, whole.values[from*whole.channels : (from+n)*whole.channels]}
		}
		p, looks, err := l.ask(l.task.features.window(part, n, nil), clip{})
		if err != nil {
			return nil, err
		}
		for k := range p {
			h.Probabilities[k] += p[k] / float32(count)
		}
		if i == 0 {
			h.Looks = looks
		}
	}
	return h, nil
}

// HeldOut listens to held-out clip i as evaluations do.
func (l *Listener) HeldOut(i int) (*Heard, error) {
	if i < 0 || i >= l.task.EvalExamples() {
		return nil, fmt.Errorf("held-out sound %d: there are %d, counted from 0", i, l.task.EvalExamples())
	}
	c, err := l.task.source.HeldOut(i)
	if err != nil {
		return nil, err
	}
	return l.clip(c)
}

// Watch looks at a clip of a film, and listens to it where it has sound.
func (l *Listener) Watch(c *video.Clip) (*Heard, error) {
	if l.task.film == nil {
		return nil, errors.New("the model hears and does not see")
	}
	return l.clip(clip{&sounds.Clip{Name: c.Name, Sound: &sounds.Sound{Rate: l.task.data.Rate, Samples: c.Audio}}, c.Video, c.Mute})
}

// clip answers a clip that is as long as the model's window.
func (l *Listener) clip(c clip) (*Heard, error) {
	a, err := l.task.features.of(c.Sound)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	p, looks, err := l.ask(l.task.features.window(a, l.task.frames, nil), c)
	return &Heard{p, 1, looks}, err
}

// ask answers one window of sound with the film of c, which has none where the sound is all there is.
func (l *Listener) ask(a array, c clip) (probabilities []float32, looks [][]float64, err error) {
	in := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(a.values, 1, a.frames, a.channels)}
	if l.task.film != nil {
		film, present := c.film, []float32{1, 1}
		switch {
		case film == nil:
			film, present = make([]uint8, l.task.filmSize()), []float32{1, 0}
		case c.mute:
			present[0] = 0
		}
		in = append(in, tensors.FromFlatDataAndDimensions(film, append([]int{1}, l.task.film...)...), tensors.FromFlatDataAndDimensions(present, 1, 2))
	}
	out, err := l.program.Run(in...)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		for _, t := range out {
			_ = t.FinalizeAll()
		}
	}()
	if probabilities, err = perceiver.Float32s(out[0]); err != nil {
		return nil, nil, err
	}
	for _, p := range probabilities {
		if p != p {
			return nil, nil, errors.New("the model's answers are not numbers, so its weights are damaged or its training diverged; choose another checkpoint")
		}
	}
	flat, err := perceiver.Float32s(out[1])
	if err != nil {
		return nil, nil, err
	}
	m := out[1].Shape().Dim(-1)
	for i := 0; i+m <= len(flat); i += m {
		row := make([]float64, m)
		for k := range row {
			row[k] = float64(flat[i+k])
		}
		looks = append(looks, row)
	}
	return probabilities, looks, nil
}
