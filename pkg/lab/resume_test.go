// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/all"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// resumed are experiments of all tasks, as small as they can be, with everything on that a task draws at random:
// dropout, the order of examples, what is hidden, and how examples are changed.
var resumed = []struct {
	name string
	set  string
}{
	{"language/mlm", "model.embedding_dim=16 model.query_dim=16 model.decoder_heads=2 model.qk_width=16 model.v_width=16 data.eval_windows=8"},
	{"flow/autoflow", "model.feature_dim=16 model.bands=2 data.queries=16 data.eval_pairs=4 data.reversed_steps=1 data.ramp_steps=2 " +
		"data.rescale=0.1 data.stretch=0.1 data.colour=0.2 data.erase=0.5 data.grain=0.3 data.light=0.3"},
	{"multimodal/shapes", "model.frames=4 model.height=8 model.width=8 model.samples=320 model.image_bands=2 model.image_resolution=[4,8,8] model.audio_bands=2 " +
		"model.audio_resolution=8 model.label_query_dim=16 model.output_dim=16 model.decoder_heads=2 model.qk_width=16 model.v_width=16 model.mask_audio=0.3 " +
		"model.mask_image=0.3 data.eval_clips=4 data.train_pixels=16"},
	{"audio/tones", "model.bands=2 model.query_dim=16 model.decoder_heads=2 model.qk_width=16 model.v_width=16 data.held_out=10 data.shift=0.1 data.stretch=0.1 " +
		"data.masks=1 data.time_mask=0.2 data.band_mask=4 data.tilt=4.0 data.mixup=0.3"},
	{"image/conv", "model.channels=8 model.bands=2 model.qk_width=16 model.v_width=16 data.eval_examples=8 data.crop_area=0.5 data.flip=true " +
		"data.randaugment_layers=1 data.randaugment_magnitude=5.0 data.mix=mixup data.label_smoothing=0.1"},
	{"units/battle", "model.width=16 model.decoder_heads=2 data.slots=16 data.battles=2 data.per_front=4 data.eval_examples=8 data.hide_rate=0.3"},
}

// pieces are where the second run of an experiment ends and is started again. Checkpoints are made every third step.
var pieces = []struct {
	until int
	kill  bool
}{{2, false}, {4, true}, {5, false}, {0, false}}

// TestEveryTaskResumesExactly trains an experiment of each task once in one go, and once interrupted, killed and
// interrupted again. Both end with the same bytes: weights, optimizer and state; and have written the same metrics.
func TestEveryTaskResumesExactly(t *testing.T) {
	var tried []string
	for _, c := range resumed {
		x, err := Load(c.name)
		if err != nil {
			t.Fatal(err)
		}
		tried = append(tried, x.Task)
	}
	for _, name := range all.Names() {
		if !slices.Contains(tried, name) {
			t.Errorf("task %s has no experiment here", name)
		}
	}
	for _, c := range resumed {
		t.Run(strings.ReplaceAll(c.name, "/", "-"), func(t *testing.T) {
			b := backendtest.Any(t)
			whole, parts := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "parts")
			trainPiece(t, b, c.name, c.set, whole, 0, false)
			for _, p := range pieces {
				trainPiece(t, b, c.name, c.set, parts, p.until, p.kill)
			}
			sameRuns(t, whole, parts)
			examples(t, whole)
		})
	}
}

// trainPiece trains in a folder until a step, or to the end where it is 0, as a process of its own would: everything is made
// anew. It ends as by Ctrl-C, or, where kill is true, without a word.
func trainPiece(t *testing.T, b compute.Backend, name, set, dir string, until int, kill bool) {
	t.Helper()
	x, err := loadWith(name, []Option{Set("model.latents=4", "model.latent_dim=16", "model.layers_per_block=1", "model.self_heads=2", "model.cross_heads=1",
		"model.dropout=0.1", "train.steps=7", "train.batch=2", "train.warmup_steps=2", "train.eval_every=4", "train.checkpoint_every=3", "train.log_every=2"),
		Set(strings.Fields(set)...)}, false)
	if err != nil {
		t.Fatal(err)
	}
	task, err := x.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	content, err := x.TOML()
	if err != nil {
		t.Fatal(err)
	}
	run, err := runs.Create(dir, content, runs.Info{Experiment: x.Name})
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	killed := errors.New("killed")
	defer func() {
		if r := recover(); r != nil && r != killed {
			panic(r)
		}
	}()
	result, err := train.Run(ctx, train.Job{Backend: b, Task: hasty(task), Config: x.Experiment.Train, Run: run, Watch: func(p train.Progress) {
		switch {
		case p.Step == until && kill:
			panic(killed) // nothing after it runs but what frees the lock
		case p.Step == until:
			cancel()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[bool]string{true: runs.Done, false: runs.Interrupted}[until == 0]; result.Status != want {
		t.Fatalf("until step %d: it is %s after step %d", until, result.Status, result.Step)
	}
}

// disorder is a task whose batches of even steps take longer, so that workers end out of order.
type disorder struct{ tasks.Task }

func (d disorder) TrainBatch(step int) (tasks.Batch, error) {
	if step%2 == 0 {
		time.Sleep(5 * time.Millisecond)
	}
	return d.Task.TrainBatch(step)
}

func hasty(task tasks.Task) tasks.Task {
	if m, ok := task.(tasks.Measurer); ok {
		return struct {
			disorder
			tasks.Measurer
		}{disorder{task}, m}
	}
	return disorder{task}
}

// examples draws held-out examples of a run, whatever its task is.
func examples(t *testing.T, dir string) {
	t.Helper()
	if !strings.HasPrefix(os.Getenv("GOMLX_BACKEND"), "go") {
		return // as the pictures are the same, another program need not be compiled for each task
	}
	r, err := OpenRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	if paths, err := r.Draw(t.Context()); err != nil || len(paths) != 2 {
		t.Errorf("drawn: %v, %v", paths, err)
	}
}

func sameRuns(t *testing.T, one, two string) {
	t.Helper()
	var records [2][]runs.Record
	for i, dir := range []string{one, two} {
		r, err := runs.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.Records()
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range all {
			record.StepsPerSecond = 0
			records[i] = append(records[i], record)
		}
	}
	if len(records[0]) < 6 || !reflect.DeepEqual(records[0], records[1]) {
		t.Errorf("metrics.jsonl differs:\n%+v\n%+v", records[0], records[1])
	}
	for _, name := range []string{"model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"} {
		last := filepath.Join("checkpoints", "step-000007", name)
		a, err := os.ReadFile(filepath.Join(one, last))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(two, last)); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs, %v", name, err)
		}
	}
}
