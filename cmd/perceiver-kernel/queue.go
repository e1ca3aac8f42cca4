// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync"
	"time"

	"github.com/perceiver-go/perceiver/pkg/notebook/wire"
)

// queue holds the cells that wait for the one that runs. The zero value, with abort set, is empty.
type queue struct {
	abort func(*wire.Message) // answers a cell that is not run

	mu      sync.Mutex
	waiting []job
	running *job
}

type job struct {
	m           *wire.Message
	stopOnError bool // abort what waits when this one fails
	interrupted bool
	stderr      tail
	errored     chan struct{} // closed when the error was published
	sawError    bool
}

// add takes a cell and returns it when it can run at once.
func (q *queue) add(m *wire.Message, stopOnError bool) *wire.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	j := job{m: m, stopOnError: stopOnError, errored: make(chan struct{})}
	if q.running != nil {
		q.waiting = append(q.waiting, j)
		return nil
	}
	q.running = &j
	return m
}

// busy says whether a cell runs.
func (q *queue) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.running != nil
}

// done notes the end of a cell and returns the next one to run.
func (q *queue) done(id string, failed bool) *wire.Message {
	q.mu.Lock()
	j := q.running
	if j == nil || j.m.Header.ID != id {
		q.mu.Unlock()
		return nil
	}
	q.running = nil
	var aborted []job
	if j.interrupted || failed && j.stopOnError {
		aborted, q.waiting = q.waiting, nil
	}
	var next *wire.Message
	if len(q.waiting) > 0 {
		first := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.running, next = &first, first.m
	}
	q.mu.Unlock()
	for _, a := range aborted {
		q.abort(a.m)
	}
	return next
}

// interrupt has what waits aborted when the running cell ends, well or not.
func (q *queue) interrupt() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running != nil {
		q.running.interrupted = true
	}
}

// heard keeps the end of what the running program writes to stderr.
func (q *queue) heard(id, text string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j := q.running; j != nil && j.m.Header.ID == id {
		j.stderr.add(text)
	}
}

// sawError notes that the error of a cell was published, and with it all its stderr.
func (q *queue) sawError(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if j := q.running; j != nil && j.m.Header.ID == id && !j.sawError {
		j.sawError = true
		close(j.errored)
	}
}

// words returns what the running cell wrote to stderr, and waits for all of it, up to a time.
func (q *queue) words(id string, wait time.Duration) words {
	q.mu.Lock()
	j := q.running
	q.mu.Unlock()
	if j == nil || j.m.Header.ID != id {
		return words{}
	}
	if wait > 0 {
		select {
		case <-j.errored:
		case <-time.After(wait):
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return words{stderr: string(j.stderr), interrupted: j.interrupted}
}
