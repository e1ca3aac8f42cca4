// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

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
