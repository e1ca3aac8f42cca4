// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// tiny are settings with which the language experiment takes a second.
var tiny = Set("model.latents=8", "model.latent_dim=32", "model.layers_per_block=1", "model.qk_width=32", "model.v_width=32",
	"model.embedding_dim=32", "model.query_dim=32", "data.eval_windows=32", "train.batch=8", "train.steps=6", "train.eval_every=0", "train.log_every=2")

func quiet(t *testing.T) {
	t.Helper()
	t.Setenv("PERCEIVER_NO_INSTALL", "1")
	before := Talk
	Talk = nil
	t.Cleanup(func() { Talk = before })
}

func loadTiny(t *testing.T, opts ...Option) *Experiment {
	t.Helper()
	x, err := Load("language/mlm", append([]Option{tiny}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestTrainingIsIdempotent trains, opens what was trained, and asks it.
func TestTrainingIsIdempotent(t *testing.T) {
	quiet(t)
	dir := filepath.Join(t.TempDir(), "run")
	run, err := loadTiny(t, In(dir)).Train(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	state, err := os.Stat(filepath.Join(dir, "checkpoints", "step-000006", "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadTiny(t, In(dir)).Train(t.Context())
	if err != nil || again.Info.Step != 6 || again.Info.Metrics["accuracy"] != run.Info.Metrics["accuracy"] {
		t.Fatalf("the second time: %+v, %v", again, err)
	}
	if after, err := os.Stat(filepath.Join(dir, "checkpoints", "step-000006", "model.safetensors")); err != nil || !after.ModTime().Equal(state.ModTime()) {
		t.Error("it was trained again")
	}
	opened, err := loadTiny(t, In(dir)).Run()
	if err != nil {
		t.Fatal(err)
	}

	score, err := opened.Evaluate(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := score.Metrics["bits_per_masked_byte"], run.Info.Metrics["bits_per_masked_byte"]; got != want || score.N != 32 || score.Baselines["unigram_bits"] == 0 {
		t.Errorf("evaluated again: %+v, want %g as in training", score, want)
	}
	if s := score.Table().Text(); !strings.Contains(s, "baseline: order2 bits") {
		t.Errorf("the table is\n%s", s)
	}
	filled, err := opened.Fill(t.Context(), "the l____ of")
	if err != nil || len(filled.Fills) != 1 || !strings.HasPrefix(filled.Text, "the l") {
		t.Errorf("filled: %+v, %v", filled, err)
	}
	if p, err := opened.Predict(t.Context(), "the l____ of"); err != nil || p.Text != filled.Text {
		t.Errorf("predicted: %+v, %v; want %q", p, err, filled.Text)
	}
	pictures(t, opened)
}

func pictures(t *testing.T, run *Run) {
	reader, err := run.Reader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	held, err := reader.HeldOut(3)
	if err != nil {
		t.Fatal(err)
	}
	if len(held.Encoder) != 8 || len(held.Decoder) != 32 {
		t.Errorf("attention maps of %d latents and %d queries", len(held.Encoder), len(held.Decoder))
	}
	own, err := reader.Read("one [MASK] two")
	if err != nil || own.known || !own.Masked.Masked[4] {
		t.Errorf("a text of one's own: %+v, %v", own, err)
	}
	if _, err := reader.HeldOut(32); err == nil || !strings.Contains(err.Error(), "there are 32") {
		t.Errorf("a window that is not there: %v", err)
	}
	if w, h := MaskedText("t", held, own).Size(); w < 100 || h < 50 {
		t.Errorf("the picture of the text is %g by %g points", w, h)
	}
	if w, _ := held.EncoderMap("t").Size(); w < 100 {
		t.Error("the encoder's map is empty")
	}
	if p, err := run.Curve(t.Context()); err != nil || p.Y.Label.Text != "bits per masked byte" {
		t.Errorf("the curve: %v", err)
	}
}

func TestCurveInTheUnitOfTheGoal(t *testing.T) {
	c := curveOf(tasks.Goal{Metric: "bits", LossScale: 2}, nil, map[string]float64{"unigram_bits": 4})
	loss := 1.5
	c.add(record(10, &loss, nil))
	c.add(record(20, nil, map[string]float64{"bits": 2.5}))
	if c.training.Y[0] != 3 || c.held.Y[0] != 2.5 || c.references[0].Name != "unigram" {
		t.Errorf("%+v", c)
	}
	c = curveOf(tasks.Goal{Metric: "accuracy"}, nil, map[string]float64{"chance": 0.1})
	c.add(record(10, &loss, map[string]float64{"accuracy": 0.4}))
	if c.unit != "loss" || c.training.Y[0] != 1.5 || len(c.held.Y) != 0 || len(c.references) != 0 {
		t.Errorf("a goal of another kind than the loss: %+v", c)
	}
}

func record(step int, loss *float64, eval map[string]float64) runs.Record {
	return runs.Record{Step: step, Loss: loss, Eval: eval}
}

func TestInterruptedTraining(t *testing.T) {
	quiet(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "run")
	_, err := loadTiny(t, In(dir)).Train(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if _, err := loadTiny(t, In(dir)).Train(t.Context()); err != nil {
		t.Fatalf("going on: %v", err)
	}
}

func TestSameSettingsSameFolder(t *testing.T) {
	t.Setenv("PERCEIVER_RUNS", "somewhere")
	folder := func(opts ...Option) string {
		dir, err := loadTiny(t, opts...).Folder()
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	if a, b := folder(), folder(); a != b || !strings.HasPrefix(a, filepath.Join("somewhere", "language-mlm-quick-")) {
		t.Errorf("%s and %s", a, b)
	}
	if folder() == folder(Set("train.seed=1")) {
		t.Error("another seed has the same folder")
	}
	if folder(In("here")) != "here" {
		t.Error("In was not heard")
	}
}

func TestRunsStandBesideTheModule(t *testing.T) {
	t.Setenv("PERCEIVER_RUNS", "")
	root := t.TempDir()
	os.WriteFile(filepath.Join(root, "go.mod"), []byte("module m\n"), 0o644)
	below := filepath.Join(root, "notebooks", "deep")
	os.MkdirAll(below, 0o755)
	t.Chdir(below)
	if got, want := Runs(), filepath.Join("..", "..", "runs"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLoadFindsNamesAndFiles(t *testing.T) {
	_, err := Load("language/mml")
	var bad *experiment.Error
	if !errors.As(err, &bad) || !strings.Contains(err.Error(), "language/mlm") {
		t.Errorf("a slip: %v", err)
	}
	file := filepath.Join(t.TempDir(), "own.toml")
	os.WriteFile(file, []byte("task = \"language\"\ntitle = \"own\"\n"), 0o644)
	if x, err := Load(file); err != nil || x.Title != "own" {
		t.Errorf("a file: %v", err)
	}
	t.Setenv("PERCEIVER_SET", "train.steps=3 model.latents=4")
	x, err := Load("language/mlm")
	if err != nil || x.Experiment.Train.Steps != 3 {
		t.Errorf("PERCEIVER_SET was not heard: %v", err)
	}
}

func TestCostTable(t *testing.T) {
	x, err := Load("language/mlm", Profile("paper"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := x.CostTable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	last := table.Rows[len(table.Rows)-1]
	if last[0] != "all" || last[1] != "201108230" {
		t.Errorf("the paper's model: %v, want the published 201108230 weights", last)
	}
}
