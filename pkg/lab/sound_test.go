// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/pkg/display"
)

// A model of sounds is trained for a few steps, and asked about held-out sounds and files.
func TestEar(t *testing.T) {
	quiet(t)
	dir := t.TempDir()
	x, err := Load("audio/tones", In(filepath.Join(dir, "run")), Set("model.latents=4", "model.latent_dim=16", "model.qk_width=16", "model.v_width=16", "model.query_dim=16",
		"data.held_out=12", "data.rate=4000", "data.hop=200", "data.mels=20", "model.patch=[2, 20]", "train.steps=3", "train.batch=4", "train.eval_every=0"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := x.Train(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m := run.Info.Metrics; !(m["map"] > 0) || !(m["top1"] >= 0) || run.Info.Baselines["linear"] == 0 {
		t.Errorf("metrics %v, baselines %v", m, run.Info.Baselines)
	}
	ear, err := run.Ear(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ear.Close()
	heard, err := ear.Listen(t.Context(), 100)
	if err != nil || len(heard) != 12 {
		t.Fatalf("%d sounds were heard, %v", len(heard), err)
	}
	right := 0.
	for i, c := range heard {
		if c.Number != i || c.Right != (c.Truth == c.Guess) || c.Truth != sounds.ToneClasses[c.Classes[0]] {
			t.Errorf("sound %d: %+v", i, c)
		}
		if c.Right {
			right++
		}
	}
	if got := run.Info.Metrics["top1"]; got-right/12 > 1e-6 || right/12-got > 1e-6 {
		t.Errorf("%g of 12 are right, the evaluation says %g", right, got)
	}
	old := display.Folder
	defer func() { display.Folder = old }()
	display.Folder = dir
	if err := Show(SoundConfusion("c", ear.Task.Classes(), heard), heard[0].WaveMap("w", 1), heard[0].Clip, heard[0].Sound); err != nil {
		t.Fatal(err)
	}
	wavs, _ := filepath.Glob(filepath.Join(dir, "*.wav"))
	if len(wavs) != 2 {
		t.Errorf("the players are %v", wavs)
	}
	p, err := run.Predict(t.Context(), wavs[0])
	if err != nil || !strings.Contains(p.Text, "%  "+heard[0].Guess) {
		t.Errorf("%s: %v, %v", wavs[0], p.Text, err)
	}

	l, err := Load("language/mlm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.SoundTask(t.Context()); err == nil || !strings.Contains(err.Error(), "only audio") {
		t.Errorf("a language experiment has sounds: %v", err)
	}
}

func TestMiddle(t *testing.T) {
	c := &HeardClip{Clip: &sounds.Clip{Sound: &sounds.Sound{Rate: 10, Samples: []float32{1, 2, 3, 4}}}}
	for seconds, want := range map[float64]string{0.2: "[2 3]", 0.6: "[0 1 2 3 4 0]"} {
		if got := fmt.Sprint(c.middle(seconds)); got != want {
			t.Errorf("%g s: %s, want %s", seconds, got, want)
		}
	}
}
