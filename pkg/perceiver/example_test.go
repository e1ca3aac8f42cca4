// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver_test

import (
	"fmt"
	"log"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// A Perceiver IO for 2 series of 100 numbers: 8 latents look at all of them, think in 2 layers, and answer 5 learned
// queries with 3 numbers each. The answers mean nothing yet, because the weights are fresh.
func Example() {
	const batch, inputs, outputs = 2, 100, 5

	// What the model is made of. Positions are channels of the input, beside the numbers themselves.
	places := perceiver.Fourier{Name: "places", Grid: []int{inputs}, Bands: 4}
	encoder := perceiver.Config{Latents: 8, LatentDim: 16, Blocks: 1, LayersPerBlock: 2, SelfHeads: 4, CrossHeads: 1, InputDim: 1 + places.Width()}
	queries := perceiver.Queries{Name: "queries", Count: outputs,
		Parts: []perceiver.QueryPart{perceiver.Learned{Name: "queries.table", Rows: outputs, Dim: 12}}}
	decoder := perceiver.Decoder{Name: "decoder", QueryDim: queries.Width(), LatentDim: encoder.LatentDim, OutputDim: 3}

	// Its weights.
	params := append(places.Params(), encoder.Params()...)
	params = append(append(params, queries.Params()...), decoder.Params()...)
	weights, err := perceiver.NewWeights(params, dtypes.Float32)
	if err != nil {
		log.Fatal(err)
	}
	if err := weights.Init(1); err != nil {
		log.Fatal(err)
	}

	// What it computes: encode, process, decode.
	backend, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		log.Fatal(err)
	}
	program, err := weights.Compile(backend, "example", func(p *perceiver.Pass, in []*graph.Node) ([]*graph.Node, error) {
		x := graph.Concatenate([]*graph.Node{in[0], perceiver.Broadcast(places.Encode(p), batch)}, -1)
		z, err := encoder.Encode(p, x, nil)
		if err != nil {
			return nil, err
		}
		if z, err = encoder.Process(p, z, nil, nil); err != nil {
			return nil, err
		}
		q, err := queries.Array(p, perceiver.QueryInput{})
		if err != nil {
			return nil, err
		}
		y, err := decoder.Decode(p, z, q, nil)
		fmt.Println("inputs ", x.Shape().Dimensions)
		fmt.Println("latents", z.Shape().Dimensions)
		fmt.Println("queries", q.Shape().Dimensions)
		return []*graph.Node{y}, err
	})
	if err != nil {
		log.Fatal(err)
	}
	defer program.Close()
	answers, err := program.Run(tensors.FromFlatDataAndDimensions(make([]float32, batch*inputs), batch, inputs, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("outputs", answers[0].Shape().Dimensions)

	// What it costs, known before anything is built.
	var cost perceiver.Cost
	cost.Encode, cost.Process = encoder.Cost(inputs)
	cost.Decode = queries.Cost(outputs).Plus(decoder.Cost(outputs, encoder.Latents))
	fmt.Printf("%d weights, %.0f FLOPs for each example\n", cost.Total().Params, cost.Total().FLOPs)
	// Output:
	// inputs  [2 100 10]
	// latents [2 8 16]
	// queries [5 12]
	// outputs [2 5 3]
	// 6161 weights, 160488 FLOPs for each example
}
