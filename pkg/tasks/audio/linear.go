// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"math"
)

// mostNumbers bounds the sounds that the linear models are fitted on: this many numbers, 256 MiB. Of endless sounds,
// mostGenerated are taken.
const (
	mostNumbers   = 1 << 25
	mostGenerated = 2000
)

// Baselines implements tasks.Task: the goal's metric on the held-out sounds,
//
//	chance         of the classes by how frequent they are in the training sounds
//	linear         of a linear model of the numbers that the Perceiver gets, all of them
//	linear_pooled  of a linear model of the mean, the spread and the highest value of each channel over time
//
// Of a film, the numbers are the colours of one frame in four, and its channels are red, green and blue.
//
// Linear models are softmax regressions (where a sound has several classes, a sigmoid for each) on the sounds unchanged by
// chance. Of four strengths of weight decay, the one that is best on a fifth of the training sounds is taken.
func (t *Task) Baselines(ctx context.Context) (map[string]float64, error) {
	if t.source == nil {
		return nil, errNoData
	}
	n := t.trainRows()
	train, err := t.examples(ctx, n, func(i int) (clip, error) { return t.trainClip(i, n) })
	if err != nil {
		return nil, err
	}
	held, err := t.examples(ctx, t.heldRows(), t.source.HeldOut)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{"chance": t.rate(frequencies(train.truth, len(held.truth)), held.truth)}
	for name, describe := range map[string]func([]float32, int) []float64{"linear": all, "linear_pooled": pooled} {
		scores, err := fitLinear(ctx, train.describe(describe, t.channels), train.truth, held.describe(describe, t.channels), t.several)
		if err != nil {
			return nil, err
		}
		out[name] = t.rate(scores, held.truth)
	}
	return out, nil
}

func (t *Task) trainRows() int {
	n := t.source.Trains()
	if n == 0 {
		n = mostGenerated
	}
	return min(n, max(1, mostNumbers/t.numbers()))
}

// numbers is how many a linear model gets of a clip.
func (t *Task) numbers() int {
	n := 0
	if t.data.hears() {
		n += t.frames * t.channels
	}
	if t.data.sees() {
		n += t.filmSize() / filmEvery
	}
	return n
}

// filmEvery is how many frames there are for one that a linear model sees: a film of which it saw all would have more
// numbers than there are clips.
const filmEvery = 4

func (t *Task) heldRows() int {
	return min(t.EvalExamples(), max(1, mostNumbers/t.numbers()))
}

// examples are clips with their classes: the numbers of their sound, those of some frames of their film, or both.
type examples struct{ x, film, truth [][]float32 }

func (t *Task) examples(ctx context.Context, n int, clip func(i int) (clip, error)) (*examples, error) {
	e := &examples{x: make([][]float32, n), film: make([][]float32, n)}
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := clip(i)
		if err != nil {
			return nil, err
		}
		if t.data.hears() {
			a, err := t.heard(c)
			if err != nil {
				return nil, err
			}
			e.x[i] = a.values
		}
		if t.data.sees() {
			e.film[i] = someFrames(c.film, t.film[0])
		}
		e.truth = append(e.truth, t.truth(c))
	}
	return e, nil
}

// someFrames are the colours of every filmEvery-th of n frames, from -1 to 1.
func someFrames(film []uint8, n int) []float32 {
	size := len(film) / n
	var out []float32
	for t := 0; t < n; t += filmEvery {
		for _, v := range film[t*size : (t+1)*size] {
			out = append(out, float32(v)*2/255-1)
		}
	}
	return out
}

func (e *examples) describe(f func(x []float32, channels int) []float64, channels int) [][]float64 {
	out := make([][]float64, len(e.x))
	for i := range out {
		if e.x[i] != nil {
			out[i] = f(e.x[i], channels)
		}
		if e.film[i] != nil {
			out[i] = append(out[i], f(e.film[i], colours)...)
		}
	}
	return out
}

// all are the numbers as they are.
func all(x []float32, _ int) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// pooled are the mean, the spread and the highest value of each channel over time.
func pooled(x []float32, channels int) []float64 {
	out := make([]float64, 3*channels)
	n := float64(len(x) / channels)
	for c := range channels {
		sum, square, top := 0., 0., math.Inf(-1)
		for i := c; i < len(x); i += channels {
			v := float64(x[i])
			sum, square, top = sum+v, square+v*v, max(top, v)
		}
		mean := sum / n
		out[3*c], out[3*c+1], out[3*c+2] = mean, math.Sqrt(max(0, square/n-mean*mean)), top
	}
	return out
}

// frequencies are scores for n sounds that are the same for all: how frequent each class is.
func frequencies(truth [][]float32, n int) [][]float64 {
	f := make([]float64, len(truth[0]))
	for _, row := range truth {
		for k, x := range row {
			f[k] += float64(x)
		}
	}
	out := make([][]float64, n)
	for i := range out {
		out[i] = f
	}
	return out
}

// rate is the goal's metric of scores.
func (t *Task) rate(scores [][]float64, truth [][]float32) float64 {
	if !t.several {
		return top1(scores, truth)
	}
	narrow := make([][]float32, len(scores))
	for i, row := range scores {
		for _, x := range row {
			narrow[i] = append(narrow[i], float32(x))
		}
	}
	return MeanAveragePrecision(narrow, truth)
}

// top1 is the part of the sounds whose highest score is that of their class.
func top1(scores [][]float64, truth [][]float32) float64 {
	right := 0.
	for i, row := range scores {
		best := 0
		for k := range row {
			if row[k] > row[best] {
				best = k
			}
		}
		right += float64(truth[i][best])
	}
	return right / float64(len(scores))
}
