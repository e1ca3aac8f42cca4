// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"math/rand/v2"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Benchmark is a model whose speed is compared with other implementations of it, on random pixels.
type Benchmark struct {
	Config string
	Batch  int
	*Task
}

// Benchmarks are the configurations of docs/performance.md: I has 4,096 pixels with Fourier positions, and is trained.
func Benchmarks() map[string]Benchmark {
	m := Defaults()
	m.Config = perceiver.Config{Latents: 256, LatentDim: 256, Blocks: 2, LayersPerBlock: 6, SelfHeads: 8, CrossHeads: 1}
	m.Classes = 100
	n, err := m.Network(64, 64)
	if err != nil {
		panic(err) // a mistake in the lines above
	}
	const batch = 4
	return map[string]Benchmark{"I": {"I", batch, &Task{Network: n, batch: batch}}}
}

// Size is the number of examples in a step.
func (b Benchmark) Size() int { return b.Batch }

// TrainBatch makes random pixels, each picture of a random class.
func (b Benchmark) TrainBatch(step int) (tasks.Batch, error) {
	r := rand.New(rand.NewPCG(1, uint64(step)))
	room := b.room()
	for i := range room.pixels {
		room.pixels[i] = float32(r.NormFloat64())
	}
	for row := range b.Batch {
		room.target[row*b.Classes+r.IntN(b.Classes)] = 1
		room.counts[row] = 1
	}
	return room.pack(b.Task), nil
}
