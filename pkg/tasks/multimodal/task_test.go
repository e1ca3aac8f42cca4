// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// smallSpec has the clips of smallModel, with a class for each shape.
func smallSpec() *Spec {
	s := NewSpec().(*Spec)
	s.Model = smallModel()
	s.Model.Classes, s.Model.Samples = 7, 240
	s.Data.EvalClips, s.Data.TrainPixels = 5, 9
	return s
}

func openTask(t testing.TB, s *Spec, o tasks.Options) *Task {
	t.Helper()
	task, err := s.open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// once runs a graph on a batch with fresh weights.
func once(t testing.TB, b compute.Backend, task *Task, batch tasks.Batch, f func(p *perceiver.Pass, in []*Node) ([]*Node, error)) [][]float32 {
	t.Helper()
	w, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(3); err != nil {
		t.Fatal(err)
	}
	program, err := w.Compile(b, "test", f)
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	values, err := program.Run(batch...)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float32, len(values))
	for i, v := range values {
		if out[i], err = perceiver.Float32s(v); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// flat are the loss and its sums, in order.
func flat(l tasks.Loss) []*Node {
	nodes := []*Node{l.Value}
	for _, s := range l.Sums {
		nodes = append(nodes, s.Total, s.Count)
	}
	return nodes
}

// The loss and its sums follow from the outputs; examples that fill up a batch, and classes that are not known, do not count.
func TestLoss(t *testing.T) {
	for _, kind := range []string{"absolute", "squared"} {
		t.Run(kind, func(t *testing.T) {
			backendtest.Each(t, func(t *testing.T, b compute.Backend) { testLoss(t, b, kind) })
		})
	}
}

func testLoss(t *testing.T, b compute.Backend, imageError string) {
	s := smallSpec()
	s.Data.ImageError = imageError
	s.Data.WeightAudio, s.Data.WeightImage, s.Data.WeightLabel = 2, 3, 5
	task := openTask(t, s, tasks.Options{Batch: 3, Seed: 4})
	batch, err := task.EvalBatch(1) // 5 clips: the third of this batch fills it up
	if err != nil {
		t.Fatal(err)
	}
	classes := values[int32](t, batch[2])
	classes[1] = -1 // the class of the second is not known
	batch[2] = tensors.FromFlatDataAndDimensions(classes, 3)
	frames, sound := values[uint8](t, batch[0]), values[float32](t, batch[1])
	out := once(t, b, task, batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		all, err := task.Outputs(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		l, err := task.Loss(p, in)
		return append([]*Node{all}, flat(l)...), err
	})
	e, o, patches, pixels := task.Shapes().E, task.Shapes().O, 80, 2*4*6
	if o != patches+pixels+1 || e != 7 {
		t.Fatalf("O is %d and E is %d", o, e)
	}
	var audioAbs, audioSq, imageAbs, imageSq float64
	for ex := range 2 {
		at := func(row, channel int) float64 { return float64(out[0][(ex*o+row)*e+channel]) }
		for row := range patches {
			for c := range 3 {
				d := at(row, c) - float64(sound[ex*240+row*3+c])
				audioAbs, audioSq = audioAbs+math.Abs(d), audioSq+d*d
			}
		}
		for row := range pixels {
			for c := range 3 {
				d := at(patches+row, c) - float64(frames[(ex*pixels+row)*3+c])/255
				imageAbs, imageSq = imageAbs+math.Abs(d), imageSq+d*d
			}
			if at(patches+row, 3) != 0 {
				t.Fatalf("pixel %d has a fourth colour", row)
			}
		}
	}
	scores := out[0][(o-1)*e : o*e]
	sum, best := 0., 0
	for i, x := range scores {
		sum += math.Exp(float64(x))
		if x > scores[best] {
			best = i
		}
	}
	nats, right := math.Log(sum)-float64(scores[classes[0]]), 0.
	if best == int(classes[0]) {
		right = 1
	}
	na, ni := 2*240., 2.*float64(pixels)*3
	imageLoss := imageAbs
	if imageError == "squared" {
		imageLoss = imageSq
	}
	want := []float64{2*audioAbs/na + 3*imageLoss/ni + 5*nats, audioAbs, na, audioSq, na, imageAbs, ni, imageSq, ni, nats, 1, right, 1}
	for i, w := range want {
		if got := float64(out[1+i][0]); math.Abs(got-w) > 1e-4*(1+math.Abs(w)) {
			t.Errorf("output %d of the loss is %g, want %g", i, got, w)
		}
	}
}

// A decoding of pixels in several parts adds up to what one part gives.
func TestLossInParts(t *testing.T) {
	b := backendtest.Any(t)
	task := openTask(t, smallSpec(), tasks.Options{Batch: 2})
	batch, err := task.EvalBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	measure := func(atOnce int) []float32 {
		before := pixelsAtOnce
		pixelsAtOnce = atOnce
		defer func() { pixelsAtOnce = before }()
		var all []float32
		for _, x := range once(t, b, task, clone(t, batch), func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			l, err := task.Loss(p, in)
			return flat(l), err
		}) {
			all = append(all, x...)
		}
		return all
	}
	whole, parts := measure(1000), measure(2*7)
	for i := range whole {
		if math.Abs(float64(whole[i]-parts[i])) > 1e-5*(1+math.Abs(float64(whole[i]))) {
			t.Errorf("value %d is %g in parts, %g at once", i, parts[i], whole[i])
		}
	}
}

// In training the loss is that of the drawn outputs: with a network that answers nothing but zeros, the mean of what is true
// there. Another state of the generator draws others.
func TestLossOfSome(t *testing.T) {
	b := backendtest.Any(t)
	s := smallSpec()
	s.Data.TrainPatches, s.Data.WeightLabel, s.Data.WeightAudio, s.Data.WeightImage = 11, 0, 1, 1
	task := openTask(t, s, tasks.Options{Batch: 2})
	batch, err := task.TrainBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	measure := func(state uint64) [][]float32 {
		return once(t, b, task, clone(t, batch), func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			p.Train(Const(p.Graph(), []uint64{state, 2, 3}))
			l, err := task.Loss(p, in)
			return flat(l), err
		})
	}
	one, two := measure(1), measure(2)
	if one[2][0] != 2*11*3 || one[6][0] != 2*9*3 {
		t.Errorf("%g samples and %g colours are asked for, want 66 and 54", one[2][0], one[6][0])
	}
	if one[1][0] == two[1][0] || one[5][0] == two[5][0] {
		t.Error("the same outputs are drawn from two states")
	}
	if again := measure(1); again[0][0] != one[0][0] {
		t.Error("a state draws other outputs each time")
	}
	if want := one[1][0]/66 + one[5][0]/54; math.Abs(float64(one[0][0]-want)) > 1e-5 {
		t.Errorf("the loss is %g, want %g", one[0][0], want)
	}
}

// Where all outputs are drawn from, each is one of them: the drawn truth has the mean of all truth.
func TestDrawnRowsAreTheirOwnTruth(t *testing.T) {
	b := backendtest.Any(t)
	s := smallSpec()
	s.Data.TrainPixels = 40 // with some of the 48 twice
	task := openTask(t, s, tasks.Options{Batch: 2})
	batch, err := task.TrainBatch(1)
	if err != nil {
		t.Fatal(err)
	}
	out := once(t, b, task, clone(t, batch), func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		p.Train(Const(p.Graph(), []uint64{1, 2, 3}))
		l := loss{t: task, p: p, batch: in, sums: map[string]*Node{}}
		l.truth()
		rows := l.draw(40, 48)
		// Answers that are right in every row cost nothing.
		right, err := perceiver.Queries{Name: "right", Count: 48, Parts: []perceiver.QueryPart{perceiver.Features{Name: "x", Dim: 3}}}.
			Array(p, perceiver.QueryInput{Rows: rows, Features: map[string]*Node{"x": l.right[image]}})
		if err != nil {
			return nil, err
		}
		err = l.errors(image, right, rows)
		return []*Node{ConvertDType(rows, dtypes.Float32), l.sums[image]}, err
	})
	seen := map[float32]bool{}
	for _, row := range out[0] {
		seen[row] = true
		if row < 0 || row > 47 {
			t.Errorf("row %g is drawn, of 48", row)
		}
	}
	if len(seen) < 20 || out[1][0] != 0 {
		t.Errorf("%d rows are drawn, and true answers cost %g", len(seen), out[1][0])
	}
}

func TestScore(t *testing.T) {
	task := openTask(t, smallSpec(), tasks.Options{})
	m := task.Score(map[string]tasks.Sum{
		"image_squares": {Total: 0.5, Count: 50}, "audio_squares": {Total: 4, Count: 100}, "right": {Total: 3, Count: 4},
		image: {Total: 1, Count: 10}, audio: {Total: 2, Count: 10}, label: {Total: 8, Count: 4},
	})
	s := task.Shapes()
	for name, want := range map[string]float64{
		"video_psnr": 20, "audio_psnr": 20, "top1": 0.75, "loss": 0.2 + 0.03*0.1 + 1e-4*2,
		"compression": float64(s.M*s.C) / float64(3*8), "clip_compression": float64(2*4*6*3+240) / (3 * 8),
	} {
		if math.Abs(m[name]-want) > 1e-9 {
			t.Errorf("%s is %g, want %g", name, m[name], want)
		}
	}
	if PSNR([]float32{1, 0}, []float32{1, 0}, 2) != 200 || math.Abs(PSNR([]float32{0.5, 0}, []float32{0.5, 0.2}, 2)-10*math.Log10(4/0.02)) > 1e-4 {
		t.Error("PSNR is wrong")
	}
}

// The mean clip is the best guess that is the same for every clip; one shape in six is the best guess of the class.
func TestBaselines(t *testing.T) {
	s := smallSpec()
	s.Data.EvalClips = 100
	got, err := openTask(t, s, tasks.Options{}).Baselines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, span := range map[string][2]float64{"mean_video_psnr": {10, 18}, "clip_colour_video_psnr": {12, 30}, "mean_audio_psnr": {10, 25}, "chance": {0.05, 0.3}} {
		if x := got[name]; !(x > span[0] && x < span[1]) {
			t.Errorf("%s is %g, want %v", name, x, span)
		}
	}
	if got["clip_colour_video_psnr"] <= got["mean_video_psnr"] {
		t.Errorf("a clip's own colour is a worse guess than the mean clip: %v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := openTask(t, s, tasks.Options{}).Baselines(ctx); err == nil {
		t.Error("baselines are not stopped")
	}
}

// unlabelled are clips of which no class is known, as those of a film.
type unlabelled struct{ video.Source }

func (u unlabelled) Train(draw uint64) (*video.Clip, error) { return hide(u.Source.Train(draw)) }
func (u unlabelled) HeldOut(i int) (*video.Clip, error)     { return hide(u.Source.HeldOut(i)) }

func hide(c *video.Clip, err error) (*video.Clip, error) {
	if err == nil {
		c.Label = -1
	}
	return c, err
}

// Without any class there is nothing to be said of classes, and everything that is said is a number.
func TestNoClasses(t *testing.T) {
	task := openTask(t, smallSpec(), tasks.Options{})
	task.source = unlabelled{task.source}
	base, err := task.Baselines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m := task.Score(map[string]tasks.Sum{"image_squares": {Total: 1, Count: 1}, "audio_squares": {Total: 1, Count: 1}, image: {Total: 1, Count: 1}, audio: {Total: 1, Count: 1}})
	for _, all := range []map[string]float64{base, m} {
		for name, x := range all {
			if math.IsNaN(x) || name == "chance" || name == "top1" {
				t.Errorf("%s is %g", name, x)
			}
		}
	}
}

func TestSpecRefuses(t *testing.T) {
	for words, change := range map[string]func(s *Spec){
		`data.clips = "films"`:       func(s *Spec) { s.Data.Clips = "films" },
		"data.speed = 0":             func(s *Spec) { s.Data.Speed = 0 },
		"data.eval_clips = 0":        func(s *Spec) { s.Data.EvalClips = 0 },
		`data.image_error = "cubed"`: func(s *Spec) { s.Data.ImageError = "cubed" },
		"data.train_pixels = -1":     func(s *Spec) { s.Data.TrainPixels = -1 },
		"data.weight_image = NaN":    func(s *Spec) { s.Data.WeightImage = math.NaN() },
		"nothing to learn":           func(s *Spec) { s.Data.WeightImage, s.Data.WeightAudio, s.Data.WeightLabel = 0, 0, 0 },
		"model.mask_audio = 2":       func(s *Spec) { s.Model.MaskAudio = 2 },
		"model.samples = 3, data":    func(s *Spec) { s.Model.Samples, s.Data.Speed, s.Model.Frames = 3, 1, 4 },
		"the clips have 6 classes":   func(s *Spec) { s.Model.Classes = 5 },
	} {
		s := smallSpec()
		change(s)
		if _, err := s.Open(t.Context(), tasks.Options{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want an error with %q, got %v", words, err)
		}
	}
	s := smallSpec()
	if _, err := s.Open(t.Context(), tasks.Options{Data: "no such film.gif"}); err == nil || !strings.Contains(err.Error(), "no such film.gif") {
		t.Errorf("a missing file: %v", err)
	}
	s.Data.Clips = fileClips
	if _, err := s.Open(t.Context(), tasks.Options{}); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("files without a folder: %v", err)
	}
	s.Data.Clips = digitClips
	if _, err := s.Open(t.Context(), tasks.Options{}); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("digits without a folder: %v", err)
	}
	task := openTask(t, smallSpec(), tasks.Options{NoData: true})
	if _, err := task.TrainBatch(0); err == nil {
		t.Error("a batch without data")
	}
	if _, err := task.EvalBatch(0); err == nil || task.EvalExamples() != 0 {
		t.Error("a held-out batch without data")
	}
	if _, err := task.Baselines(t.Context()); err == nil {
		t.Error("baselines without data")
	}
}

func values[T int32 | uint8 | float32](t testing.TB, x *tensors.Tensor) []T {
	t.Helper()
	v, err := tensors.CopyFlatData[T](x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// clone copies a batch, which a run uses up.
func clone(t testing.TB, batch tasks.Batch) tasks.Batch {
	t.Helper()
	var out tasks.Batch
	for _, x := range batch {
		c, err := x.LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}
