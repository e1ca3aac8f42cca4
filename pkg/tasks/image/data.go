// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"
	"image"
	"math"

	"github.com/perceiver-go/perceiver/datasets/pictures"
)

// Data is the section [data] of an image experiment.
type Data struct {
	Size int `toml:"size"` // height and width of the pictures that the model sees

	CropArea  float64 `toml:"crop_area"` // of random crops: the smallest part of a picture's area; 0: no such crops
	Shift     int     `toml:"shift"`     // pixels by which pictures are moved at random
	Flip      bool    `toml:"flip"`      // mirrors every second picture
	Layers    int     `toml:"randaugment_layers"`
	Magnitude float64 `toml:"randaugment_magnitude"` // from 0 to 10

	Mix            string  `toml:"mix"`             // "", "mixup", "cutmix", or "both": MixUp in the first half of a batch, CutMix in the other
	MixAlpha       float64 `toml:"mix_alpha"`       // of MixUp's Beta distribution
	LabelSmoothing float64 `toml:"label_smoothing"` // part of the target that is spread over all classes

	PermutePixels bool `toml:"permute_pixels"` // gives every picture's pixels other places, the same ones always, before positions are added
	EvalExamples  int  `toml:"eval_examples"`  // held-out pictures, the same in every run; 0: all
}

func (d Data) check() error {
	for _, k := range []struct {
		key   string
		value float64
		ok    bool
		rule  string
	}{
		{"crop_area", d.CropArea, d.CropArea >= 0 && d.CropArea <= 1, "from 0 to 1"},
		{"shift", float64(d.Shift), d.Shift >= 0 && d.Shift < max(d.Size, 1), "from 0 to below data.size"},
		{"randaugment_layers", float64(d.Layers), d.Layers >= 0 && d.Layers <= 100, "from 0 to 100"},
		{"randaugment_magnitude", d.Magnitude, d.Magnitude >= 0 && d.Magnitude <= 10, "from 0 to 10"},
		{"mix_alpha", d.MixAlpha, d.MixAlpha > 0 && d.MixAlpha <= 1, "above 0 and at most 1"},
		{"label_smoothing", d.LabelSmoothing, d.LabelSmoothing >= 0 && d.LabelSmoothing < 1, "at least 0 and below 1"},
		{"eval_examples", float64(d.EvalExamples), d.EvalExamples >= 0, "at least 0"},
	} {
		if !k.ok || math.IsNaN(k.value) {
			return fmt.Errorf("data.%s = %v: it must be %s", k.key, k.value, k.rule)
		}
	}
	switch d.Mix {
	case "", "mixup", "cutmix", "both":
		return nil
	}
	return fmt.Errorf("data.mix = %q: it must be \"\", \"mixup\", \"cutmix\" or \"both\"", d.Mix)
}

func (d Data) augment() pictures.Augment {
	return pictures.Augment{CropArea: d.CropArea, Shift: d.Shift, Flip: d.Flip, Layers: d.Layers, Magnitude: d.Magnitude}
}

// seen are the pixels of a picture as it is looked at outside of training: as it is, where it has the model's size, else as
// the published processor makes it.
func seen(img *image.RGBA, size int) ([]float32, error) {
	if b := img.Bounds(); b.Dx() != size || b.Dy() != size {
		return Processor{Size: size}.Pixels(img)
	}
	return normalise(img), nil
}

// normalise are the colours of a picture with the mean and deviation of ImageNet's taken off, [H, W, 3].
func normalise(img *image.RGBA) []float32 {
	out := make([]float32, 0, len(img.Pix)/4*colours)
	for i, b := range img.Pix {
		if c := i % 4; c < colours {
			out = append(out, (float32(b)/255-Mean[c])/Std[c])
		}
	}
	return out
}
