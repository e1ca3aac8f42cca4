// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"errors"
	"fmt"
	"math/rand/v2"

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
	source   sounds.Source // nil where the task was opened without its data
}

var errNoData = errors.New("the task was opened without its data")

// Sounds are the clips that the task trains on and is measured with; nil where it was opened without them.
func (t *Task) Sounds() sounds.Source { return t.source }

// Classes are the names of the classes.
func (t *Task) Classes() []string { return t.labels }

// Several reports whether a sound may have several classes.
func (t *Task) Several() bool { return t.several }

// TrainBatch implements tasks.Task: features [B, frames, channels] float32, the classes [B, E] float32, 1 for those that
// are heard, and which examples count [B] float32.
func (t *Task) TrainBatch(step int) (tasks.Batch, error) {
	if t.source == nil {
		return nil, errNoData
	}
	b := t.room()
	for row := range t.batch {
		draw := uint64(step)*uint64(t.batch) + uint64(row)
		r := rand.New(rand.NewPCG(t.seed, draw))
		x, truth, err := t.example(draw, r)
		if err != nil {
			return nil, err
		}
		if t.data.Mixup > 0 && r.Float64() < t.data.Mixup {
			other, otherTruth, err := t.example(r.Uint64()>>1, r)
			if err != nil {
				return nil, err
			}
			w := r.Float32()
			blend(x.values, other.values, w)
			if blend(truth, otherTruth, w); t.several { // both are to be heard
				for k := range truth {
					if truth[k] > 0 {
						truth[k] = 1
					}
				}
			}
		}
		b.set(row, x, truth, 1)
	}
	return b.pack(), nil
}

// clip is a sound of which the classes are known.
type clip = sounds.Clip

// trainClip is clip i of n that are spread evenly over those to train on, for models that see each once.
func (t *Task) trainClip(i, n int) *clip {
	if set, ok := t.source.(*sounds.Set); ok {
		return set.TrainClip(i * set.Trains() / n)
	}
	return t.source.Train(uint64(i))
}

// blend is (1-w)·a + w·b, in a.
func blend(a, b []float32, w float32) {
	for i := range a {
		a[i] += w * (b[i] - a[i])
	}
}

// example is the sound of a draw, changed by chance.
func (t *Task) example(draw uint64, r *rand.Rand) (array, []float32, error) {
	c := t.source.Train(draw)
	a, err := t.features.clip(c, t.source.Trains() > 0)
	if err != nil {
		return array{}, nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	return t.features.augment(a, t.frames, r), t.truth(c), nil
}

// truth is 1 for the classes of a clip.
func (t *Task) truth(c *clip) []float32 {
	out := make([]float32, len(t.labels))
	for _, k := range c.Classes {
		out[k] = 1
	}
	return out
}

// heard is a clip as the model hears it without chance.
func (t *Task) heard(c *clip) (array, error) {
	a, err := t.features.clip(c, t.source.Trains() > 0)
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
		c := t.source.HeldOut(k)
		x, err := t.heard(c)
		if err != nil {
			return nil, err
		}
		b.set(row, x, t.truth(c), counts)
	}
	return b.pack(), nil
}

// room is a batch to be filled.
type room struct {
	t                *Task
	x, truth, counts []float32
}

func (t *Task) room() *room {
	return &room{t, make([]float32, t.batch*t.frames*t.channels), make([]float32, t.batch*len(t.labels)), make([]float32, t.batch)}
}

func (b *room) set(row int, x array, truth []float32, counts float32) {
	copy(b.x[row*len(x.values):], x.values)
	copy(b.truth[row*len(truth):], truth)
	b.counts[row] = counts
}

func (b *room) pack() tasks.Batch {
	return tasks.Batch{
		tensors.FromFlatDataAndDimensions(b.x, b.t.batch, b.t.frames, b.t.channels),
		tensors.FromFlatDataAndDimensions(b.truth, b.t.batch, len(b.t.labels)),
		tensors.FromFlatDataAndDimensions(b.counts, b.t.batch),
	}
}

// Latents implements tasks.Task.
func (t *Task) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	return t.latents(p, batch[0])
}

// Outputs implements tasks.Task: scores [B, O', E].
func (t *Task) Outputs(p *perceiver.Pass, latents *Node, _ []*Node, rows *Node) (*Node, error) {
	return t.outputs(p, latents, rows)
}
