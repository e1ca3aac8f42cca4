// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// pureGo is the backend of tests that would spend their time compiling on another.
var pureGo = sync.OnceValues(func() (compute.Backend, error) { return compute.NewWithConfig("go:parallelism=-1") })

func goBackend(t *testing.T) compute.Backend {
	t.Helper()
	b, err := pureGo()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// smallSpec is a model that runs in no time, over windows of 12 bytes.
func smallSpec() *Spec {
	return &Spec{
		Model: Model{Config: perceiver.Config{Latents: 3, LatentDim: 8, Blocks: 1, LayersPerBlock: 1, SelfHeads: 2, CrossHeads: 2, QKWidth: 8, VWidth: 8},
			EmbeddingDim: 6, EmbeddingStd: 1, Positions: "learned", Bands: 2, Queries: "learned", QueryDim: 6, QueryStd: 1, DecoderHeads: 2, Readout: "tied"},
		Data: Data{Length: 12, Masking: "words", MaskRate: 0.3, EvalWindows: 7},
	}
}

// textFile is a file of n bytes of made-up English.
func textFile(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "the %dth cat saw %d dogs.\n", i, i*i%97)
	}
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte(b.String()[:n]), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openTask(t *testing.T, s *Spec, o tasks.Options) *Task {
	t.Helper()
	if o.Data == "" {
		o.Data = textFile(t, 20_000)
	}
	task, err := s.open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(task.corpus.Close)
	return task
}

// fresh are the initial weights of a task.
func fresh(t *testing.T, task *Task) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	return w
}

// run builds and executes a graph once.
func run(t *testing.T, b compute.Backend, w *perceiver.Weights, inputs []*tensors.Tensor, build func(p *perceiver.Pass, in []*Node) ([]*Node, error)) [][]float32 {
	t.Helper()
	program, err := w.Compile(b, "test", build)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	out, err := program.Run(inputs...)
	if err != nil {
		t.Fatal(err)
	}
	values := make([][]float32, len(out))
	for i := range out {
		if values[i], err = perceiver.Float32s(out[i]); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func ints(t *testing.T, x *tensors.Tensor) []int32 {
	t.Helper()
	v, err := tensors.CopyFlatData[int32](x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func floats(t *testing.T, x *tensors.Tensor) []float32 {
	t.Helper()
	v, err := tensors.CopyFlatData[float32](x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
