// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"math/rand/v2"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Benchmarks are networks whose memory is measured while they make a video of the published size, 16 frames of 224×224
// pixels, again: S is small and quick, F is the published one.
func Benchmarks() map[string]*Network {
	s := defaults()
	s.Height, s.Width, s.PatchSide, s.Samples, s.PatchSamples, s.ImageResolution = 224, 224, 8, 30720, 16, []int{16, 28, 28}
	out := map[string]*Network{}
	for name, m := range map[string]Model{"S": s, "F": Paper()} {
		n, err := m.Network()
		if err != nil {
			panic(err) // a mistake in the lines above
		}
		out[name] = n
	}
	return out
}

// Paper is the published model with 784 latents, whose sizes are those of the fields that are 0.
func Paper() Model {
	return Model{Config: perceiver.Config{Latents: 784, LatentDim: 512, Blocks: 1, LayersPerBlock: 8, SelfHeads: 8, CrossHeads: 1}, MaskLabel: 0.5}
}

// Noise is a recording of random colours and samples.
func (n *Network) Noise(seed uint64) Recording {
	r := rand.New(rand.NewPCG(seed, 0))
	c := Recording{Video: make([]float32, colours*n.pixels()), Audio: make([]float32, n.Samples)}
	for i := range c.Video {
		c.Video[i] = r.Float32()
	}
	for i := range c.Audio {
		c.Audio[i] = 2*r.Float32() - 1
	}
	return c
}

// Outputs is O: sound patches, pixels, and the class.
func (n *Network) Outputs() (patches, pixels, classes int) { return n.patches(), n.pixels(), 1 }
