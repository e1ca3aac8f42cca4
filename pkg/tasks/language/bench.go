// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"math/rand/v2"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Benchmark is a model whose speed is compared with other implementations of it, on random bytes.
type Benchmark struct {
	Config string
	Batch  int
	*Task
}

// Benchmarks are the configurations of docs/performance.md: S and L are trained, F is the published model, run forward.
func Benchmarks() map[string]Benchmark {
	s := Model{Config: perceiver.Config{Latents: 64, LatentDim: 128, Blocks: 2, LayersPerBlock: 4, SelfHeads: 8, CrossHeads: 1, QKWidth: 128},
		EmbeddingDim: 128, EmbeddingStd: 0.02, Positions: "fourier", Bands: 32,
		Queries: "learned", QueryDim: 128, QueryStd: 0.02, DecoderHeads: 1, Readout: "linear", vocabulary: 257}
	l := Model{Config: perceiver.Config{Latents: 128, LatentDim: 256, Blocks: 1, LayersPerBlock: 8, SelfHeads: 8, CrossHeads: 8},
		EmbeddingDim: 256, EmbeddingStd: 0.02, Positions: "learned", Bands: 1,
		Queries: "learned", QueryDim: 256, QueryStd: 0.02, DecoderHeads: 8, Readout: "tied"}
	out := map[string]Benchmark{}
	for _, b := range []struct {
		name   string
		model  Model
		batch  int
		length int
	}{{"S", s, 8, 256}, {"L", l, 8, 512}, {"F", Paper(), 1, 2048}} {
		n, err := b.model.network(b.length)
		if err != nil {
			panic(err) // a mistake in the lines above
		}
		out[b.name] = Benchmark{b.name, b.batch, &Task{network: n, batch: b.batch, data: Data{Length: b.length}}}
	}
	return out
}

// Paper is the model of the paper with the published names: 201,108,230 weights, windows of 2,048 bytes.
func Paper() Model {
	return Model{Config: perceiver.Config{Latents: 256, LatentDim: 1280, Blocks: 1, LayersPerBlock: 26, SelfHeads: 8, CrossHeads: 8, QKWidth: 256, VWidth: 1280},
		EmbeddingDim: 768, EmbeddingStd: 0.02, Positions: "learned", Bands: 1,
		Queries: "learned", QueryDim: 768, QueryStd: 0.02, DecoderHeads: 8, DecoderQKWidth: 256, DecoderVWidth: 768, Readout: "tied"}
}

// Size is the number of examples in a step.
func (b Benchmark) Size() int { return b.Batch }

// TrainBatch makes random bytes of which about a seventh is hidden.
func (b Benchmark) TrainBatch(step int) (tasks.Batch, error) {
	r := rand.New(rand.NewPCG(1, uint64(step)))
	ids, truth, hidden := b.room()
	for i := range ids {
		truth[i] = int32(97 + r.IntN(16))
		ids[i] = truth[i]
		if r.Float64() < 0.15 {
			ids[i], hidden[i] = 3, 1
		}
	}
	return b.pack(ids, truth, hidden), nil
}
