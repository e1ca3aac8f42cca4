// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"context"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// feed makes batches ahead of the training, each in a goroutine of its own, and hands them out in order. A batch is a
// function of its step, so the number of workers changes nothing but the speed.
type feed struct {
	queue  chan chan made
	cancel context.CancelFunc
	done   chan struct{}
}

type made struct {
	batch tasks.Batch
	err   error
}

// newFeed starts at step from and stops before step to.
func newFeed(ctx context.Context, task tasks.Task, from, to, workers int) *feed {
	ctx, cancel := context.WithCancel(ctx)
	f := &feed{queue: make(chan chan made, workers), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		defer close(f.queue)
		for step := from; step < to; step++ {
			slot := make(chan made, 1)
			select {
			case f.queue <- slot: // waits while workers batches are ahead
			case <-ctx.Done():
				return
			}
			go func() {
				batch, err := task.TrainBatch(step)
				if err != nil {
					err = fmt.Errorf("batch of step %d: %w", step, err)
				}
				slot <- made{batch, err}
			}()
		}
	}()
	return f
}

// next waits for the next batch.
func (f *feed) next() (tasks.Batch, error) {
	slot, ok := <-f.queue
	if !ok {
		return nil, fmt.Errorf("the feed of batches has ended")
	}
	m := <-slot
	return m.batch, m.err
}

// close stops making batches and frees those that nobody took.
func (f *feed) close() {
	f.cancel()
	for slot := range f.queue {
		m := <-slot
		release(m.batch)
	}
	<-f.done
}
