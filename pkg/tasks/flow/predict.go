// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Moved is the movement between two pictures, in pixels.
type Moved struct {
	Width   int     `json:"width"`
	Height  int     `json:"height"`
	Mean    float64 `json:"mean"`    // length of the movement, mean over the pixels
	Largest float64 `json:"largest"` // and the largest
}

// Predict implements tasks.Predictor: of the paths of two pictures of one size it makes the movement from the first to the
// second, as the file flow.flo.
func (t *Task) Predict(ctx context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (tasks.Prediction, error) {
	return t.Network.Predict(ctx, backend, w, inputs)
}

// Predict does the same without a task.
func (n *Network) Predict(ctx context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (tasks.Prediction, error) {
	if len(inputs) != 2 {
		return tasks.Prediction{}, fmt.Errorf("flow: the model wants two pictures of one size, got %d inputs", len(inputs))
	}
	var frames [2]*Frame
	for i, path := range inputs {
		picture, err := movement.ReadPicture(path)
		if err != nil {
			return tasks.Prediction{}, err
		}
		frames[i] = NewFrame(picture)
	}
	e, err := n.NewEstimator(backend, w, 0)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer e.Close()
	field, err := e.Estimate(ctx, frames[0], frames[1])
	if err != nil {
		return tasks.Prediction{}, err
	}
	return answer(field)
}

// ErrNoNumber says that a model answered with what is no number.
var ErrNoNumber = errors.New("flow: the model's answer is not a number, so its weights are damaged or its training diverged; choose others")

// answer tells of a movement, and writes it down.
func answer(field *movement.Field) (tasks.Prediction, error) {
	m := Moved{Width: field.Width, Height: field.Height, Mean: field.Mean(), Largest: field.Largest()}
	if math.IsNaN(m.Mean) || math.IsInf(m.Mean, 0) {
		return tasks.Prediction{}, ErrNoNumber
	}
	var file bytes.Buffer
	if err := movement.WriteFlo(&file, field); err != nil {
		return tasks.Prediction{}, err
	}
	text := fmt.Sprintf("movement of %d×%d pixels: %.2f in the mean, %.2f at most", m.Width, m.Height, m.Mean, m.Largest)
	return tasks.Prediction{Text: text, JSON: m, Files: []tasks.File{{Name: "flow.flo", Content: file.Bytes()}}}, nil
}
