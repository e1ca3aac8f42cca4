// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// smallFlow is an experiment of optical flow that trains in no time.
var smallFlow = []string{"model.latents=4", "model.latent_dim=8", "model.self_heads=1", "model.height=8", "model.width=8", "model.feature_dim=8", "model.bands=2", "model.tile_overlap=4",
	"data.queries=16", "data.eval_pairs=4", "train.batch=2", "train.steps=3", "train.eval_every=0", "train.checkpoint_every=0"}

// A model is trained, measured on generated pairs and on a folder, asked about files, and drawn.
func TestFlow(t *testing.T) {
	quiet(t)
	ctx := t.Context()
	x, err := Load("flow/autoflow", Set(smallFlow...), In(filepath.Join(t.TempDir(), "run")))
	if err != nil {
		t.Fatal(err)
	}
	run, err := x.Train(ctx)
	if err != nil {
		t.Fatal(err)
	}
	score, err := run.Evaluate(ctx, "")
	if err != nil || score.N != 4 || score.Metrics["epe"] == 0 || score.Baselines["zero_epe"] == 0 {
		t.Fatalf("%+v, %v", score, err)
	}
	task, err := x.FlowTask(ctx)
	if err != nil {
		t.Fatal(err)
	}
	g := movement.Generator{Width: 21, Height: 14, Textures: movement.Textures(9, 2), Layers: 1, Motion: 3}
	pair := g.Pair(0)
	held, err := task.HeldOut(1)
	if err != nil {
		t.Fatal(err)
	}
	found, err := EstimateFlow(ctx, run, pair, held)
	if err != nil {
		t.Fatal(err)
	}
	base, err := ClassicalFlow(pair, held)
	if err != nil {
		t.Fatal(err)
	}
	table := FlowTable("errors", found, base)
	if len(table.Rows) != 3 || strings.Join(table.Headers, "|") != "pair|no movement|model|Horn and Schunck" || len(table.Rows[0]) != 4 {
		t.Errorf("%+v", table)
	}
	for i, f := range []viz.Figure{DrawPairs("pairs", pair, held), DrawEstimates("found", found...), MovementStatistics("lengths", pair, held), MovementStatistics("none")} {
		if _, err := viz.PNG(f, 0, 0); err != nil {
			t.Errorf("picture %d: %v", i, err)
		}
	}

	dir := t.TempDir()
	for name, img := range map[string]*movement.Pair{"frame1.png": {A: pair.A}, "frame2.png": {A: pair.B}} {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(file, img.A); err != nil {
			t.Fatal(err)
		}
		file.Close()
	}
	if err := movement.WriteField(filepath.Join(dir, "flow.flo"), pair.Flow); err != nil {
		t.Fatal(err)
	}
	pairs, err := FlowPairs(dir, 3)
	if err != nil || len(pairs) != 1 {
		t.Fatalf("%d pairs, %v", len(pairs), err)
	}
	outside, err := run.Evaluate(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := EstimateFlow(ctx, run, pairs...)
	if err != nil || outside.N != 1 || abs(outside.Metrics["epe"]-again[0].Errors.EPE) > 1e-5 {
		t.Errorf("the folder gives %+v, the pair %+v, %v", outside, again, err)
	}
	answer, err := run.Predict(ctx, filepath.Join(dir, "frame1.png"), filepath.Join(dir, "frame2.png"))
	if err != nil || len(answer.Files) != 2 || answer.Files[1].Name != "flow.png" {
		t.Errorf("%d files, %v", len(answer.Files), err)
	}
}

func abs(x float64) float64 { return max(x, -x) }

// What is no optical flow says so.
func TestFlowRefuses(t *testing.T) {
	quiet(t)
	x, err := Load("language/mlm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.FlowTask(t.Context()); err == nil || !strings.Contains(err.Error(), "only flow") {
		t.Errorf("a task of language: %v", err)
	}
	if _, err := FlowPairs(t.TempDir(), 0); err == nil || !strings.Contains(err.Error(), "no pairs") {
		t.Errorf("an empty folder: %v", err)
	}
}
