// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"image"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Spec is the optical flow task's part of an experiment.
type Spec struct {
	Model Model `toml:"model"`
	Data  Data  `toml:"data"`
}

// NewSpec returns the defaults.
func NewSpec() tasks.Spec { return defaults() }

// Validate implements tasks.Spec.
func (s *Spec) Validate() error {
	n, err := s.Model.Network()
	if err != nil {
		return err
	}
	return s.Data.validate(n.Model)
}

// Task is a network and its pairs of pictures.
type Task struct {
	*Network
	data   Data
	batch  int
	seed   uint64
	source *source // nil where the task was opened without its data
}

// Open implements tasks.Spec. Options.Data is a folder of pairs with their movement to measure with, as Middlebury's,
// Sintel's or KITTI's; "": held-out generated pairs, or those of data.train.
func (s *Spec) Open(_ context.Context, o tasks.Options) (tasks.Task, error) { return s.open(o) }

func (s *Spec) open(o tasks.Options) (*Task, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n, err := s.Model.Network()
	if err != nil {
		return nil, err
	}
	t := &Task{Network: n, data: s.Data, batch: max(1, o.Batch), seed: o.Seed}
	if !o.NoData {
		t.source, err = newSource(s.Data, n.Model, o.Data, o.Seed)
	}
	return t, err
}

// Shapes implements tasks.Task.
func (t *Task) Shapes() tasks.Shapes {
	return tasks.Shapes{M: t.elements(), C: t.encoder.InputDim, N: t.encoder.Latents, D: t.LatentDim, O: t.pixels(), Q: t.encoder.InputDim, E: 2}
}

// Architecture implements tasks.Task.
func (t *Task) Architecture() perceiver.Config { return t.encoder }

// TrainBatch implements tasks.Task: both pictures [B, 2, H, W, 3] uint8; the movement [B, R, 2] float32, in pixels, at the
// queried pixels; whether it is known, and whether the pixel can be seen in both pictures [B, R, 2] float32; and the queried
// pixels [B, R] int32, as y·W+x.
func (t *Task) TrainBatch(step int) (tasks.Batch, error) {
	if t.source == nil {
		return nil, errNoData
	}
	b := t.room(positive(t.data.Queries, t.pixels()))
	for row := range t.batch {
		pair, err := t.TrainPair(step, row)
		if err != nil {
			return nil, err
		}
		b.fill(row, pair, t.draw(step, row, queryDraw))
	}
	return b.pack(), nil
}

// TrainPair is one pair of a training batch, cropped and augmented.
func (t *Task) TrainPair(step, row int) (*movement.Pair, error) {
	if t.source == nil {
		return nil, errNoData
	}
	index, reverse := uint64(step)*uint64(t.batch)+uint64(row), false
	if step < t.data.ReversedSteps { // two rows share a pair
		index, reverse = index/2, index%2 == 1
	}
	strength := t.data.strength(step)
	pair, err := t.source.pair(index, strength)
	if err != nil {
		return nil, err
	}
	if reverse {
		pair = pair.Reversed()
	}
	return t.data.augmentation(t.Model).Apply(pair, strength, t.draw(step, row, augmentDraw))
}

// What is drawn for an example of a batch.
const (
	queryDraw = iota
	augmentDraw
)

func (t *Task) draw(step, row, what int) *rand.Rand {
	return rand.New(rand.NewPCG(t.seed^uint64(what+1)*0x9e3779b97f4a7c15, uint64(step)*uint64(t.batch)+uint64(row)))
}

// EvalExamples implements tasks.Task: the number of held-out pairs.
func (t *Task) EvalExamples() int {
	if t.source == nil {
		return 0
	}
	return t.source.heldOuts()
}

// EvalBatches implements tasks.Task: those of generated pairs. The pictures of a folder do not fit into batches; see Measure.
func (t *Task) EvalBatches() int {
	if t.source == nil || t.source.heldOut == nil {
		return 0
	}
	return (t.EvalExamples() + t.batch - 1) / t.batch
}

// EvalBatch implements tasks.Task, as TrainBatch does, with all pixels in their order. Of a picture larger than the
// network its middle is taken. The last batch is filled up with pairs that do not count.
func (t *Task) EvalBatch(i int) (tasks.Batch, error) {
	b := t.room(t.pixels())
	for row := range t.batch {
		k := i*t.batch + row
		pair, err := t.HeldOut(min(k, t.EvalExamples()-1))
		if err != nil {
			return nil, err
		}
		size := pair.A.Rect.Size()
		if pair, err = pair.Crop(image.Pt((size.X-t.Width)/2, (size.Y-t.Height)/2), image.Pt(t.Width, t.Height)); err != nil {
			return nil, err
		}
		b.fill(row, pair, nil)
		if k >= t.EvalExamples() {
			clear(b.counts[2*row*b.queries : 2*(row+1)*b.queries])
		}
	}
	return b.pack(), nil
}

// HeldOut is held-out pair i, whole.
func (t *Task) HeldOut(i int) (*movement.Pair, error) {
	if t.source == nil {
		return nil, errNoData
	}
	return t.source.heldOutPair(i)
}

// Latents implements tasks.Task.
func (t *Task) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	x, err := t.inputs(p, map[string]*Node{"in.bytes": batch[0]})
	if err != nil {
		return nil, err
	}
	return t.encoder.Forward(p, x, nil)
}

// Outputs implements tasks.Task: movement [B, O', 2] in units of FlowUnit pixels.
func (t *Task) Outputs(p *perceiver.Pass, latents *Node, batch []*Node, rows *Node) (*Node, error) {
	x, err := t.inputs(p, map[string]*Node{"in.bytes": batch[0]})
	if err != nil {
		return nil, err
	}
	return t.outputs(p, latents, x, rows)
}

// room is a batch in the making.
type room struct {
	*Task
	queries int
	bytes   []uint8   // [B, 2, H, W, 3]
	uv      []float32 // [B, R, 2]
	counts  []float32 // [B, R, 2]
	rows    []int32   // [B, R]
}

func (t *Task) room(queries int) *room {
	return &room{t, queries, make([]uint8, 0, t.batch*2*t.pixels()*colours), make([]float32, t.batch*queries*2), make([]float32, t.batch*queries*2), make([]int32, t.batch*queries)}
}

// fill adds a pair, with pixels that r draws, or all in order where it is nil.
func (b *room) fill(row int, pair *movement.Pair, r *rand.Rand) {
	for _, img := range []*image.NRGBA{pair.A, pair.B} {
		for i := 0; i < len(img.Pix); i += 4 {
			b.bytes = append(b.bytes, img.Pix[i:i+3]...)
		}
	}
	var drawn []int
	if r != nil && b.queries < b.pixels() {
		drawn = r.Perm(b.pixels())
	}
	for k := range b.queries {
		pixel, at := k, row*b.queries+k
		if drawn != nil {
			pixel = drawn[k]
		}
		b.rows[at] = int32(pixel)
		if pair.Flow.Known != nil && !pair.Flow.Known[pixel] {
			continue
		}
		copy(b.uv[2*at:2*at+2], pair.Flow.UV[2*pixel:])
		b.counts[2*at] = 1
		if pair.Occluded == nil || !pair.Occluded[pixel] {
			b.counts[2*at+1] = 1
		}
	}
}

func (b *room) pack() tasks.Batch {
	return tasks.Batch{
		tensors.FromFlatDataAndDimensions(b.bytes, b.batch, 2, b.Height, b.Width, colours),
		tensors.FromFlatDataAndDimensions(b.uv, b.batch, b.queries, 2),
		tensors.FromFlatDataAndDimensions(b.counts, b.batch, b.queries, 2),
		tensors.FromFlatDataAndDimensions(b.rows, b.batch, b.queries),
	}
}
