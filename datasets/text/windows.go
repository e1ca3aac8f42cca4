// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
)

// Sampler draws windows from the training part.
type Sampler struct {
	corpus *Corpus
	places *places
	seed   uint64
}

// Train returns a sampler of windows of length bytes.
func (c *Corpus) Train(length int, seed uint64) (*Sampler, error) {
	p, err := newPlaces("training", c.train, length)
	if err != nil {
		return nil, err
	}
	return &Sampler{c, p, seed}, nil
}

// Batch returns the windows of a training step: n windows at random places, a function of the seed and the step alone.
// It may be called from several goroutines.
func (s *Sampler) Batch(step, n int) ([][]byte, error) {
	r := rand.New(rand.NewPCG(s.seed, hash("windows", uint64(step))))
	windows := make([][]byte, n)
	for i := range windows {
		seg, from := s.places.at(r.Int64N(s.places.count()))
		w, err := s.corpus.read(seg.file, from, s.places.length)
		if err != nil {
			return nil, err
		}
		windows[i] = w
	}
	return windows, nil
}

// Eval returns n windows of length bytes spread evenly over the held-out part, the same for everyone who asks; fewer
// where the part has fewer places.
func (c *Corpus) Eval(length, n int) ([][]byte, error) {
	p, err := newPlaces("held-out", c.held, length)
	if err != nil {
		return nil, err
	}
	n = int(min(int64(n), p.count()))
	windows := make([][]byte, n)
	for i := range windows {
		seg, from := p.at(int64(i) * p.count() / int64(n))
		if windows[i], err = c.read(seg.file, from, length); err != nil {
			return nil, err
		}
	}
	return windows, nil
}

// Close closes the files that are open. The corpus can be used again after it.
func (c *Corpus) Close() { c.open.closeAll() }

// String describes the corpus in a line.
func (c *Corpus) String() string {
	s := fmt.Sprintf("%s: %.1f MB of text in %s", c.Name, float64(c.Bytes)/1e6, files(len(c.files)))
	if len(c.Skipped) > 0 {
		s += fmt.Sprintf(", %s skipped", files(len(c.Skipped)))
	}
	return s
}

// LeftOut is a sentence that names the files that are no text, a few of them where there are many; "" where there are none.
func (c *Corpus) LeftOut() string {
	const most = 3
	if len(c.Skipped) == 0 {
		return ""
	}
	s := fmt.Sprintf("data %s: %s left out", c.Name, files(len(c.Skipped)))
	for i, f := range c.Skipped[:min(most, len(c.Skipped))] {
		s += fmt.Sprintf("%s %s: %s", []string{":", ","}[min(i, 1)], filepath.Base(f.Path), f.Reason)
	}
	if more := len(c.Skipped) - most; more > 0 {
		s += fmt.Sprintf(", and %d more", more)
	}
	return s
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}
