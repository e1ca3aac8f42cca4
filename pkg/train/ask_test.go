// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
)

func TestAsk(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		task := newToy(0)
		w, err := NewWeights(task)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Init(1); err != nil {
			t.Fatal(err)
		}
		batch, err := task.EvalBatch(0)
		if err != nil {
			t.Fatal(err)
		}
		const probs = "perceiver.encoder.cross_attention.probs"
		y, shown, err := Ask(b, task, w, batch, probs)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(y.Shape, []int{8, toyInputs, 1}) || len(y.Values) != 8*toyInputs {
			t.Errorf("outputs of shape %v, %d values", y.Shape, len(y.Values))
		}
		a := shown[probs]
		if !slices.Equal(a.Shape, []int{8, 2, 8, toyInputs}) {
			t.Fatalf("attention of shape %v", a.Shape)
		}
		for i := 0; i < len(a.Values); i += toyInputs {
			sum := 0.
			for _, v := range a.Values[i : i+toyInputs] {
				sum += float64(v)
			}
			if math.Abs(sum-1) > 1e-5 {
				t.Fatalf("the weights of a query add up to %g", sum)
			}
		}
		batch, _ = task.EvalBatch(0)
		if _, _, err := Ask(b, task, w, batch, "no.such"); err == nil || !strings.Contains(err.Error(), "no.such") || !strings.Contains(err.Error(), probs) {
			t.Errorf("a name that is none: %v", err)
		}
	})
}
