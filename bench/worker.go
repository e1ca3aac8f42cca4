// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/train"
)

// Kinds of measurement.
const (
	steady = "steady"
	cold   = "cold"
	cached = "cached"
)

// Work is what one process measures.
type Work struct {
	Config  string `json:"config"`
	Kind    string `json:"kind"`
	Steps   int    `json:"steps"`
	Forward bool   `json:"forward"`          // the forward pass alone
	Pixels  int    `json:"pixels,omitempty"` // that are decoded, of a video
}

// Found is what it found. Times are in seconds.
type Found struct {
	Backend   string             `json:"backend"`
	LongRun   bool               `json:"long_run"`
	FirstStep time.Time          `json:"first_step"` // when the first step had ended
	Cache     backend.CacheStats `json:"cache"`
	Step      []float64          `json:"step"`
	Pass      []float64          `json:"pass"`
	PeakMB    int                `json:"peak_mb"`
}

// model is a task with random inputs.
type model interface {
	tasks.Task
	Size() int // examples in a step
}

// Tasks have configurations.
var Tasks = []string{"language", "image", "multimodal"}

// Configs are the configurations of a task, as docs/performance.md describes them.
func Configs(task string) []string {
	switch task {
	case "language":
		return []string{"S", "L", "F"}
	case "image":
		return []string{"I"}
	case "multimodal":
		return []string{"S", "F"} // of Decode
	}
	return nil
}

// benchmark is the model of a configuration of language or image, which have no name in common.
func benchmark(config string) (model, error) {
	if b, ok := language.Benchmarks()[config]; ok {
		return b, nil
	}
	if b, ok := image.Benchmarks()[config]; ok {
		return b, nil
	}
	return nil, fmt.Errorf("there is no configuration %q; there are S, L and F of language, and I of image", config)
}

// Do measures in this process.
func Do(ctx context.Context, w Work) (*Found, error) {
	if w.Kind == decoding {
		return decodeHere(ctx, w)
	}
	model, err := benchmark(w.Config)
	if err != nil {
		return nil, err
	}
	b, err := backend.Open(ctx, backend.Options{LongRun: w.Kind == steady, Install: true})
	if err != nil {
		return nil, err
	}
	weights, err := train.NewWeights(model)
	if err != nil {
		return nil, err
	}
	f := &Found{Backend: b.Name, LongRun: b.LongRun}
	var stepper *train.Stepper
	if !w.Forward {
		c := train.Defaults()
		c.WeightDecay = 0.01
		if stepper, err = train.NewStepper(b.Compute, model, weights, c); err != nil {
			return nil, err
		}
		defer stepper.Close()
	}
	if err := weights.Init(1); err != nil {
		return nil, err
	}
	if stepper != nil {
		f.Step, err = measure(ctx, model, w.Steps, f, func(i int, batch tasks.Batch) error {
			_, _, err := stepper.Step(i, batch)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if w.Kind == steady || w.Forward {
		if f.Pass, err = forward(ctx, b, model, weights, w.Steps, f); err != nil {
			return nil, err
		}
	}
	f.Cache, f.PeakMB = b.Cache(), train.PeakRSS()
	return f, nil
}

// measure times runs of a program after three that do not count, and notes when the first of all had ended.
func measure(ctx context.Context, model model, n int, f *Found, do func(i int, batch tasks.Batch) error) ([]float64, error) {
	const warmUp = 3
	var seconds []float64
	for i := range warmUp + n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		batch, err := model.TrainBatch(i)
		if err != nil {
			return nil, err
		}
		begin := time.Now()
		if err := do(i, batch); err != nil {
			return nil, err
		}
		if f.FirstStep.IsZero() {
			f.FirstStep = time.Now()
		}
		if n == 0 {
			return nil, nil
		}
		if i >= warmUp {
			seconds = append(seconds, time.Since(begin).Seconds())
		}
	}
	return seconds, nil
}

// forward times the way from inputs to outputs.
func forward(ctx context.Context, b *backend.Backend, model model, weights *perceiver.Weights, n int, f *Found) ([]float64, error) {
	program, err := train.NewForward(b.Compute, model, weights)
	if err != nil {
		return nil, err
	}
	defer program.Close()
	return measure(ctx, model, n, f, func(_ int, batch tasks.Batch) error {
		_, err := program.Run(batch)
		return err
	})
}
