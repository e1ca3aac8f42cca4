// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep_test

import (
	"context"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/sweep"
)

func Example() {
	file := []byte("task = \"language\"\n")
	load := func(set ...string) (*experiment.Experiment, error) {
		return experiment.Parse("example.toml", "example", file, experiment.Options{Set: set})
	}
	variants, err := sweep.Grid([]string{"model.latents=32,16"})
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := sweep.NewPlan(context.Background(), load, sweep.Options{Variants: variants, Seeds: 3, Match: "flops"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range plan.Variants {
		fmt.Printf("%s: %d weights, %.1f MFLOP\n", v.Name(), v.Params, v.FLOPs/1e6)
	}
	fmt.Println(len(plan.Cells), "runs")
	// Output:
	// latents=32: 682312 weights, 54.1 MFLOP
	// latents=16 (layers_per_block=10): 1277768 weights, 55.5 MFLOP
	// 6 runs
}

func ExampleInterval() {
	mean, half := sweep.Interval([]float64{3.1, 3.3, 3.2})
	fmt.Printf("%.2f ± %.2f\n", mean, half)
	// Output: 3.20 ± 0.25
}
