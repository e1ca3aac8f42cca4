// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"io"
	"os"
	"sync"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/perceiver-go/perceiver/pkg/backend"
)

// Talk is where the package says what it does, beside results: which backend runs, where a run is kept. It is stderr, and
// stdout in a notebook, where stderr looks like an error. Nil keeps it silent.
var Talk = talk()

func talk() io.Writer {
	if gonbui.IsNotebook {
		return os.Stdout
	}
	return os.Stderr
}

var opened struct {
	sync.Mutex
	backend *backend.Backend
}

// Backend opens the backend, XLA where it can be had, once for the whole program. It installs XLA where there is none.
func Backend(ctx context.Context) (*backend.Backend, error) {
	log := Talk
	if c, err := backend.Choose(ctx, backend.Options{}); err == nil && c.Name == "xla" {
		log = nil // as it should be; training says so, and a question to a model need not
	}
	return openBackend(ctx, false, log)
}

// openBackend opens the backend for a long run or a short one, or gives the one that is open.
func openBackend(ctx context.Context, longRun bool, log io.Writer) (*backend.Backend, error) {
	opened.Lock()
	defer opened.Unlock()
	if opened.backend == nil {
		b, err := backend.Open(ctx, backend.Options{LongRun: longRun, Install: true, Log: log})
		if err != nil {
			return nil, err
		}
		opened.backend = b
	}
	return opened.backend, nil
}

// longRunFLOPs is the size of a training from which it is worth to compile for longer: some minutes of a small CPU. It is
// a property of the experiment, so that a run that is taken up computes with the same kernels as before.
const longRunFLOPs = 3e13

func isLong(trainFLOPs float64, steps int) bool { return trainFLOPs*float64(steps) > longRunFLOPs }
