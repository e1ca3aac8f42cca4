// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/tasks/language"
)

// Reader is a trained language model, ready to be asked.
type Reader struct {
	*language.Predictor
	Task *language.Task
}

// Reader makes the run's best checkpoint ready to be asked about text. Close it after use.
func (r *Run) Reader(ctx context.Context) (*Reader, error) {
	task, err := r.X.Open(ctx)
	if err != nil {
		return nil, err
	}
	l, ok := task.(*language.Task)
	if !ok {
		return nil, fmt.Errorf("run %s is of task %s; only language runs read text", r.Dir, r.X.Task)
	}
	w, _, err := r.weights(task)
	if err != nil {
		return nil, err
	}
	b, err := Backend(ctx)
	if err != nil {
		return nil, err
	}
	p, err := l.NewPredictor(b.Compute, w)
	if err != nil {
		return nil, err
	}
	return &Reader{p, l}, nil
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
