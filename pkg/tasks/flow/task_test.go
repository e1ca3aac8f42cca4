// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"

	. "github.com/gomlx/gomlx/core/graph"
)

// smallSpec is a task that runs in no time.
func smallSpec() *Spec {
	s := defaults()
	s.Model = smallModel()
	s.Data.Queries, s.Data.EvalPairs = 11, 5
	return s
}

func openSmall(t testing.TB, s *Spec, batch int) *Task {
	t.Helper()
	s.Model.Height, s.Model.Width = 6, 8
	task, err := s.Open(t.Context(), tasks.Options{Batch: batch, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return task.(*Task)
}

// A batch holds the pictures as NewFrame has them, and the movement at the pixels that it names.
func TestTrainBatch(t *testing.T) {
	task := openSmall(t, smallSpec(), 3)
	batch, err := task.TrainBatch(7)
	if err != nil {
		t.Fatal(err)
	}
	uv, counts, rows := tensors.MustCopyFlatData[float32](batch[1]), tensors.MustCopyFlatData[float32](batch[2]), tensors.MustCopyFlatData[int32](batch[3])
	var frames []float32
	for row := range 3 {
		pair, err := task.TrainPair(7, row)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(append(frames, NewFrame(pair.A).Pix...), NewFrame(pair.B).Pix...)
		seen := map[int32]bool{}
		for k := range 11 {
			at := row*11 + k
			pixel := rows[at]
			if seen[pixel] || pixel < 0 || pixel >= 48 {
				t.Fatalf("pixel %d is drawn twice or is none", pixel)
			}
			seen[pixel] = true
			u, v := pair.Flow.At(int(pixel)%8, int(pixel)/8)
			if uv[2*at] != u || uv[2*at+1] != v || counts[2*at] != 1 || (counts[2*at+1] == 1) == pair.Occluded[pixel] {
				t.Errorf("row %d, pixel %d: (%g, %g) counts %v, want (%g, %g)", row, pixel, uv[2*at], uv[2*at+1], counts[2*at:2*at+2], u, v)
			}
		}
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		batch, err := task.TrainBatch(7) // tensors stay on the backend that they were first used on
		if err != nil {
			t.Fatal(err)
		}
		w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Init(1); err != nil {
			t.Fatal(err)
		}
		out := perceivertest.Run(t, b, w, []*tensors.Tensor{batch[0], tensors.FromFlatDataAndDimensions(frames, 3, 2, 6, 8, 3)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			x, err := task.inputs(p, map[string]*Node{"in.bytes": in[0]})
			if err != nil {
				return nil, err
			}
			y, err := task.inputs(p, map[string]*Node{"in.frames": in[1]})
			return []*Node{x, y}, err
		})
		paritytest.Near(t, "inputs", wide(out[0]), wide(out[1]), 1e-5)
	})
}

// In the first part each pair is there twice, forward and reversed, and the augmentation grows after it.
func TestCurriculum(t *testing.T) {
	s := smallSpec()
	s.Data.ReversedSteps, s.Data.RampSteps, s.Data.Light, s.Data.Colour = 2, 4, 1, 0.4
	for step, want := range map[int]float64{0: 0, 1: 0, 2: 0, 3: 0.25, 5: 0.75, 6: 1, 100: 1} {
		if got := s.Data.strength(step); got != want {
			t.Errorf("strength %g at step %d, want %g", got, step, want)
		}
	}
	task := openSmall(t, s, 4)
	pair := func(step, row int) *movement.Pair {
		t.Helper()
		p, err := task.TrainPair(step, row)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for step := range 2 {
		for row := 0; row < 4; row += 2 {
			forward, back := pair(step, row), pair(step, row+1)
			if !reflect.DeepEqual(forward.A, back.B) || !reflect.DeepEqual(forward.B, back.A) || !reflect.DeepEqual(back.Flow, movement.Reverse(forward.Flow)) {
				t.Errorf("step %d: row %d is not row %d reversed", step, row+1, row)
			}
		}
	}
	if reflect.DeepEqual(pair(0, 0).A, pair(0, 2).A) || reflect.DeepEqual(pair(0, 2).A, pair(1, 0).A) {
		t.Error("a pair comes again")
	}
	if first, second := pair(6, 0), pair(6, 1); reflect.DeepEqual(first.A, second.B) {
		t.Error("pairs are reversed after the first part")
	}
	s.Data.Pairs = 3
	s.Data.ReversedSteps, s.Data.RampSteps, s.Data.Light, s.Data.Colour = 0, 0, 0, 0
	task = openSmall(t, s, 3)
	if !reflect.DeepEqual(pair(0, 1).A, pair(5, 1).A) || reflect.DeepEqual(pair(0, 1).A, pair(5, 2).A) {
		t.Error("three pairs do not come again as the first, the second and the third")
	}
}

// folder writes pairs as Middlebury does, larger than the network.
func folder(t *testing.T, pairs int) string {
	t.Helper()
	dir := t.TempDir()
	g := movement.Generator{Width: 19, Height: 10, Textures: movement.Textures(3, 4), Layers: 1, Motion: 3}
	for i := range pairs {
		p := g.Pair(uint64(i))
		data, truth := filepath.Join(dir, "other-data", string(rune('A'+i))), filepath.Join(dir, "other-gt-flow", string(rune('A'+i)))
		for _, d := range []string{data, truth} {
			if err := os.MkdirAll(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		writePNG(t, filepath.Join(data, "frame10.png"), p.A)
		writePNG(t, filepath.Join(data, "frame11.png"), p.B)
		if err := movement.WriteField(filepath.Join(truth, "flow10.flo"), p.Flow); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writePNG(t *testing.T, path string, img image.Image) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}
}

// Pictures of a folder are measured whole, tile by tile; trained on, in parts.
func TestFolders(t *testing.T) {
	dir := folder(t, 11)
	s := smallSpec()
	s.Model.Height, s.Model.Width = 6, 8
	open := func(data string) *Task {
		t.Helper()
		task, err := s.Open(t.Context(), tasks.Options{Data: data, Batch: 2, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		return task.(*Task)
	}
	task := open(dir)
	if task.EvalExamples() != 11 || task.EvalBatches() != 0 {
		t.Errorf("%d pairs in %d batches", task.EvalExamples(), task.EvalBatches())
	}
	n, w := smallNetwork(t)
	got, err := task.Measure(t.Context(), backendtest.Any(t), w)
	if err != nil {
		t.Fatal(err)
	}
	e, err := n.NewEstimator(backendtest.Any(t), w, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var want float64
	for i := range 11 {
		pair, err := task.HeldOut(i)
		if err != nil {
			t.Fatal(err)
		}
		field, err := e.Estimate(t.Context(), NewFrame(pair.A), NewFrame(pair.B))
		if err != nil {
			t.Fatal(err)
		}
		errors, err := movement.Compare(pair.Flow, field, nil)
		if err != nil {
			t.Fatal(err)
		}
		want += errors.EPE / 11
	}
	if got["epe"]-want > 1e-4 || want-got["epe"] > 1e-4 {
		t.Errorf("measured %v, want an end-point error of %g", got, want)
	}

	s.Data.Train = dir
	task = open("")
	if task.EvalExamples() != 1 {
		t.Errorf("%d of 11 pairs are held out", task.EvalExamples())
	}
	if pair, err := task.TrainPair(3, 1); err != nil || pair.A.Rect.Dx() != 8 {
		t.Errorf("a part of a pair: %v", err)
	}
	if task = open(dir); task.EvalExamples() != 11 {
		t.Errorf("%d pairs are measured with", task.EvalExamples())
	}
	s.Data.Train = folder(t, 2)
	if _, err := s.Open(t.Context(), tasks.Options{Batch: 1}); err == nil || !strings.Contains(err.Error(), "every tenth") {
		t.Errorf("too few pairs: %v", err)
	}
	s.Data.Train = ""
	if _, err := s.Open(t.Context(), tasks.Options{Data: t.TempDir(), Batch: 1}); !errors.Is(err, movement.ErrNoTruth) {
		t.Errorf("an empty folder: %v", err)
	}
	s.Data.Textures = t.TempDir()
	if _, err := s.Open(t.Context(), tasks.Options{Batch: 1}); err == nil || !strings.Contains(err.Error(), "data.textures") {
		t.Errorf("no textures: %v", err)
	}
}

func TestSpecErrors(t *testing.T) {
	for words, change := range map[string]func(s *Spec){
		"data.queries = 49":       func(s *Spec) { s.Data.Queries = 49 },
		"data.motion = -1":        func(s *Spec) { s.Data.Motion = -1 },
		"data.height = 5":         func(s *Spec) { s.Data.Height = 5 },
		"data.loss_power = 0":     func(s *Spec) { s.Data.LossPower = 0 },
		"data.loss_epsilon = NaN": func(s *Spec) { s.Data.LossEpsilon = math.NaN() },
		"data.erase = 2":          func(s *Spec) { s.Data.Erase = 2 },
		"data.fog = 1.5":          func(s *Spec) { s.Data.Fog = 1.5 },
		"data.eval_pairs = 0":     func(s *Spec) { s.Data.EvalPairs = 0 },
		"model.latents":           func(s *Spec) { s.Model.Latents = 0 },
	} {
		s := smallSpec()
		change(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: the error is %v", words, err)
		}
	}
	task := openSmall(t, smallSpec(), 1)
	task.source = nil
	for name, f := range map[string]func() error{
		"TrainBatch": func() error { _, err := task.TrainBatch(0); return err },
		"EvalBatch":  func() error { _, err := task.EvalBatch(0); return err },
		"Baselines":  func() error { _, err := task.Baselines(t.Context()); return err },
	} {
		if err := f(); !errors.Is(err, errNoData) {
			t.Errorf("%s without data: %v", name, err)
		}
	}
}

// Two files become a movement in a file.
func TestPredict(t *testing.T) {
	task := openSmall(t, smallSpec(), 1)
	n, w := smallNetwork(t)
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.png"), filepath.Join(dir, "b.png")
	writePNG(t, a, picture(17, 9, 1))
	writePNG(t, b, picture(17, 9, 2))
	p, err := task.Predict(t.Context(), backendtest.Any(t), w, []string{a, b})
	if err != nil {
		t.Fatal(err)
	}
	e, err := n.NewEstimator(backendtest.Any(t), w, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	want, err := e.Estimate(t.Context(), NewFrame(picture(17, 9, 1)), NewFrame(picture(17, 9, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Files) != 1 || p.Files[0].Name != "flow.flo" {
		t.Fatalf("%d files", len(p.Files))
	}
	got, err := movement.ReadFlo(bytes.NewReader(p.Files[0].Content))
	if err != nil {
		t.Fatal(err)
	}
	paritytest.Near(t, "the file", wide(got.UV), wide(want.UV), 1e-4)
	if m := p.JSON.(Moved); m.Width != 17 || m.Height != 9 || math.Abs(m.Largest-want.Largest()) > 1e-4 || !strings.Contains(p.Text, "17×9") {
		t.Errorf("%+v, %q", m, p.Text)
	}
	writePNG(t, b, picture(16, 9, 2))
	for words, inputs := range map[string][]string{"two pictures": {a}, "one size": {a, b}, "no such file": {a, filepath.Join(dir, "c.png")}} {
		if _, err := task.Predict(t.Context(), backendtest.Any(t), w, inputs); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: the error is %v", words, err)
		}
	}
}
