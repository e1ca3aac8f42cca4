// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/pictures"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func openTask(t *testing.T, change func(*Spec), o tasks.Options) *Task {
	t.Helper()
	spec := NewSpec().(*Spec)
	if change != nil {
		change(spec)
	}
	task, err := spec.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return task.(*Task)
}

func values(t *testing.T, x *tensors.Tensor) []float32 {
	t.Helper()
	v, err := perceiver.Float32s(x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTargetsAddUpToOne(t *testing.T) {
	for _, mix := range []string{"", "mixup", "cutmix", "both"} {
		task := openTask(t, func(s *Spec) { s.Data.Mix, s.Data.LabelSmoothing, s.Data.CropArea, s.Data.Layers = mix, 0.1, 0.5, 2 }, tasks.Options{Batch: 8, Seed: 3})
		b, err := task.TrainBatch(5)
		if err != nil {
			t.Fatal(err)
		}
		target, shared := values(t, b[1]), 0
		for row := range 8 {
			sum, classes := 0., 0
			for _, p := range target[row*10 : row*10+10] {
				sum += float64(p)
				if p > 0.0101 {
					classes++
				}
			}
			if math.Abs(sum-1) > 1e-5 {
				t.Errorf("mix %q: the target of row %d adds up to %g", mix, row, sum)
			}
			if classes > 1 {
				shared++
			}
		}
		if (shared > 0) != (mix != "") {
			t.Errorf("mix %q: %d of 8 targets are of two classes", mix, shared)
		}
	}
}

// Every picture is held out or trained on as itself: its colours are those of the collection with the mean taken off.
func TestEvalBatchHasThePicturesThemselves(t *testing.T) {
	task := openTask(t, func(s *Spec) { s.Data.EvalExamples = 3 }, tasks.Options{Batch: 2})
	b, err := task.EvalBatch(1)
	if err != nil {
		t.Fatal(err)
	}
	img, err := pictures.NewShapes(0).Held.Picture(task.held(2))
	if err != nil {
		t.Fatal(err)
	}
	got := values(t, b[0])
	for c := range colours {
		if want := (float32(img.Pix[4*77+c])/255 - Mean[c]) / Std[c]; math.Abs(float64(got[3*77+c]-want)) > 1e-6 {
			t.Errorf("colour %d of pixel 77 is %g, want %g", c, got[3*77+c], want)
		}
	}
	if counts := values(t, b[2]); !slices.Equal(counts, []float32{1, 0}) {
		t.Errorf("the examples that count are %v; the last batch has one of two", counts)
	}
}

func TestPermutedPixelsAreTheSamePixels(t *testing.T) {
	plain, err := openTask(t, nil, tasks.Options{Batch: 2}).EvalBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	permuted, err := openTask(t, func(s *Spec) { s.Data.PermutePixels = true }, tasks.Options{Batch: 2, Seed: 9}).EvalBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := values(t, plain[0]), values(t, permuted[0])
	if slices.Equal(a, b) {
		t.Fatal("nothing moved")
	}
	pixels := func(v []float32) (list [][3]float32) {
		for i := 0; i < 32*32; i++ {
			list = append(list, [3]float32(v[3*i:]))
		}
		slices.SortFunc(list, func(x, y [3]float32) int { return slices.Compare(x[:], y[:]) })
		return list
	}
	if !slices.Equal(pixels(a), pixels(b)) {
		t.Error("the first picture has other pixels than before")
	}
}

func TestShuffledWalksThroughAll(t *testing.T) {
	for _, n := range []int{1, 2, 7, 64, 1000} {
		var first, second []int
		for k := range n {
			first, second = append(first, shuffled(n, 5, uint64(k))), append(second, shuffled(n, 5, uint64(n+k)))
		}
		if n >= 64 && (slices.Equal(first, second) || slices.IsSorted(first)) {
			t.Errorf("%d: two walks are in one order, or in that of the numbers", n)
		}
		for _, walk := range [][]int{first, second} {
			slices.Sort(walk)
			for i, v := range walk {
				if v != i {
					t.Fatalf("%d: a walk does not come to each number once: %v", n, walk)
				}
			}
		}
	}
}

func TestOpenAndValidateSayWhatIsWrong(t *testing.T) {
	for words, change := range map[string]func(*Spec){
		"data.size = 0":                     func(s *Spec) { s.Data.Size = 0 },
		"data.mix = \"all\"":                func(s *Spec) { s.Data.Mix = "all" },
		"data.crop_area = 2":                func(s *Spec) { s.Data.CropArea = 2 },
		"data.label_smoothing = NaN":        func(s *Spec) { s.Data.LabelSmoothing = math.NaN() },
		"model.input = \"raw\"":             func(s *Spec) { s.Model.Input = "raw" },
		"data.shift = 32":                   func(s *Spec) { s.Data.Shift = 32 },
		"data.randaugment_magnitude = 10.5": func(s *Spec) { s.Data.Magnitude = 10.5 },
	} {
		spec := NewSpec().(*Spec)
		change(spec)
		if err := spec.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q in it", err, words)
		}
	}
	spec := NewSpec().(*Spec)
	spec.Model.Classes = 12
	if _, err := spec.Open(t.Context(), tasks.Options{}); err == nil || !strings.Contains(err.Error(), "it must be 10") {
		t.Errorf("a model of 12 classes for ten: %v", err)
	}
}

func TestBaselines(t *testing.T) {
	task := openTask(t, func(s *Spec) { s.Data.EvalExamples = 200 }, tasks.Options{})
	b, err := task.Baselines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if b["chance"] < 0.1 || b["chance"] > 0.2 || b["linear_top1"] < 0.1 || b["linear_top1"] > 0.6 {
		t.Errorf("got %v", b)
	}
}

// A trained task is asked about files, of its own size and of others, and names the classes.
func TestPredict(t *testing.T) {
	task := openTask(t, nil, tasks.Options{NoData: true})
	dir := t.TempDir()
	var paths []string
	for i, size := range []int{32, 50} {
		img, err := pictures.NewShapes(1).Train.Picture(i)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, filepath.Join(dir, fmt.Sprint(size, ".png")))
		f, err := os.Create(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, pictures.Resize(img, size)); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Init(1); err != nil {
			t.Fatal(err)
		}
		p, err := task.Predict(t.Context(), b, w, paths)
		if err != nil {
			t.Fatal(err)
		}
		list := p.JSON.(map[string]any)["inputs"].(tasks.Classifications)
		if len(list) != 2 || list[0].Input != paths[0] || len(list[1].Classes) != 5 || !slices.Contains(task.Labels, list[0].Classes[0].Label) || task.Labels[1] != "ring" {
			t.Errorf("got %+v", list)
		}
		if _, err := task.Predict(t.Context(), b, w, []string{filepath.Join(dir, "gone.png")}); err == nil || !strings.Contains(err.Error(), "gone.png") {
			t.Errorf("a missing file: %v", err)
		}
	})
}
