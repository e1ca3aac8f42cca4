// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"sync"
	"testing"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
)

// eachBackend runs a test on pure Go and on XLA. XLA takes a second or more to compile a model, so the bodies given to
// it are few; what can be learned from numbers alone is asked of goBackend.
func eachBackend(t *testing.T, f func(t *testing.T, b compute.Backend)) { backendtest.Each(t, f) }

// pureGo starts in no time and computes in float64 as well.
var pureGo = sync.OnceValues(func() (compute.Backend, error) { return compute.NewWithConfig("go:parallelism=-1") })

func goBackend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := pureGo()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
