// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

// A model of clips is trained for a few steps, and makes held-out clips again: what is shown of them is what was measured.
func TestRemake(t *testing.T) {
	quiet(t)
	x, err := Load("multimodal/shapes", In(filepath.Join(t.TempDir(), "run")), Set("model.latents=4", "model.latent_dim=16", "model.qk_width=16", "model.v_width=16",
		"model.frames=4", "model.height=8", "model.width=8", "model.samples=320", "model.image_bands=2", "model.output_dim=16", "model.label_query_dim=8",
		"data.eval_clips=5", "data.train_pixels=20", "train.steps=2", "train.batch=2", "train.eval_every=0"))
	if err != nil {
		t.Fatal(err)
	}
	run, err := x.Train(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clips, err := run.Remake(t.Context(), 0, 1, 2, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := x.Clips(t.Context(), 3)
	if err != nil || shown[0].Name != clips[3].Input || len(shown[0].Frames()) != 4 {
		t.Fatalf("clip 3: %v", err)
	}
	noise := 0. // of the videos: the evaluation's ratio is that of the mean over clips
	for _, c := range clips {
		noise += math.Pow(10, -c.VideoPSNR/10) / 5
		if c.Class == "" || c.Guess != c.Classes[0].Label {
			t.Errorf("%s is %q, taken for %q", c.Input, c.Class, c.Guess)
		}
	}
	if got, want := -10*math.Log10(noise), run.Info.Metrics["video_psnr"]; math.Abs(got-want) > 0.01 {
		t.Errorf("the clips have %g dB, the evaluation says %g", got, want)
	}
	for _, f := range []viz.Figure{clips[0].Strips(), clips[0].Waves(), ClipStrips("clips", shown...), ClipConfusion("classes", []string{"disc", "square", "triangle", "cross", "ring", "star"}, clips)} {
		if _, err := viz.PNG(f, 0, 0); err != nil {
			t.Error(err)
		}
	}
	if one, two := clips[0].Sound(), clips[0].AgainSound(); one.Rate != 8000 || two.Rate != 8000 || len(two.Samples) != 1280 || slices.Equal(one.Samples, two.Samples) {
		t.Errorf("the sounds have %d samples at %d in a second", len(two.Samples), two.Rate)
	}
	if _, err := run.Remake(t.Context(), 5); err == nil {
		t.Error("a clip that is not there was made again")
	}
	l, err := Load("language/mlm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Clips(t.Context(), 0); err == nil {
		t.Error("clips of text")
	}
}
