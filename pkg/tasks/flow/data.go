// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
)

// Data is the section [data] of an optical flow experiment: pairs of pictures with the movement between them, and what
// is made of them in training.
//
// Training has three parts. In the first ReversedSteps steps nothing is augmented, and each pair is used twice, forward
// and reversed: without such a part training fails, says the paper. Over the next RampSteps steps the augmentation and the
// effects of the generator grow from nothing to their full strength, in which training goes on.
type Data struct {
	Train string `toml:"train"` // folder of pairs with their movement, of which every tenth is held out; "": pairs are generated

	// Generated pairs: some shapes, each with a texture, move over a background that moves too.
	Textures string  `toml:"textures"` // folder of pictures that textures are cut from; "": procedural ones, and the pictures of the Go installation
	Pairs    int     `toml:"pairs"`    // pairs before they come again; 0: they never do
	Height   int     `toml:"height"`   // of a pair, in pixels; 0: as the model's
	Width    int     `toml:"width"`    // of a pair, in pixels; 0: as the model's
	Layers   int     `toml:"layers"`   // most shapes over the background
	Motion   float64 `toml:"motion"`   // longest shift of a shape, in pixels; all lengths up to it are equally frequent
	Shared   float64 `toml:"shared"`   // part of its shift that a shape has from the background, as under a moving camera
	Turn     float64 `toml:"turn"`     // largest turn of a shape, in radians
	Zoom     float64 `toml:"zoom"`     // largest change of a shape's size: 0.1 is ±10 %
	Wave     float64 `toml:"wave"`     // highest wave in a shape's movement, in pixels
	Faint    float64 `toml:"faint"`    // effects, each from 0 to 1: what is on a shape hardly shows; 0.9 leaves a tenth to all of its contrast
	Light    float64 `toml:"light"`    // the second picture is lighter or darker
	Grain    float64 `toml:"grain"`    // noise
	Blur     float64 `toml:"blur"`     // along the movement
	Fog      float64 `toml:"fog"`      // over both pictures

	// Augmentation.
	ReversedSteps int     `toml:"reversed_steps"`
	RampSteps     int     `toml:"ramp_steps"`
	Rescale       float64 `toml:"rescale"` // largest change of the size, as a power of 2: 0.5 is from 0.7 to 1.4 times
	Stretch       float64 `toml:"stretch"` // largest difference between the changes along both axes, as a power of 2
	Flip          bool    `toml:"flip"`    // half of the pairs are mirrored left to right, a tenth upside down
	Colour        float64 `toml:"colour"`  // largest change of brightness, contrast and saturation, as a part
	Erase         float64 `toml:"erase"`   // probability with which parts of the second picture are covered

	Queries     int     `toml:"queries"`      // pixels of a pair that are asked for in training, drawn anew each time; 0: all
	LossPower   float64 `toml:"loss_power"`   // the loss is (d + loss_epsilon)^loss_power, d being the end-point error in units of model.flow_unit
	LossEpsilon float64 `toml:"loss_epsilon"` // in the same units
	EvalPairs   int     `toml:"eval_pairs"`   // generated pairs that are held out
}

// defaults is a small model of generated pairs; the published one is the paper profile of flow/autoflow.
func defaults() *Spec {
	s := &Spec{Data: Data{Layers: 2, Motion: 4, Turn: 0.05, Zoom: 0.05, Queries: 192, LossPower: 1, LossEpsilon: 0.0005, EvalPairs: 64}}
	m := &s.Model
	m.Latents, m.LatentDim, m.Blocks, m.LayersPerBlock, m.SelfHeads, m.CrossHeads = 64, 64, 1, 1, 4, 1
	m.Height, m.Width, m.FeatureDim, m.Bands, m.OutputDivisor = 16, 24, 32, 8, 1
	return s
}

// validate names the first key that cannot be used; m has its defaults.
func (d Data) validate(m Model) error {
	for _, f := range []struct {
		key      string
		value    int
		smallest int
		largest  int
	}{
		{"pairs", d.Pairs, 0, math.MaxInt}, {"height", positive(d.Height, m.Height), m.Height, maxSide}, {"width", positive(d.Width, m.Width), m.Width, maxSide},
		{"reversed_steps", d.ReversedSteps, 0, math.MaxInt}, {"ramp_steps", d.RampSteps, 0, math.MaxInt},
		{"queries", d.Queries, 0, m.pixels()}, {"eval_pairs", d.EvalPairs, 1, 1 << 20},
	} {
		if f.value < f.smallest || f.value > f.largest {
			return fmt.Errorf("data.%s = %d: it must be from %d to %d", f.key, f.value, f.smallest, f.largest)
		}
	}
	for _, f := range []struct {
		key     string
		value   float64
		largest float64
	}{{"loss_power", d.LossPower, 2}, {"loss_epsilon", d.LossEpsilon, 1}} {
		if !(f.value > 0 && f.value <= f.largest) {
			return fmt.Errorf("data.%s = %g: it must be above 0 and at most %g", f.key, f.value, f.largest)
		}
	}
	if err := d.augmentation(m).Validate(); err != nil {
		return fmt.Errorf("data.%w", err)
	}
	g := d.generator(m, movement.Textures(0, 1), 0)
	if err := g.Validate(); err != nil {
		return fmt.Errorf("data.%w", err)
	}
	return nil
}

// generator makes pairs out of textures.
func (d Data) generator(m Model, textures []*movement.Texture, seed uint64) *movement.Generator {
	return &movement.Generator{Width: positive(d.Width, m.Width), Height: positive(d.Height, m.Height), Textures: textures, Seed: seed,
		Layers: d.Layers, Motion: d.Motion, Shared: d.Shared, Turn: d.Turn, Zoom: d.Zoom, Wave: d.Wave,
		Faint: d.Faint, Light: d.Light, Grain: d.Grain, Blur: d.Blur, Fog: d.Fog}
}

// augmentation is at its full strength.
func (d Data) augmentation(m Model) movement.Augmentation {
	return movement.Augmentation{Width: m.Width, Height: m.Height, Rescale: d.Rescale, Stretch: d.Stretch, Flip: d.Flip, Colour: d.Colour, Erase: d.Erase}
}

// strength is that of the augmentation at a step, from 0 to 1.
func (d Data) strength(step int) float64 {
	switch past := step - d.ReversedSteps; {
	case past < 0:
		return 0
	case past < d.RampSteps:
		return float64(past) / float64(d.RampSteps)
	}
	return 1
}
