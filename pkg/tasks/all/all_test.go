// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package all

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func open(t *testing.T, name string) tasks.Task {
	t.Helper()
	spec, ok := New(name)
	if !ok {
		t.Fatalf("there is no task %q", name)
	}
	if err := spec.Validate(); err != nil {
		t.Fatalf("the defaults: %v", err)
	}
	task, err := spec.Open(t.Context(), tasks.Options{Batch: 2, Seed: 1})
	if err != nil {
		t.Skipf("the default data is not there: %v", err)
	}
	return task
}

// TestEveryTask holds what every task promises.
func TestEveryTask(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			task := open(t, name)
			t.Run("cost counts the weights", func(t *testing.T) {
				if got, want := task.Cost().Total().Params, perceiver.Count(task.Params()); got != want {
					t.Errorf("Cost has %d weights, Params has %d", got, want)
				}
			})
			t.Run("batches depend on the step alone", func(t *testing.T) { batches(t, task) })
			t.Run("decoding in parts", func(t *testing.T) {
				backendtest.Each(t, func(t *testing.T, b compute.Backend) { parts(t, b, task) })
			})
			t.Run("the goal is a metric", func(t *testing.T) {
				if _, ok := task.Score(map[string]tasks.Sum{})[task.Goal().Metric]; !ok {
					t.Errorf("Score has no %q", task.Goal().Metric)
				}
			})
		})
	}
}

func batches(t *testing.T, task tasks.Task) {
	same := func(a, b tasks.Batch) bool {
		return slices.EqualFunc(a, b, func(x, y *tensors.Tensor) bool { return x.Equal(y) })
	}
	make := func(f func(int) (tasks.Batch, error), i int) tasks.Batch {
		b, err := f(i)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	third := make(task.TrainBatch, 3)
	fourth := make(task.TrainBatch, 4)
	if !same(third, make(task.TrainBatch, 3)) {
		t.Error("the batch of step 3 differs when it is made again")
	}
	if same(third, fourth) {
		t.Error("steps 3 and 4 have the same batch")
	}
	if !same(make(task.EvalBatch, 0), make(task.EvalBatch, 0)) {
		t.Error("the first held-out batch differs when it is made again")
	}
	if task.EvalExamples() < 1 || task.EvalBatches() < 1 {
		t.Errorf("%d held-out examples in %d batches", task.EvalExamples(), task.EvalBatches())
	}
}

// parts compares the outputs of all queries with those of a subset, in another order and once for each element.
func parts(t *testing.T, b compute.Backend, task tasks.Task) {
	w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(7); err != nil {
		t.Fatal(err)
	}
	batch, err := task.EvalBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	last := int32(task.Shapes().O - 1)
	rows := []int32{last, 0, last / 2}
	program, err := w.Compile(b, "parts", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		all, err := task.Outputs(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		some, err := task.Outputs(p, z, in, Const(p.Graph(), rows))
		if err != nil {
			return nil, err
		}
		each, err := task.Outputs(p, z, in, Const(p.Graph(), [][]int32{rows, {min(1, last), last, 0}}))
		return []*Node{all, some, each}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	out, err := program.Run(batch...)
	if err != nil {
		t.Fatal(err)
	}
	flat := make([][]float32, len(out))
	for i := range out {
		if flat[i], err = perceiver.Float32s(out[i]); err != nil {
			t.Fatal(err)
		}
	}
	e, o := task.Shapes().E, task.Shapes().O
	at := func(values []float32, element, row, count int) []float32 {
		return values[(element*count+row)*e : (element*count+row+1)*e]
	}
	check := func(what string, got, want []float32) {
		for i := range want {
			if math.Abs(float64(got[i]-want[i])) > 1e-5 {
				t.Fatalf("%s: channel %d is %g, decoded with all others %g", what, i, got[i], want[i])
			}
		}
	}
	for element, chosen := range [][]int32{rows, {min(1, last), last, 0}} {
		for k := range rows {
			check("rows for the whole batch", at(flat[1], element, k, len(rows)), at(flat[0], element, int(rows[k]), o))
			check("rows for each element", at(flat[2], element, k, len(rows)), at(flat[0], element, int(chosen[k]), o))
		}
	}
}
