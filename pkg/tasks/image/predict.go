// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/datasets/pictures"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Predict implements tasks.Predictor: it says of each picture, given by its path, which classes are the likeliest.
func (t *Task) Predict(ctx context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (tasks.Prediction, error) {
	if t.places != nil {
		return tasks.Prediction{}, fmt.Errorf("a model that was trained with data.permute_pixels = true cannot be asked about pictures of yours")
	}
	c, err := t.NewClassifier(backend, w)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer c.Close()
	var list tasks.Classifications
	for _, path := range inputs {
		if err := ctx.Err(); err != nil {
			return tasks.Prediction{}, err
		}
		img, err := pictures.Read(path)
		if err != nil {
			return tasks.Prediction{}, err
		}
		pixels, err := seen(img, t.data.Size)
		if err != nil {
			return tasks.Prediction{}, fmt.Errorf("picture %s: %w", path, err)
		}
		probabilities, err := c.classify(pixels)
		if err != nil {
			return tasks.Prediction{}, err
		}
		list = append(list, tasks.Classify(path, probabilities, t.Labels, 0))
	}
	return list.Prediction(), nil
}
