// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package backendtest_test

import (
	"slices"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
)

func double(t *testing.T, b compute.Backend) {
	t.Helper()
	exec, err := NewExec(b, func(x *Node) *Node { return Add(x, x) })
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call([]float32{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if got := out[0].Value().([]float32); !slices.Equal(got, []float32{2, 4}) {
		t.Errorf("got %v", got)
	}
}

func TestEach(t *testing.T) {
	var names []string
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		names = append(names, b.String())
		double(t, b)
	})
	if len(names) == 0 || names[0] != "go" || len(names) > 1 && names[1] != "xla" {
		t.Errorf("ran on %v", names)
	}
}

func TestAny(t *testing.T) {
	b := backendtest.Any(t)
	if b != backendtest.Any(t) {
		t.Error("it is opened twice")
	}
	double(t, b)
}
