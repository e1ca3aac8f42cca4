// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"

	"github.com/perceiver-go/perceiver/datasets/pictures"
	"github.com/perceiver-go/perceiver/pkg/tasks/linear"
)

// The linear baseline is fitted in seconds: on pictures of at most linearSide pixels on a side, at most linearExamples of them.
const (
	linearSide     = 16
	linearExamples = 4000
	linearEpochs   = 15
)

// Baselines implements tasks.Task. Chance is the score of who always names the class that is most frequent among the held-out
// pictures; linear_top1 that of a linear layer on the pixels, fitted on pictures to train on as they are.
func (t *Task) Baselines(ctx context.Context) (map[string]float64, error) {
	if t.set == nil {
		return nil, errNoData
	}
	n := min(t.set.Train.Len(), linearExamples)
	features, class, err := t.features(ctx, t.set.Train, n, func(i int) int { return shuffled(t.set.Train.Len(), 0, uint64(i)) })
	if err != nil {
		return nil, err
	}
	c, err := linear.Fit(ctx, features, class, t.Classes, linear.Options{Epochs: linearEpochs})
	if err != nil {
		return nil, err
	}
	features, class, err = t.features(ctx, t.set.Held, t.EvalExamples(), t.held)
	if err != nil {
		return nil, err
	}
	counts, right := make([]int, t.Classes), 0
	for i, f := range features {
		counts[class[i]]++
		if c.Class(f) == class[i] {
			right++
		}
	}
	most := 0
	for _, k := range counts {
		most = max(most, k)
	}
	total := float64(len(features))
	return map[string]float64{"chance": float64(most) / total, "linear_top1": float64(right) / total}, nil
}

func (t *Task) features(ctx context.Context, part pictures.Part, n int, at func(i int) int) (features [][]float32, class []int, err error) {
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		img, err := part.Picture(at(i))
		if err != nil {
			return nil, nil, err
		}
		small := pictures.Resize(img, min(t.data.Size, linearSide))
		features, class = append(features, normalise(small)), append(class, part.Class(at(i)))
	}
	return features, class, nil
}
