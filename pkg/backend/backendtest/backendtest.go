// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

// Package backendtest runs the same test on pure Go and, where a plugin is installed, on XLA.
//
// A backend is opened once for each test binary and shared; nothing is installed. Where GOMLX_BACKEND asks for pure Go,
// only that runs.
package backendtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend"
)

// Each runs f once for each backend, in subtests "go" and "xla". Where there is no XLA its subtest is skipped.
func Each(t *testing.T, f func(t *testing.T, b compute.Backend)) {
	t.Helper()
	t.Run("go", func(t *testing.T) {
		b, err := pure()
		use(t, b, err)
		f(t, b)
	})
	t.Run("xla", func(t *testing.T) {
		b, err := fast()
		use(t, b, err)
		f(t, b)
	})
}

// Any gives the fastest backend that is there.
func Any(t testing.TB) compute.Backend {
	t.Helper()
	b, err := fast()
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		b, err = pure()
	}
	use(t, b, err)
	return b
}

// Pure gives pure Go, for tests that would spend their time compiling on XLA.
func Pure(t testing.TB) compute.Backend {
	t.Helper()
	b, err := pure()
	use(t, b, err)
	return b
}

func use(t testing.TB, b compute.Backend, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		t.Skip(why)
	}
}

// why is the reason for which there is no XLA; set by fast.
var why string

var pure = sync.OnceValues(func() (compute.Backend, error) {
	if variable := os.Getenv("GOMLX_BACKEND"); strings.HasPrefix(variable, "go") {
		return open(backend.Options{})
	}
	return backend.Pure()
})

var fast = sync.OnceValues(func() (compute.Backend, error) {
	c, err := backend.Choose(context.Background(), backend.Options{})
	if err != nil {
		return nil, err
	}
	if c.Name != "xla" {
		why = fmt.Sprintf("not run on XLA: %s; `perceiver setup` installs XLA", c.Reason)
		return nil, nil
	}
	return open(backend.Options{})
})

func open(o backend.Options) (compute.Backend, error) {
	b, err := backend.Open(context.Background(), o)
	if err != nil {
		return nil, err
	}
	return b.Compute, nil
}
