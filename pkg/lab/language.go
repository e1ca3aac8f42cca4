// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"

	"github.com/perceiver-go/perceiver/pkg/tasks/language"
)

// Reader is a trained language model, ready to be asked.
type Reader struct {
	*language.Predictor
	Task *language.Task
}

// Reader makes the run's best checkpoint ready to be asked about text. Close it after use.
func (r *Run) Reader(ctx context.Context) (*Reader, error) {
	opened, err := r.X.Open(ctx)
	task, err := as[*language.Task](opened, err, "run "+r.Dir, "only language runs read text")
	if err != nil {
		return nil, err
	}
	w, b, err := r.ready(ctx, task)
	if err != nil {
		return nil, err
	}
	p, err := task.NewPredictor(b, w)
	if err != nil {
		return nil, err
	}
	return &Reader{p, task}, nil
}

// Fill replaces each [MASK] by a byte and each run of underscores by as many bytes.
func (r *Run) Fill(ctx context.Context, masked string) (*language.Filled, error) {
	reader, err := r.Reader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return reader.Fill(masked)
}
