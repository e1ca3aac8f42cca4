// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
)

// A small network holds 4 frames of 8×12 pixels, 64 samples of sound and a class in 6 vectors, and gives all of it back.
// The class is hidden from it, so its scores are a guess; with fresh weights, everything is.
func Example() {
	model := multimodal.Model{
		Config: perceiver.Config{Latents: 6, LatentDim: 16, Blocks: 1, LayersPerBlock: 2, SelfHeads: 4, CrossHeads: 1},
		Frames: 4, Height: 8, Width: 12, Samples: 64, Classes: 10,
		ImageBands: 4, AudioBands: 4, LabelQueryDim: 16, OutputDim: 16, MaskLabel: 0.5,
	}
	network, err := model.Network()
	if err != nil {
		log.Fatal(err)
	}
	weights, err := perceiver.NewWeights(network.Params(), dtypes.Float32)
	if err != nil {
		log.Fatal(err)
	}
	if err := weights.Init(1); err != nil {
		log.Fatal(err)
	}
	backend, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		log.Fatal(err)
	}
	reconstructor, err := network.NewReconstructor(backend, weights)
	if err != nil {
		log.Fatal(err)
	}
	defer reconstructor.Close()

	clip := multimodal.Recording{Video: make([]float32, 4*8*12*3), Audio: make([]float32, 64)}
	again, err := reconstructor.Reconstruct(context.Background(), clip)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(again.Latents), "numbers hold", len(clip.Video), "of video and", len(clip.Audio), "of sound")
	fmt.Println(len(again.Video), "of video,", len(again.Audio), "of sound and", len(again.Label), "scores came back")
	// Output:
	// 96 numbers hold 1152 of video and 64 of sound
	// 1152 of video, 64 of sound and 10 scores came back
}
