// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow_test

import (
	"context"
	"fmt"
	"image"
	"log"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
)

// A small network looks at two pictures that are larger than it. A fresh one sees no movement: its last layer starts at 0.
func Example() {
	model := flow.Model{
		Config: perceiver.Config{Latents: 8, LatentDim: 16, Blocks: 1, LayersPerBlock: 2, SelfHeads: 4, CrossHeads: 1},
		Height: 24, Width: 32, FeatureDim: 16, Bands: 4,
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
	estimator, err := network.NewEstimator(backend, weights, 2)
	if err != nil {
		log.Fatal(err)
	}
	defer estimator.Close()

	first, second := image.NewGray(image.Rect(0, 0, 50, 24)), image.NewGray(image.Rect(0, 0, 50, 24))
	field, err := estimator.Estimate(context.Background(), flow.NewFrame(first), flow.NewFrame(second))
	if err != nil {
		log.Fatal(err)
	}
	u, v := field.At(10, 20)
	fmt.Println("tiles", network.Tiles(24, 50))
	fmt.Println("field", field.Width, "×", field.Height, "pixels, at (10, 20) to the right", u, "and down", v)
	// Output:
	// tiles [{0 0 2} {18 0 2}]
	// field 50 × 24 pixels, at (10, 20) to the right 0 and down 0
}
