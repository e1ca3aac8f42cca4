// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Names of the pictures that a run is drawn in.
const (
	modelPicture    = "model.png"
	examplesPicture = "examples.png"
)

// Draw draws the run's model and what its best checkpoint makes of some held-out examples into the run's folder of
// pictures, and returns their paths. Of a run without a checkpoint only the model is drawn.
func (r *Run) Draw(ctx context.Context) (paths []string, err error) {
	dir := filepath.Join(r.Dir, runs.PicturesFolder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		name string
		draw func(context.Context) (*viz.Drawing, error)
	}{{modelPicture, r.X.Diagram}, {examplesPicture, r.Examples}} {
		if _, err := r.Best(); p.name == examplesPicture && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		drawing, err := p.draw(ctx)
		if err != nil {
			return paths, err
		}
		png, err := viz.PNG(drawing, 0, 0)
		if err != nil {
			return paths, err
		}
		path := filepath.Join(dir, p.name)
		if err := os.WriteFile(path, png, 0o644); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// Examples draws what the run's best checkpoint makes of the first held-out examples, as it suits the task: filled-in
// text, movements, remade videos, sounds taken for others, battles; of other tasks, where the latents look.
func (r *Run) Examples(ctx context.Context) (*viz.Drawing, error) {
	switch r.X.Task {
	case "language":
		return r.readings(ctx)
	case "flow":
		return r.estimates(ctx)
	case "multimodal":
		clips, err := r.Remake(ctx, 0)
		if err != nil {
			return nil, err
		}
		return clips[0].Strips(), nil
	case "audio":
		ear, err := r.Ear(ctx)
		if err != nil {
			return nil, err
		}
		defer ear.Close()
		heard, err := ear.Listen(ctx, 200)
		if err != nil {
			return nil, err
		}
		return SoundConfusion("Held-out sounds: what they are, and what they are taken for", ear.Task.Classes(), heard), nil
	case "units":
		if drawing, err := r.maps(ctx); err == nil || ctx.Err() != nil {
			return drawing, err
		} // replays, or an encoder that is no Perceiver IO
	}
	a, err := Attention(ctx, r, AttentionOf{})
	if err != nil {
		return nil, err
	}
	return a.EncoderMap("Where the latents look in the first held-out example", nil), nil
}

func (r *Run) readings(ctx context.Context) (*viz.Drawing, error) {
	reader, err := r.Reader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	var readings []*Reading
	for i := range min(4, reader.Task.EvalExamples()) {
		reading, err := reader.HeldOut(i)
		if err != nil {
			return nil, err
		}
		readings = append(readings, reading)
	}
	return MaskedText("Held-out text", readings...), nil
}

func (r *Run) estimates(ctx context.Context) (*viz.Drawing, error) {
	task, err := r.X.FlowTask(ctx)
	if err != nil {
		return nil, err
	}
	var pairs []*movement.Pair
	for i := range min(3, task.EvalExamples()) {
		pair, err := task.HeldOut(i)
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, pair)
	}
	found, err := EstimateFlow(ctx, r, pairs...)
	if err != nil {
		return nil, err
	}
	return DrawEstimates("Held-out pairs", found...), nil
}

func (r *Run) maps(ctx context.Context) (*viz.Drawing, error) {
	c, err := r.Commander(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if drawing, err := c.SurvivalMaps(0); err == nil {
		return drawing, nil
	}
	return c.LatentMaps(0)
}
