// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"context"
	"fmt"
	"math"

	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Data is the section [data] of a multimodal experiment: the clips, and what is asked for and made small in training.
type Data struct {
	Clips     string `toml:"clips"`      // "shapes": generated, or the user's files where --data names some; "files": those; "digits": written and spoken digits
	Speed     int    `toml:"speed"`      // frames in a second
	EvalClips int    `toml:"eval_clips"` // held-out clips, fewer where the data has no more

	// Outputs that are asked for in training, drawn anew for each example and step; 0: all. The class always is.
	TrainPatches int `toml:"train_patches"` // of the sound
	TrainPixels  int `toml:"train_pixels"`

	// How wrong a colour is in the loss: "absolute" (or ""), as published, or "squared". The absolute error of a pixel that is
	// more likely ground than not is least where the guess is ground alone, so that small things are found late.
	ImageError string `toml:"image_error"`

	// What counts how much in the loss: the mean errors of samples and of colours, and the cross-entropy of the class.
	WeightAudio float64 `toml:"weight_audio"`
	WeightImage float64 `toml:"weight_image"`
	WeightLabel float64 `toml:"weight_label"`
}

// Kinds of clips.
const (
	shapeClips = "shapes"
	digitClips = "digits"
	fileClips  = "files"
)

// Spec is the multimodal task's part of an experiment.
type Spec struct {
	Model Model `toml:"model"`
	Data  Data  `toml:"data"`
}

// NewSpec returns the defaults: a small model and generated clips. The weights of the loss are the published ones.
func NewSpec() tasks.Spec {
	return &Spec{
		Model: defaults(),
		Data:  Data{Clips: shapeClips, Speed: 25, EvalClips: 256, TrainPixels: 512, WeightAudio: 1, WeightImage: 0.03, WeightLabel: 1e-4},
	}
}

// Validate implements tasks.Spec.
func (s *Spec) Validate() error {
	_, err := s.network()
	return err
}

// network is the network of the specification, whose keys are all good.
func (s *Spec) network() (*Network, error) {
	n, err := s.Model.Network()
	if err != nil {
		return nil, err
	}
	d := s.Data
	if d.Clips != shapeClips && d.Clips != digitClips && d.Clips != fileClips {
		return nil, fmt.Errorf("data.clips = %q: it must be %q, %q or %q", d.Clips, shapeClips, digitClips, fileClips)
	}
	for _, f := range []struct {
		key           string
		value, lowest int
		highest       int
	}{
		{"speed", d.Speed, 1, 1000}, {"eval_clips", d.EvalClips, 1, maxSize},
		{"train_patches", d.TrainPatches, 0, maxCount}, {"train_pixels", d.TrainPixels, 0, maxCount},
	} {
		if f.value < f.lowest || f.value > f.highest {
			return nil, fmt.Errorf("data.%s = %d: it must be from %d to %d", f.key, f.value, f.lowest, f.highest)
		}
	}
	for _, f := range []struct {
		key   string
		value float64
	}{{"weight_audio", d.WeightAudio}, {"weight_image", d.WeightImage}, {"weight_label", d.WeightLabel}} {
		if !(f.value >= 0) || math.IsInf(f.value, 0) {
			return nil, fmt.Errorf("data.%s = %g: it must be a number, and not negative", f.key, f.value)
		}
	}
	if d.ImageError != "" && d.ImageError != "absolute" && d.ImageError != "squared" {
		return nil, fmt.Errorf("data.image_error = %q: it must be \"absolute\" or \"squared\"", d.ImageError)
	}
	if d.WeightAudio+d.WeightImage+d.WeightLabel == 0 {
		return nil, fmt.Errorf("data.weight_audio = 0: one of data.weight_audio, weight_image and weight_label must be above 0, or there is nothing to learn")
	}
	if err := s.format(n).Validate(); err != nil {
		return nil, fmt.Errorf("model.samples = %d, data.speed = %d: %w", n.Samples, d.Speed, err)
	}
	return n, nil
}

func (s *Spec) format(n *Network) video.Format {
	return video.Format{Frames: n.Frames, Height: n.Height, Width: n.Width, Samples: n.Samples, Speed: s.Data.Speed}
}

// names are those of the classes, where they are known without opening the data.
func (s *Spec) names(o tasks.Options) []string {
	switch {
	case s.Data.Clips == digitClips:
		return (&video.Digits{}).Classes()
	case s.Data.Clips == shapeClips && generated(o):
		return (&video.Shapes{}).Classes()
	}
	return nil
}

// imageSum is the sum of colours' errors that training makes small.
func (d Data) imageSum() string {
	if d.ImageError == "squared" {
		return image + "_squares"
	}
	return image
}

// generated reports whether no clips of the user's are named.
func generated(o tasks.Options) bool { return o.Data == "" || o.Data == shapeClips }

// clips opens the clips. They have no more classes than the network.
func (s *Spec) clips(ctx context.Context, n *Network, o tasks.Options) (video.Source, error) {
	var source video.Source
	var err error
	switch {
	case s.Data.Clips == digitClips:
		source, err = video.OpenDigits(ctx, o.Data, s.format(n), o.Seed, s.Data.EvalClips)
	case s.Data.Clips == fileClips && o.Data == "":
		err = fmt.Errorf("data.clips = %q: the clips are files of yours; name a folder with --data, with a folder of videos for each class in it", fileClips)
	case s.Data.Clips == shapeClips && generated(o):
		source = &video.Shapes{Format: s.format(n), Seed: o.Seed, Held: s.Data.EvalClips}
	default:
		source, err = video.OpenFiles(ctx, o.Data, s.format(n), o.Seed, s.Data.EvalClips)
	}
	if err != nil {
		return nil, err
	}
	if got := len(source.Classes()); got > n.Classes {
		return nil, fmt.Errorf("model.classes = %d: the clips have %d classes, and each needs a score", n.Classes, got)
	}
	return source, nil
}
