// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Task is a model of sounds and the sounds it is trained on.
type Task struct {
	*network
	data     Data
	batch    int
	seed     uint64
	features *features
	source   source // nil where the task was opened without its data
}

var errNoData = errors.New("the task was opened without its data")

// Sounds are the clips that the task trains on and is measured with; nil where it was opened without them, and where they
// are films.
func (t *Task) Sounds() sounds.Source {
	l, _ := t.source.(listed)
	return l.Source
}

// HeldOut is held-out clip i, from 0 to EvalExamples()-1: its sound, its classes, and its film [T, side, side, 3] or nil.
func (t *Task) HeldOut(i int) (*sounds.Clip, []uint8, error) {
	if i < 0 || i >= t.EvalExamples() {
		return nil, nil, fmt.Errorf("held-out clip %d: there are %d, counted from 0", i, t.EvalExamples())
	}
	c, err := t.source.HeldOut(i)
	return c.Clip, c.film, err
}

// Classes are the names of the classes.
func (t *Task) Classes() []string { return t.labels }

// Several reports whether a sound may have several classes.
func (t *Task) Several() bool { return t.several }

// TrainBatch implements tasks.Task: features [B, frames, channels] float32, the classes [B, E] float32, 1 for those that
// are heard, and which examples count [B] float32. A model that sees gets the films [B, T, side, side, 3] uint8, too, and
// whether there is sound and film [B, 2] float32: of some training clips one of both is left out.
func (t *Task) TrainBatch(step int) (tasks.Batch, error) {
	if t.source == nil {
		return nil, errNoData
	}
	b := t.room()
	for row := range t.batch {
		draw := uint64(step)*uint64(t.batch) + uint64(row)
		r := rand.New(rand.NewPCG(t.seed, draw))
		x, c, truth, err := t.example(draw, r)
		if err != nil {
			return nil, err
		}
		if t.data.Mixup > 0 && r.Float64() < t.data.Mixup {
			other, otherClip, otherTruth, err := t.example(r.Uint64()>>1, r)
			if err != nil {
				return nil, err
			}
			w := r.Float32()
			blend(x.values, other.values, w)
			c.film, c.mute = blended(c.film, otherClip.film, w), c.mute && otherClip.mute
			if blend(truth, otherTruth, w); t.several { // both are to be heard
				for k := range truth {
					if truth[k] > 0 {
						truth[k] = 1
					}
				}
			}
		}
		b.set(row, x, c, truth, 1)
		if d := t.data; d.Inputs == "both" {
			switch u := r.Float64(); {
			case c.mute: // the film is all there is
			case u < d.DropVideo:
				b.present[2*row+1] = 0
			case u < d.DropVideo+d.DropSound:
				b.present[2*row] = 0
			}
		}
	}
	return b.pack(), nil
}

// trainClip is clip i of n that are spread evenly over those to train on, for models that see each once.
func (t *Task) trainClip(i, n int) (clip, error) {
	if all := t.source.Trains(); all > 0 {
		i = i * all / n
	}
	return t.source.TrainClip(i)
}

// blend is (1-w)·a + w·b, in a.
func blend(a, b []float32, w float32) {
	for i := range a {
		a[i] += w * (b[i] - a[i])
	}
}

// blended is the same for the colours of films, which are not changed.
func blended(a, b []uint8, w float32) []uint8 {
	out := make([]uint8, len(a))
	for i := range a {
		out[i] = uint8(float32(a[i]) + w*(float32(b[i])-float32(a[i])) + 0.5)
	}
	return out
}

// example is the clip of a draw, its sound changed by chance.
func (t *Task) example(draw uint64, r *rand.Rand) (sound array, c clip, truth []float32, err error) {
	if c, err = t.source.Train(draw); err != nil {
		return array{}, c, nil, err
	}
	a, err := t.features.clip(c.Clip, t.source.Trains() > 0)
	if err != nil {
		return array{}, c, nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return t.features.augment(a, t.frames, r), c, t.truth(c), nil
}

// truth is 1 for the classes of a clip.
func (t *Task) truth(c clip) []float32 {
	out := make([]float32, len(t.labels))
	for _, k := range c.Classes {
		out[k] = 1
	}
	return out
}

// heard is a clip as the model hears it without chance.
func (t *Task) heard(c clip) (array, error) {
	a, err := t.features.clip(c.Clip, t.source.Trains() > 0)
	if err != nil {
		return array{}, fmt.Errorf("%s: %w", c.Name, err)
	}
	return t.features.window(a, t.frames, nil), nil
}

// EvalExamples implements tasks.Task.
func (t *Task) EvalExamples() int {
	if t.source == nil {
		return 0
	}
	return t.source.HeldOuts()
}

// EvalBatches implements tasks.Task.
func (t *Task) EvalBatches() int { return (t.EvalExamples() + t.batch - 1) / t.batch }

// EvalBatch implements tasks.Task. The last batch is filled up with sounds that do not count.
func (t *Task) EvalBatch(i int) (tasks.Batch, error) {
	if t.source == nil {
		return nil, errNoData
	}
	b := t.room()
	for row := range t.batch {
		k, counts := i*t.batch+row, float32(1)
		if k >= t.EvalExamples() {
			k, counts = t.EvalExamples()-1, 0
		}
		c, err := t.source.HeldOut(k)
		if err != nil {
			return nil, err
		}
		x, err := t.heard(c)
		if err != nil {
			return nil, err
		}
		b.set(row, x, c, t.truth(c), counts)
	}
	return b.pack(), nil
}

// room is a batch to be filled.
type room struct {
	t                         *Task
	x, truth, counts, present []float32
	films                     []uint8
}

func (t *Task) room() *room {
	b := &room{t: t, x: make([]float32, t.batch*t.frames*t.channels), truth: make([]float32, t.batch*len(t.labels)), counts: make([]float32, t.batch)}
	if t.film != nil {
		b.films, b.present = make([]uint8, t.batch*t.filmSize()), slices.Repeat([]float32{1}, 2*t.batch)
	}
	return b
}

// filmSize is the number of colours of a film that the model sees.
func (n *network) filmSize() int {
	size := 1
	for _, d := range n.film {
		size *= d
	}
	return size
}

func (b *room) set(row int, x array, c clip, truth []float32, counts float32) {
	if b.films != nil {
		copy(b.films[row*len(c.film):], c.film)
		if c.mute {
			b.present[2*row] = 0
		}
	}
	copy(b.x[row*len(x.values):], x.values)
	copy(b.truth[row*len(truth):], truth)
	b.counts[row] = counts
}

func (b *room) pack() tasks.Batch {
	batch := tasks.Batch{
		tensors.FromFlatDataAndDimensions(b.x, b.t.batch, b.t.frames, b.t.channels),
		tensors.FromFlatDataAndDimensions(b.truth, b.t.batch, len(b.t.labels)),
		tensors.FromFlatDataAndDimensions(b.counts, b.t.batch),
	}
	if b.films != nil {
		batch = append(batch, tensors.FromFlatDataAndDimensions(b.films, append([]int{b.t.batch}, b.t.film...)...),
			tensors.FromFlatDataAndDimensions(b.present, b.t.batch, 2))
	}
	return batch
}

// senses are what the network gets of a batch.
func (t *Task) senses(batch []*Node) senses {
	if t.film == nil {
		return senses{sound: batch[0]}
	}
	return senses{batch[0], batch[3], batch[4]}
}

// Latents implements tasks.Task.
func (t *Task) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	return t.latents(p, t.senses(batch))
}

// Outputs implements tasks.Task: scores [B, O', E].
func (t *Task) Outputs(p *perceiver.Pass, latents *Node, _ []*Node, rows *Node) (*Node, error) {
	return t.outputs(p, latents, rows)
}
