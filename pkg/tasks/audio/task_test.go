// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

func TestValidate(t *testing.T) {
	if err := NewSpec().Validate(); err != nil {
		t.Fatalf("the defaults: %v", err)
	}
	for words, change := range map[string]func(s *Spec){
		`data.source = "ton"`:     func(s *Spec) { s.Data.Source = "ton" },
		"data.classes has 0":      func(s *Spec) { s.Data.Source = "folder" },
		"data.several are for":    func(s *Spec) { s.Data.Several = true },
		`data.features = "fft"`:   func(s *Spec) { s.Data.Features = "fft" },
		"data.mels = 200":         func(s *Spec) { s.Data.Mels = 200 },
		"data.seconds = 0":        func(s *Spec) { s.Data.Seconds = 0 },
		"data.rate = 10":          func(s *Spec) { s.Data.Rate = 10 },
		"data.fold = 6":           func(s *Spec) { s.Data.Fold = 6 },
		"data.mixup = NaN":        func(s *Spec) { s.Data.Mixup = math.NaN() },
		"data.time_mask = 3":      func(s *Spec) { s.Data.TimeMask = 3 },
		"would hear":              func(s *Spec) { s.Data.Features, s.Data.Rate, s.Data.Seconds = "wave", 48000, 600 },
		"model.patch = [3 0]":     func(s *Spec) { s.Model.Patch = []int{3, 0} },
		"model.patch = [2 3]":     func(s *Spec) { s.Model.Patch = []int{2, 3} },
		"model.patch = []":        func(s *Spec) { s.Model.Patch = nil },
		"model.bands = 0":         func(s *Spec) { s.Model.Bands = 0 },
		"model.query_std = -1":    func(s *Spec) { s.Model.QueryStd = -1 },
		"model.decoder_heads = 3": func(s *Spec) { s.Model.DecoderHeads = 3 },
	} {
		s := smallSpec()
		change(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

// What the model sees of a spectrogram are its pieces in the order of time, and then of frequency.
func TestInputs(t *testing.T) {
	s := smallSpec()
	s.Model.Patch = []int{2, 4}
	task := openTask(t, s, tasks.Options{Batch: 2})
	if got := task.Shapes(); got.M != 10 || got.C != 8+2*5 || got.O != 1 || got.E != 10 {
		t.Fatalf("shapes %+v", got)
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		batch, err := task.TrainBatch(0)
		if err != nil {
			t.Fatal(err)
		}
		x := floats(t, batch[0])
		got := perceivertest.Run(t, b, perceivertest.Fresh(t, task), batch[:1], func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			y, err := task.inputs(p, senses{sound: in[0]})
			return []*Node{y}, err
		})[0]
		// Input 3 of the second sound: frames 2 and 3, bands 4 to 7.
		const c = 18
		row := got[(10+3)*c:][:c]
		for i := range 8 {
			if want := x[80+(2+i/4)*8+4+i%4]; row[i] != want {
				t.Errorf("channel %d is %g, want %g", i, row[i], want)
			}
		}
		if row[8] != -0.5 || row[9] != 1 { // the second of five places in time, the higher of two in frequency
			t.Errorf("its place is %v", row[8:10])
		}
	})
}

// The loss and the metrics are those computed here from the scores.
func TestLoss(t *testing.T) {
	for _, mix := range []int{0, 3} {
		s := smallSpec()
		s.Data.Mix = mix
		task := openTask(t, s, tasks.Options{Batch: 4})
		backendtest.Each(t, func(t *testing.T, b compute.Backend) {
			batch, err := task.EvalBatch(1) // 3 of 4 sounds count
			if err != nil {
				t.Fatal(err)
			}
			truth, counts := floats(t, batch[1]), floats(t, batch[2])
			if !slices.Equal(counts, []float32{1, 1, 1, 0}) {
				t.Fatalf("counts %v", counts)
			}
			var names []string
			out := perceivertest.Run(t, b, perceivertest.Fresh(t, task), batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
				z, err := task.Latents(p, in)
				if err != nil {
					return nil, err
				}
				y, err := task.Outputs(p, z, in, nil)
				if err != nil {
					return nil, err
				}
				l, err := task.Loss(p, in)
				nodes := []*Node{y, l.Value}
				names = nil
				for _, s := range l.Sums {
					names, nodes = append(names, s.Name), append(nodes, s.Total, s.Count)
				}
				return nodes, err
			})
			nats, right := 0., 0.
			for i := range 3 {
				scores, y := out[0][i*10:(i+1)*10], truth[i*10:(i+1)*10]
				sum, best := 0., 0
				for k, x := range scores {
					sum += math.Exp(float64(x))
					if x > scores[best] {
						best = k
					}
				}
				right += float64(y[best])
				for k, x := range scores {
					if mix == 0 {
						nats -= float64(y[k]) * (float64(x) - math.Log(sum))
						continue
					}
					q := 1 / (1 + math.Exp(-float64(x)))
					nats -= (float64(y[k])*math.Log(q) + float64(1-y[k])*math.Log(1-q)) / 10
				}
			}
			if math.Abs(float64(out[1][0])-nats/3) > 1e-5 {
				t.Errorf("mix %d: the loss is %g, want %g", mix, out[1][0], nats/3)
			}
			sums := map[string]tasks.Sum{}
			for i, n := range names {
				sums[n] = tasks.Sum{Total: float64(out[2+2*i][0]), Count: float64(out[3+2*i][0])}
			}
			score := task.Score(sums)
			if math.Abs(score["nats"]-nats/3) > 1e-5 || mix == 0 && math.Abs(score["top1"]-right/3) > 1e-6 {
				t.Errorf("mix %d: metrics %v, want %g nats and %g right", mix, score, nats/3, right/3)
			}
		})
	}
}

// The sounds of a measured set are all held-out ones, each once.
func TestMeasure(t *testing.T) {
	s := smallSpec()
	s.Data.Mix = 2
	task := openTask(t, s, tasks.Options{Batch: 4})
	w := perceivertest.Fresh(t, task)
	b := backendtest.Any(t)
	scores, truth, err := task.scores(t.Context(), b, w, nil)
	if err != nil || len(scores) != 7 || len(truth) != 7 {
		t.Fatalf("%d scores of %d sounds, %v", len(scores), len(truth), err)
	}
	m, err := task.Measure(t.Context(), b, w)
	if err != nil || m["map"] != MeanAveragePrecision(scores, truth) || m["map"] <= 0 {
		t.Errorf("measured %v, %v", m, err)
	}
	if task.Goal().Metric != "map" || openTask(t, smallSpec(), tasks.Options{}).Goal().Metric != "top1" {
		t.Error("the goal is not map for several classes and top1 for one")
	}
}

// Blended examples have parts of both classes that sum to 1; of sounds with several classes both are there.
func TestMixup(t *testing.T) {
	for _, mix := range []int{0, 2} {
		s := smallSpec()
		s.Data.Mixup, s.Data.Mix = 1, mix
		batch, err := openTask(t, s, tasks.Options{Batch: 16}).TrainBatch(0)
		if err != nil {
			t.Fatal(err)
		}
		truth, blended := floats(t, batch[1]), 0
		for i := range 16 {
			sum := float32(0)
			for _, y := range truth[i*10 : (i+1)*10] {
				sum += y
				if y > 0 && y < 1 {
					blended++
				}
			}
			if mix == 0 && math.Abs(float64(sum)-1) > 1e-5 {
				t.Errorf("the classes of example %d sum to %g", i, sum)
			}
		}
		if mix == 0 && blended == 0 || mix > 0 && blended > 0 {
			t.Errorf("mix %d: %d parts of classes", mix, blended)
		}
	}
}

// A folder of sounds of different lengths and rates, with a list, is trained and measured as the generator is.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	g := &sounds.Tones{Rate: 8000, Samples: 4000, Held: 1}
	list := "file,classes,part\n"
	for i, part := range []string{"train", "train", "train", "test", "test"} {
		c := g.Train(uint64(i))
		name := string(rune('a'+i)) + ".wav"
		if err := sounds.WriteFile(filepath.Join(dir, name), &sounds.Sound{Rate: 8000, Samples: c.Samples[:800*(i+1)-600]}); err != nil {
			t.Fatal(err)
		}
		list += name + "," + []string{"left", "right"}[i%2] + "," + part + "\n"
	}
	if err := os.WriteFile(filepath.Join(dir, sounds.LabelFile), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	s := smallSpec()
	s.Data.Source, s.Data.Classes = "folder", []string{"left", "right"}
	task := openTask(t, s, tasks.Options{Data: dir, Batch: 2, Seed: 5})
	if task.EvalExamples() != 2 || task.Shapes().E != 2 {
		t.Fatalf("%d held out, %d classes", task.EvalExamples(), task.Shapes().E)
	}
	for step := range 5 {
		if _, err := task.TrainBatch(step); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := task.Baselines(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Data.Classes = []string{"left", "up"}
	if _, err := s.open(t.Context(), tasks.Options{Data: dir}); err == nil || !strings.Contains(err.Error(), `the class "right", which is none of the experiment's`) {
		t.Errorf("a list that does not match: %v", err)
	}
	if _, err := s.open(t.Context(), tasks.Options{}); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("no folder: %v", err)
	}
}

func TestOpenWithoutData(t *testing.T) {
	t.Setenv("PERCEIVER_DATA", t.TempDir())
	s := smallSpec()
	s.Data.Source = "fsdd"
	if _, err := s.open(t.Context(), tasks.Options{}); err == nil || !strings.Contains(err.Error(), "free-spoken-digit-dataset") || !strings.Contains(err.Error(), "--data") {
		t.Errorf("digits that are not there: %v", err)
	}
	task := openTask(t, s, tasks.Options{NoData: true})
	if task.Shapes().E != 10 || task.Sounds() != nil || task.EvalExamples() != 0 {
		t.Errorf("without data: %+v", task.Shapes())
	}
	if _, err := task.TrainBatch(0); err == nil {
		t.Error("a batch was made of nothing")
	}
	if _, err := task.EvalBatch(0); err == nil {
		t.Error("a held-out batch was made of nothing")
	}
	if _, err := smallSpec().open(t.Context(), tasks.Options{Data: "x"}); err == nil || !strings.Contains(err.Error(), "are generated") {
		t.Errorf("tones from a folder: %v", err)
	}
}

// On generated sounds a linear model is better than chance, and far from perfect.
func TestBaselines(t *testing.T) {
	s := smallSpec()
	s.Data.HeldOut = 300
	b, err := openTask(t, s, tasks.Options{}).Baselines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if b["chance"] > 0.2 || b["linear"] < b["chance"]+0.1 || b["linear"] > 0.9 || b["linear_pooled"] < b["chance"]+0.1 {
		t.Errorf("baselines %v", b)
	}
}

func TestPooled(t *testing.T) {
	got := pooled([]float32{1, 5, 3, 5, 5, 5}, 2)
	want := []float64{3, math.Sqrt(8. / 3), 5, 5, 0, 5}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("pooled %v, want %v", got, want)
		}
	}
}
