// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Answer is a file of sound, or a film, with its likeliest classes, the likeliest first.
type Answer struct {
	Input   string  `json:"input"`
	Seconds float64 `json:"seconds"`
	Clipped float64 `json:"clipped"` // part of the samples that were cut off at full scale
	Windows int     `json:"windows"` // of which the probabilities are the mean
	Classes []Guess `json:"classes"`
}

// Guess is a class that the model takes for possible.
type Guess struct {
	Class       int     `json:"class"`
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
}

// shownClasses is the number of classes in an answer.
const shownClasses = 5

// muchClipped is the part of the samples from which on an answer warns.
const muchClipped = 0.001

// answer says what is to be heard in a file of sound, and, where the model sees, what is to be seen in a film: a GIF, a folder
// of pictures, or what ffmpeg reads, of which the beginning is looked at.
func (t *Task) answer(ctx context.Context, l *Listener, path string) (*Answer, error) {
	s, h := (*sounds.Sound)(nil), (*Heard)(nil)
	if t.film != nil && video.IsFilm(path) {
		f := t.data.format()
		r, err := f.Read(ctx, path)
		if err != nil {
			return nil, err
		}
		c, err := f.Cut(r, 0)
		if err != nil {
			return nil, err
		}
		s = &sounds.Sound{Rate: t.data.Rate, Samples: c.Audio}
		if h, err = l.Watch(c); err != nil {
			return nil, err
		}
	} else {
		var err error
		if s, err = sounds.Open(ctx, path); err != nil {
			return nil, err
		}
		if h, err = l.Hear(s); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return &Answer{Input: path, Seconds: float64(len(s.Samples)) / float64(s.Rate), Clipped: s.Clipped(), Windows: h.Windows, Classes: t.guesses(h)}, nil
}

// Predict implements tasks.Predictor: what is to be heard in files of sound, of any rate and length, and to be seen in films.
func (t *Task) Predict(ctx context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (tasks.Prediction, error) {
	if len(inputs) == 0 {
		return tasks.Prediction{}, errors.New("there is no file of sound that the model is asked about")
	}
	l, err := t.NewListener(backend, w)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer l.Close()
	var answers []Answer
	var text strings.Builder
	for _, path := range inputs {
		a, err := t.answer(ctx, l, path)
		if err != nil {
			return tasks.Prediction{}, err
		}
		answers = append(answers, *a)
		fmt.Fprintf(&text, "%s\n", path)
		for _, g := range a.Classes {
			fmt.Fprintf(&text, "  %5.1f %%  %s\n", 100*g.Probability, g.Label)
		}
		if a.Clipped > muchClipped {
			fmt.Fprintf(&text, "  %.1f %% of the samples are cut off at full scale; the answer may suffer from it\n", 100*a.Clipped)
		}
	}
	return tasks.Prediction{Text: strings.TrimSuffix(text.String(), "\n"), JSON: map[string]any{"inputs": answers}}, nil
}

// guesses are the likeliest classes.
func (t *Task) guesses(h *Heard) []Guess {
	all := make([]Guess, len(t.labels))
	for i, p := range h.Probabilities {
		all[i] = Guess{i, t.labels[i], float64(p)}
	}
	slices.SortStableFunc(all, func(a, b Guess) int { return cmp.Compare(b.Probability, a.Probability) })
	return all[:min(shownClasses, len(all))]
}
