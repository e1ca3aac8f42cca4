// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// Places per axis after convolution and pool, counted by hand from the windows of either code.
func TestStemGrid(t *testing.T) {
	for _, c := range []struct {
		stem Stem
		n    int
		want int
	}{{"", 224, 55}, {StemPort, 224, 55}, {StemOriginal, 224, 56}, {"", 37, 9}, {"", 45, 11}, {"", 5, 1}, {"", 4, 0}, {"", 1, 0},
		{StemOriginal, 37, 10}, {StemOriginal, 1, 1}, {StemOriginal, 7, 2}} {
		if got := c.stem.grid(c.n, 224)[0]; got != c.want {
			t.Errorf("%q: %d pixels leave %d places, want %d", c.stem, c.n, got, c.want)
		}
	}
	if got := StemOriginal.padding(224, convKernel); got != [2]int{2, 3} {
		t.Errorf("the original pads its convolution by %v", got)
	}
	if got := StemOriginal.padding(112, poolKernel); got != [2]int{0, 1} {
		t.Errorf("the original pads its pool by %v", got)
	}
}

// stemRun runs a stem over pixels [b, h, w, 3].
func stemRun(t *testing.T, b compute.Backend, s Stem, w *perceiver.Weights, pixels []float32, shape []int, train bool) []float32 {
	t.Helper()
	program, err := w.Compile(b, "stem", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		if train {
			p.Train(Const(p.Graph(), []uint64{1, 2, 3}))
		}
		y, err := p.Catch("stem", func() *Node { return s.forward(p, in[0]) })
		return []*Node{y}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	out, err := program.Run(tensors.FromFlatDataAndDimensions(pixels, shape...))
	if err != nil {
		t.Fatal(err)
	}
	values, err := perceiver.Float32s(out[0])
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// The stem alone, in use and in training, against the port's.
func TestStemAgreesWithThePublishedOne(t *testing.T) {
	f := openFixture(t, fixture(t, "units", "layers.safetensors"))
	x, _ := f.Tensor("conv.in")
	b, h, w := x.Shape[0], x.Shape[2], x.Shape[3]
	pixels := transpose(read(t, f, "conv.in"), b, 3, h*w)
	backendtest.Each(t, func(t *testing.T, backend compute.Backend) {
		params, err := perceiver.NewWeights(Stem("").params(5), dtypes.Float32)
		if err != nil {
			t.Fatal(err)
		}
		err = params.Load("", func(piece perceiver.Piece) ([]float32, error) {
			name := "conv." + strings.TrimPrefix(piece.Name, stemName+".")
			if x, ok := f.Tensor(name); !ok || x.Size() != len(zeros(piece.Shape)) {
				return nil, fmt.Errorf("the file has no %s of shape %v", name, piece.Shape)
			}
			return f.Float32s(name)
		})
		if err != nil {
			t.Fatal(err)
		}
		shape := []int{b, h, w, 3}
		near(t, f, "conv.out", transpose(widen(stemRun(t, backend, "", params, pixels, shape, false)), b, 6, 5))
		near(t, f, "conv.train_out", transpose(widen(stemRun(t, backend, "", params, pixels, shape, true)), b, 6, 5))
		for _, name := range []string{"running_mean", "running_var"} {
			got, err := params.Values(stemName + ".batchnorm." + name)
			if err != nil {
				t.Fatal(err)
			}
			near(t, f, "conv.train_"+name+"_after", got)
		}
	})
}

// transpose turns [b, n, m] into [b, m, n].
func transpose(values []float64, b, n, m int) []float32 {
	out := make([]float32, len(values))
	for i := range b {
		for j := range n {
			for k := range m {
				out[(i*m+k)*n+j] = float32(values[(i*n+j)*m+k])
			}
		}
	}
	return out
}

func widen(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = float64(x)
	}
	return out
}

func zeros(shape []int) []float32 {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return make([]float32, n)
}

func near(t *testing.T, f *weights.File, name string, got []float32) {
	t.Helper()
	want := read(t, f, name)
	worst := 0.
	for i, w := range want {
		worst = max(worst, math.Abs(float64(got[i])-w))
	}
	if len(got) != len(want) || !(worst <= 1e-5) {
		t.Errorf("%s: %d numbers off by %g, want %d within 1e-5", name, len(got), worst, len(want))
	}
}

// The original's windows begin one pixel later, and its running statistics are plain averages at first.
func TestOriginalStem(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		w, err := perceiver.NewWeights(StemOriginal.params(1), dtypes.Float32)
		if err != nil {
			t.Fatal(err)
		}
		err = w.Load("", func(piece perceiver.Piece) ([]float32, error) {
			values := zeros(piece.Shape)
			switch {
			case strings.HasSuffix(piece.Name, "conv.weight"):
				values[3*7+3] = 1 // the middle of the window, first colour
			case strings.HasSuffix(piece.Name, "weight"):
				values[0] = 1
			case strings.HasSuffix(piece.Name, "running_var"):
				values[0] = 1 - batchNormEpsilon
			}
			return values, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const n = 8
		pixels := make([]float32, n*n*3)
		for i := range n * n {
			pixels[3*i] = float32(i)
		}
		// Convolution i looks at pixel 2i+1 (padding 2, middle 3), so its last row is 57 59 61 63; pool i is the maximum of i … i+2.
		got := stemRun(t, b, StemOriginal, w, pixels, []int{1, n, n, 3}, false)
		if want := []float32{45, 47, 61, 63}; !slices.EqualFunc(got, want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-4 }) {
			t.Errorf("the pool gives %v, want %v", got, want)
		}
		// After two steps with means 36 and 0 the average is (0.9·36 + 0)/1.9.
		stemRun(t, b, StemOriginal, w, pixels, []int{1, n, n, 3}, true)
		stemRun(t, b, StemOriginal, w, make([]float32, n*n*3), []int{1, n, n, 3}, true)
		mean, err := w.Values(stemName + ".batchnorm.running_mean")
		if err != nil || math.Abs(float64(mean[0])-0.9*36/1.9) > 1e-3 {
			t.Errorf("the running mean is %v, want %g; error %v", mean, 0.9*36/1.9, err)
		}
		steps, err := w.Values(stemName + ".batchnorm.num_batches_tracked")
		if err != nil || steps[0] != 2 {
			t.Errorf("%v steps were counted; error %v", steps, err)
		}
	})
}
