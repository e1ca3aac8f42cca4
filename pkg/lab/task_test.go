// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/display"
	"github.com/perceiver-go/perceiver/pkg/train"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// TestTrainTask trains a task as if there were no experiment of it.
func TestTrainTask(t *testing.T) {
	quiet(t)
	t.Setenv("PERCEIVER_RUNS", t.TempDir())
	x := loadTiny(t)
	task, err := x.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	config := train.Defaults()
	config.Steps, config.Batch = 4, x.Experiment.Train.Batch
	run, err := TrainTask(t.Context(), "mine", task, config)
	if err != nil {
		t.Fatal(err)
	}
	if run.Info.Step != 4 || !strings.Contains(run.Summary().Text(), "baseline: order2 bits") {
		t.Errorf("%+v", run.Info)
	}
	if p, err := run.Curve(); err != nil || p.Y.Label.Text != "bits per masked byte" {
		t.Errorf("the curve: %v", err)
	}
	if s, err := run.Evaluations("mine"); err != nil || s.Name != "mine" || len(s.X) != 1 || s.X[0] != 4 || s.Y[0] != run.Info.Metrics["bits_per_masked_byte"] {
		t.Errorf("what was measured: %+v, %v; want %v", s, err, run.Info.Metrics)
	}
	if w, h := CostBars("mine", task).Size(); w < 100 || h < 50 {
		t.Errorf("the picture of its cost is %v by %v points", w, h)
	}
	batch, err := task.EvalBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	y, _, err := run.Ask(t.Context(), batch)
	if err != nil || len(y.Shape) != 3 || y.Shape[0] != config.Batch {
		t.Errorf("outputs of shape %v, %v", y.Shape, err)
	}
	again, err := OpenTask("mine", task, config)
	if err != nil || again.Dir != run.Dir {
		t.Errorf("opened: %v", err)
	}
	if second, err := TrainTask(t.Context(), "mine", task, config); err != nil || !second.Info.Updated.Equal(run.Info.Updated) {
		t.Errorf("it was trained again: %v", err)
	}
	t.Setenv("PERCEIVER_SET", "model.latents=3 train.steps=2")
	short, err := TrainTask(t.Context(), "mine", task, config)
	if err != nil || short.Info.Step != 2 || short.Dir == run.Dir {
		t.Errorf("PERCEIVER_SET was not heard: %v", err)
	}
	t.Setenv("PERCEIVER_SET", "train.stepps=2")
	if _, err := TrainTask(t.Context(), "mine", task, config); err == nil || !strings.Contains(err.Error(), "train.stepps") {
		t.Errorf("a slip: %v", err)
	}
	t.Setenv("PERCEIVER_SET", "")
	config.Steps = 0
	if _, err := TrainTask(t.Context(), "mine", task, config); err == nil || !strings.Contains(err.Error(), "train.steps = 0") {
		t.Errorf("no steps: %v", err)
	}
	if _, err := TrainTask(t.Context(), "my task", task, config); err == nil || !strings.Contains(err.Error(), "my task") {
		t.Errorf("a bad name: %v", err)
	}
}

func TestCompareAndShow(t *testing.T) {
	quiet(t)
	dir := t.TempDir()
	t.Setenv("PERCEIVER_RUNS", dir)
	var all []*Run
	for _, latents := range []string{"8", "4"} {
		r, err := loadTiny(t, Set("model.latents="+latents, "train.steps=2")).Train(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	c, err := Compare(t.Context(), all...)
	if err != nil {
		t.Fatal(err)
	}
	text := c.Table.Text()
	if c.Table.Headers[1] != "model.latents" || c.Table.Rows[0][1] != "8" || c.Table.Rows[1][1] != "4" || strings.Contains(text, "train.steps") || !strings.Contains(text, "bits per masked byte") {
		t.Errorf("the table is\n%s", text)
	}
	if _, err := Compare(t.Context()); err == nil {
		t.Error("no runs were compared")
	}

	before := display.Folder
	display.Folder = filepath.Join(dir, "pictures")
	t.Cleanup(func() { display.Folder = before })
	out := stdout(t, func() {
		err = Show(c, all[0], image.NewGray(image.Rect(0, 0, 2, 2)), viz.Table{Headers: []string{"a"}}, "text", errors.New("trouble"), map[string]int{"x": 1}, nil, func() {})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"model.latents", "picture: ", "text\n", "trouble\n", "\"x\": 1", "nothing\n", "0x"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not shown:\n%s", want, out)
		}
	}
	if files, _ := os.ReadDir(display.Folder); len(files) != 2 {
		t.Errorf("pictures: %v", files)
	}
}

// stdout is what f prints.
func stdout(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = w
	done := make(chan string)
	go func() {
		var b bytes.Buffer
		b.ReadFrom(r)
		done <- b.String()
	}()
	f()
	os.Stdout = before
	w.Close()
	return <-done
}
