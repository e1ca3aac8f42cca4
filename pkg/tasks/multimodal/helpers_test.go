// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// smallModel has videos of 2 frames of 4×6 pixels, 12 samples of sound and 5 classes.
func smallModel() Model {
	return Model{Config: perceiver.Config{Latents: 3, LatentDim: 8, Blocks: 1, LayersPerBlock: 1, SelfHeads: 2, CrossHeads: 1, LatentStd: 1},
		Frames: 2, Height: 4, Width: 6, Samples: 12, Classes: 5, PatchSide: 2, PatchSamples: 3, ImageBands: 1, AudioBands: 2,
		LabelQueryDim: 7, OutputDim: 9}
}

// build makes a network and weights that are not so small that all answers are alike.
func build(t testing.TB, m Model) (*Network, *perceiver.Weights) {
	t.Helper()
	n, err := m.Network()
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
	for _, name := range modalities { // these begin at 0.02, which hardly shows
		v := w.Variable("", inputName+"mask."+name)
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(waves(v.Shape().Size(), float64(len(name)))[0], v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return n, w
}

// waves are made-up numbers from -1 to 1, one array for each phase.
func waves(count int, phases ...float64) [][]float32 {
	var out [][]float32
	for _, phase := range phases {
		values := make([]float32, count)
		for i := range values {
			values[i] = float32(math.Sin(phase + 1.7*float64(i) + phase*float64(i*i%11)))
		}
		out = append(out, values)
	}
	return out
}

// example is a batch of two recordings.
func example(m Model) map[string]*tensors.Tensor {
	join := func(count int, phase float64) []float32 {
		w := waves(count, phase, phase+1)
		return append(w[0], w[1]...)
	}
	return map[string]*tensors.Tensor{
		"in.audio": tensors.FromFlatDataAndDimensions(join(m.Samples, 1), 2, m.Samples, 1),
		"in.image": tensors.FromFlatDataAndDimensions(join(m.pixels()*3, 2), 2, m.Frames, 3, m.Height, m.Width),
		"in.label": tensors.FromFlatDataAndDimensions(join(m.Classes, 3), 2, m.Classes),
	}
}

// run executes a graph once on tensors by name and gives its outputs by name.
func run(t testing.TB, b compute.Backend, w *perceiver.Weights, in map[string]*tensors.Tensor, build func(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error)) (map[string][]float64, error) {
	t.Helper()
	var names, results []string
	var args []*tensors.Tensor
	for _, name := range slices.Sorted(maps.Keys(in)) { // in order: a program that was compiled once is kept
		names, args = append(names, name), append(args, in[name])
	}
	program, err := w.Compile(b, "test", func(p *perceiver.Pass, args []*Node) ([]*Node, error) {
		nodes := map[string]*Node{}
		for i, name := range names {
			nodes[name] = args[i]
		}
		out, err := build(p, nodes)
		var list []*Node
		results = nil
		for _, name := range slices.Sorted(maps.Keys(out)) {
			results, list = append(results, name), append(list, out[name])
		}
		return list, err
	})
	if err != nil {
		return nil, err
	}
	defer program.Close()
	values, err := program.Run(args...)
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	for i, name := range results {
		narrow, err := perceiver.Float32s(values[i])
		if err != nil {
			return nil, err
		}
		for _, x := range narrow {
			out[name] = append(out[name], float64(x))
		}
	}
	return out, nil
}

func forward(t testing.TB, b compute.Backend, n *Network, w *perceiver.Weights, in map[string]*tensors.Tensor) map[string][]float64 {
	t.Helper()
	out, err := run(t, b, w, in, n.Forward)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// pick takes rows of a flat [2, n, w] array.
func pick(values []float64, n, w int, rows []int32) []float64 {
	var out []float64
	for b := range 2 {
		for _, r := range rows {
			out = append(out, values[(b*n+int(r))*w:(b*n+int(r)+1)*w]...)
		}
	}
	return out
}
