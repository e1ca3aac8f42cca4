// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"image"
	"image/color"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// smallModel looks at 6×8 pixels and runs in no time.
func smallModel() Model {
	return Model{Config: perceiver.Config{Latents: 3, LatentDim: 8, Blocks: 1, LayersPerBlock: 1, SelfHeads: 2, CrossHeads: 1},
		Height: 6, Width: 8, FeatureDim: 5, Bands: 2, TileOverlap: 2}
}

func smallNetwork(t testing.TB) (*Network, *perceiver.Weights) {
	t.Helper()
	n, err := smallModel().Network()
	if err != nil {
		t.Fatal(err)
	}
	w, err := perceiver.NewWeights(n.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	// The last layer starts at 0, with which every answer would be the same.
	last := w.Variable("", "perceiver.decoder.decoder.final_layer.weight")
	values := make([]float32, last.Shape().Size())
	for i := range values {
		values[i] = float32(i*7%11) - 5
	}
	if err := last.SetValue(tensors.FromFlatDataAndDimensions(values, last.Shape().Dimensions...)); err != nil {
		t.Fatal(err)
	}
	return n, w
}

// picture is a made-up picture that differs from place to place.
func picture(width, height, seed int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.NRGBA{uint8(x*31 + y*17 + seed*97), uint8(x*x + 5*y*seed), uint8(x * y * 3), 255})
		}
	}
	return img
}

func wide(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = float64(x)
	}
	return out
}
