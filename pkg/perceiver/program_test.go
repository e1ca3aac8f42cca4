// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// TestProgram checks that a program is built once for each set of shapes, and sees the weights as they are when it runs.
func TestProgram(t *testing.T) {
	w := testWeights(t, []Param{Tensor("scale", Fill(2), 1)}, dtypes.Float32)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		if err := w.Init(1); err != nil {
			t.Fatal(err)
		}
		built := 0
		program, err := w.Compile(b, "scaling", func(p *Pass, in []*Node) ([]*Node, error) {
			built++
			return []*Node{Mul(in[0], p.Weight("scale")), ReduceAllSum(in[0])}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		defer program.Close()
		run := func(values ...float32) [][]float64 {
			t.Helper()
			out, err := runProgram(program, floats(dtypes.Float32, values, len(values)))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		out := run(1, 2, 3)
		near(t, "first output", out[0], []float64{2, 4, 6}, 0)
		near(t, "second output", out[1], []float64{6}, 0)
		if err := w.Load("", func(Piece) ([]float32, error) { return []float32{-1}, nil }); err != nil {
			t.Fatal(err)
		}
		near(t, "after a change of the weights", run(1, 2, 3)[0], []float64{-1, -2, -3}, 0)
		if built != 1 {
			t.Errorf("built %d times for one shape", built)
		}
		near(t, "another shape", run(5)[0], []float64{-5}, 0)
		if built != 2 {
			t.Errorf("built %d times for two shapes", built)
		}
	})
}

// TestProgramErrors checks that a program which cannot be built or run says so with its name, and can be tried again.
func TestProgramErrors(t *testing.T) {
	w := testWeights(t, nil, dtypes.Float32)
	cause := errors.New("not today")
	program, err := w.Compile(goBackend(t), "moody", func(p *Pass, in []*Node) ([]*Node, error) {
		switch in[0].Shape().Size() {
		case 1:
			return nil, cause
		case 2:
			panic("an accident in graph code")
		case 3:
			return []*Node{in[1]}, nil // there is one input only
		}
		return in, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	for n, parts := range map[int][]string{1: {"moody: not today"}, 2: {"moody: ", "an accident"}, 3: {"moody: "}} {
		_, err := program.Run(floats(dtypes.Float32, make([]float32, n), n))
		wantError(t, err, parts...)
		if n == 1 && !errors.Is(err, cause) {
			t.Errorf("%v does not wrap its cause", err)
		}
	}
	out, err := runProgram(program, floats(dtypes.Float32, []float32{1, 2, 3, 4}, 4))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "after errors", out[0], []float64{1, 2, 3, 4}, 0)
}

// TestOutOfMemory checks that a program too large for the machine is told in words that help, on the CPU and on a GPU.
func TestOutOfMemory(t *testing.T) {
	for _, words := range []string{
		`backend "xla": failed to execute computation "donate_train_step#1": PJRT error (code=8): Out of memory allocating 7420277954960 bytes.`,
		`PJRT error (code=8): RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7420277954960 bytes.`,
	} {
		wantError(t, outOfMemory(errors.New(words)), "7420.3 GB", "train.batch", "model.rematerialize")
	}
	other := errors.New("nothing of the kind")
	if got := outOfMemory(other); got != other {
		t.Errorf("another error became %v", got)
	}
	if outOfMemory(nil) != nil {
		t.Error("no error became one")
	}
}
