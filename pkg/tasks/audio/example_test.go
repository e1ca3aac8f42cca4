// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/audio"
)

// A fresh model is asked what is to be heard in a generated sound. It knows nothing yet, so no class is likely.
func Example() {
	opened, err := audio.NewSpec().Open(context.Background(), tasks.Options{})
	if err != nil {
		log.Fatal(err)
	}
	task := opened.(*audio.Task)
	weights, err := perceiver.NewWeights(task.Params(), dtypes.Float32)
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
	listener, err := task.NewListener(backend, weights)
	if err != nil {
		log.Fatal(err)
	}
	defer listener.Close()

	clip := task.Sounds().HeldOut(0)
	heard, err := listener.Hear(clip.Sound)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d samples of a %s, %d inputs, %d classes\n", len(clip.Samples), task.Classes()[clip.Classes[0]], task.Shapes().M, len(heard.Probabilities))
	// Output: 8000 samples of a rise, 80 inputs, 10 classes
}
