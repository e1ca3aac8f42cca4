// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Task is a network and its clips.
type Task struct {
	*Network
	data   Data
	format video.Format
	batch  int
	source video.Source // nil where the task was opened without its data
	names  []string     // of the classes, where they are known
}

// Open implements tasks.Spec. Options.Data is a folder of clips or a video, or the folder of the digits; "" are generated
// clips.
func (s *Spec) Open(ctx context.Context, o tasks.Options) (tasks.Task, error) { return s.open(ctx, o) }

func (s *Spec) open(ctx context.Context, o tasks.Options) (*Task, error) {
	n, err := s.network()
	if err != nil {
		return nil, err
	}
	t := &Task{Network: n, data: s.Data, format: s.format(n), batch: max(1, o.Batch), names: s.names(o)}
	if o.NoData {
		return t, nil
	}
	if t.source, err = s.clips(ctx, n, o); err != nil {
		return nil, err
	}
	if t.source.HeldOuts() < 1 {
		return nil, fmt.Errorf("data %s: too few clips to hold some out", o.Data)
	}
	t.names = t.source.Classes()
	return t, nil
}

var errNoData = errors.New("the task was opened without its data")

// Clips are the clips that the task trains on and is measured with.
func (t *Task) Clips() video.Source { return t.source }

// Format is the size of a clip.
func (t *Task) Format() video.Format { return t.format }

// Cost implements tasks.Task: the cost of one example of which as many outputs are asked for as in training. Network.Cost
// gives that of others.
func (t *Task) Cost() perceiver.Cost {
	return t.Network.Cost(asked(t.data.TrainPatches, t.patches()), asked(t.data.TrainPixels, t.pixels()))
}

// asked is how many outputs of a modality are asked for in training, of so many.
func asked(wanted, of int) int {
	if wanted == 0 {
		return of
	}
	return min(wanted, of)
}

// Shapes implements tasks.Task. E is the width of the widest output; see Outputs.
func (t *Task) Shapes() tasks.Shapes {
	return tasks.Shapes{M: t.inputCount(), C: t.encoder.InputDim, N: t.encoder.Latents, D: t.LatentDim,
		O: t.outputCount(), Q: t.queries[label].Width(), E: t.outputWidth()}
}

// Architecture implements tasks.Task.
func (t *Task) Architecture() perceiver.Config { return t.encoder }

// TrainBatch implements tasks.Task: the video [B, T, H, W, 3] uint8, the sound [B, S] float32, the class [B] int32, -1
// where it is not known, and which examples count [B] float32.
func (t *Task) TrainBatch(step int) (tasks.Batch, error) {
	if t.source == nil {
		return nil, errNoData
	}
	return t.make(func(row int) (*video.Clip, bool, error) {
		c, err := t.source.Train(uint64(step)*uint64(t.batch) + uint64(row))
		return c, true, err
	})
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

// EvalBatch implements tasks.Task. The last batch is filled up with clips that do not count.
func (t *Task) EvalBatch(i int) (tasks.Batch, error) {
	if t.source == nil {
		return nil, errNoData
	}
	return t.make(func(row int) (*video.Clip, bool, error) {
		k := i*t.batch + row
		c, err := t.source.HeldOut(min(k, t.EvalExamples()-1))
		return c, k < t.EvalExamples(), err
	})
}

// make puts clips together.
func (t *Task) make(clip func(row int) (c *video.Clip, counts bool, err error)) (tasks.Batch, error) {
	frames := make([]uint8, 0, t.batch*t.format.Values())
	sound := make([]float32, 0, t.batch*t.Samples)
	classes, counts := make([]int32, t.batch), make([]float32, t.batch)
	for row := range t.batch {
		c, counted, err := clip(row)
		if err != nil {
			return nil, err
		}
		frames, sound, classes[row] = append(frames, c.Video...), append(sound, c.Audio...), int32(c.Label)
		if counted {
			counts[row] = 1
		}
	}
	return tasks.Batch{
		tensors.FromFlatDataAndDimensions(frames, t.batch, t.Frames, t.Height, t.Width, colours),
		tensors.FromFlatDataAndDimensions(sound, t.batch, t.Samples),
		tensors.FromFlatDataAndDimensions(classes, t.batch),
		tensors.FromFlatDataAndDimensions(counts, t.batch),
	}, nil
}

// Latents implements tasks.Task.
func (t *Task) Latents(p *perceiver.Pass, batch []*Node) (*Node, error) {
	var in map[string]*Node
	if _, err := p.Catch("batch", func() *Node { in = t.arrays(batch); return nil }); err != nil {
		return nil, err
	}
	x, err := t.inputs(p, in)
	if err != nil {
		return nil, err
	}
	return t.encoder.Forward(p, x, nil)
}

// Outputs implements tasks.Task: [B, O', E], of the queries of sound patches, then of pixels, then of the class. An output
// that is narrower than E, as the three colours of a pixel, is followed by zeros.
func (t *Task) Outputs(p *perceiver.Pass, latents *Node, _ []*Node, rows *Node) (*Node, error) {
	return t.answers(p, latents, rows)
}

// Goal implements tasks.Task.
func (t *Task) Goal() tasks.Goal { return tasks.Goal{Metric: "video_psnr"} }
