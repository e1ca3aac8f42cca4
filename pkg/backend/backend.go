// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backend

import (
	"context"
	"fmt"
	"io"

	"github.com/gomlx/compute"
)

// Options says what a caller needs. The zero value opens what is there and says nothing.
type Options struct {
	// LongRun asks for the kernels that are faster and take longer to compile, without the cache of compiled programs:
	// right for runs of more than about half a minute. It has no effect on a plugin without them, nor where an earlier
	// Open of the process decided otherwise. Results differ in the last digits, so whoever resumes a run must give the
	// same value again.
	LongRun bool

	// Install allows to install XLA where there is none.
	Install bool

	// Plugin is the file of an XLA plugin to use. GOMLX_BACKEND goes before it.
	Plugin string

	// Log gets one line that says which backend runs and why; nil for none.
	Log io.Writer
}

// Backend is an open backend.
type Backend struct {
	Choice

	// Compute is what graphs are built for.
	Compute compute.Backend

	// LongRun says whether the kernels of long runs are on.
	LongRun bool

	hooked *hooked
}

// Open opens the backend that Choose would choose, after installing XLA where the options allow it and none is there.
func Open(ctx context.Context, o Options) (*Backend, error) {
	c, err := theEnvironment().choose(ctx, o)
	if err != nil {
		return nil, err
	}
	b := &Backend{Choice: c}
	switch {
	case c.Name == "go":
		b.Compute, err = openGo(c.options)
	case c.cpu:
		b.Compute, b.hooked, err = openXLA(c)
	default:
		b.Compute, err = openOther(c)
	}
	if err != nil {
		return nil, err
	}
	if b.hooked != nil {
		b.LongRun = b.hooked.longRun
	}
	if o.Log != nil {
		fmt.Fprintln(o.Log, c)
	}
	return b, nil
}

// Cache says how the cache of compiled programs did in this process so far.
func (b *Backend) Cache() CacheStats {
	switch {
	case b.Name == "go":
		return CacheStats{Why: "pure Go has nothing to keep: it compiles in no time"}
	case b.hooked == nil:
		return CacheStats{Why: "programs are kept for the CPU only"}
	case b.hooked.store == nil:
		return CacheStats{Why: b.hooked.why}
	}
	return b.hooked.store.stats()
}

// Close frees the backend. Programs and tensors on it must not be used afterwards. XLA itself stays in the process.
func (b *Backend) Close() { b.Compute.Finalize() }
