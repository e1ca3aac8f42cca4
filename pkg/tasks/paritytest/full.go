// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package paritytest

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gofrs/flock"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// statistics are what is expected of an array that is too large to be stored.
type statistics struct {
	Layer  string  `json:"layer"`
	Shape  []int   `json:"shape"`
	Mean   float64 `json:"mean"`
	Std    float64 `json:"std"`
	AbsMax float64 `json:"absmax"`
	Probe  float64 `json:"probe"`
}

type expectations struct {
	Parameters   int                   `json:"parameters"`
	Outputs      map[string]statistics `json:"outputs"`
	Latents      statistics            `json:"last_hidden_state"`
	Preprocessed statistics            `json:"preprocessed"`
	Trace        []statistics          `json:"trace"` // what comes out of each layer, in the order in which they run
	Samples      map[string]struct {
		Sum   float64   `json:"sum"`
		First []float64 `json:"first"`
	} `json:"weight_samples"`
	NoiseProbe map[string]float64 `json:"float32_noise_probe"`
	Bound      map[string]float64 `json:"recommended_atol"`
	RMS        map[string]float64 `json:"recommended_rms"`
}

// mostMemory is what a model of published size may take, weights, inputs and results included.
const mostMemory = 12 << 30

// Full compares a model of published size, whose weights are made by a formula, with a folder of shared/parity/full. It
// needs XLA and some minutes, and is skipped in short tests. The outputs and the arrays of expected.safetensors are
// returned for what only the caller knows how to compare.
func Full(t *testing.T, name string, open Open, inputs map[string]*tensors.Tensor) (outputs map[string][]float32, stored map[string]Array) {
	t.Helper()
	folder := Folder(t, "full", name)
	if testing.Short() {
		t.Skip("a model of published size takes minutes")
	}
	b := backendtest.Any(t)
	if b.Name() != "xla" {
		t.Skip("a model of published size takes too long without XLA")
	}
	OneAtATime(t)
	config, err := os.ReadFile(filepath.Join(folder, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want expectations
	JSON(t, &want, folder, "expected.json")
	stored = Read(t, folder, "expected.safetensors")
	model := open(t, config, nil)
	if n := perceiver.Count(model.Params()); n != want.Parameters {
		t.Errorf("the model has %d parameters, published with %d", n, want.Parameters)
	}
	w := formulaWeights(t, model, want)

	args := slices.Sorted(maps.Keys(inputs))
	var names, layers []string
	program, err := w.Compile(b, "parity "+name, func(p *perceiver.Pass, nodes []*Node) ([]*Node, error) {
		in := map[string]*Node{}
		for i, name := range args {
			in[name] = nodes[i]
		}
		var results []*Node
		names, layers = nil, nil
		p.Tap = func(name string, value *Node) {
			layer, isLayer := strings.CutSuffix(layerName(name), ".out")
			if isLayer {
				layers = append(layers, layer)
				name = "layer " + strconv.Itoa(len(layers)-1)
			}
			if isLayer || name == "preprocessed" {
				names, results = append(names, name), append(results, value)
			}
		}
		out, err := model.Forward(p, in)
		for _, name := range slices.Sorted(maps.Keys(out)) {
			names, results = append(names, strings.TrimPrefix(name, "out.")), append(results, out[name])
		}
		return results, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	var values []*tensors.Tensor
	for _, name := range args {
		values = append(values, inputs[name])
	}
	results, err := program.Run(values...)
	if err != nil {
		t.Fatal(err)
	}
	outputs = map[string][]float32{}
	for i, name := range names {
		if outputs[name], err = perceiver.Float32s(results[i]); err != nil {
			t.Fatal(err)
		}
		results[i].FinalizeAll()
	}
	want.compare(t, outputs, layers, stored)
	if peak := peakMemory(); peak > mostMemory {
		t.Errorf("the test took %.1f GiB, want at most %d", float64(peak)/(1<<30), mostMemory>>30)
	} else {
		t.Logf("peak memory %.1f GiB", float64(peak)/(1<<30))
	}
	return outputs, stored
}

func formulaWeights(t *testing.T, model Model, want expectations) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(model.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	err = w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		values := FormulaWeight(piece.Name, piece.Shape)
		if s, ok := want.Samples[piece.Name]; ok {
			sum := 0.0
			for _, x := range values {
				sum += float64(x)
			}
			if math.Abs(sum-s.Sum) > 1e-6*max(1, math.Abs(s.Sum)) || !slices.Equal(widen(values[:len(s.First)]), s.First) {
				return nil, fmt.Errorf("%s: the formula gives sum %g and %v, want %g and %v", piece.Name, sum, values[:len(s.First)], s.Sum, s.First)
			}
		}
		return values, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (e expectations) compare(t *testing.T, outputs map[string][]float32, layers []string, stored map[string]Array) {
	t.Helper()
	for name, s := range e.Outputs {
		s.compare(t, name, outputs[name], e.Bound[name], 10*e.NoiseProbe[name])
		if a, ok := stored[name]; ok {
			e.near(t, name, name, widen(outputs[name]), a.Values)
		}
		if a, ok := stored[strings.Replace(name, "logits", "logits64", 1)]; ok {
			e.near(t, name, name+" in float64", widen(outputs[name]), a.Values)
		}
	}
	trace := 10 * e.NoiseProbe["trace"]
	e.Latents.compare(t, "last_hidden_state", outputs["last_hidden_state"], e.Bound["last_hidden_state"], trace)
	e.Preprocessed.compare(t, "preprocessed", outputs["preprocessed"], e.Bound["preprocessed"], trace)
	for _, name := range []string{"last_hidden_state", "preprocessed"} {
		rows, want := stored[name+".rows"].Values, stored[name+".values"]
		if len(rows) == 0 {
			t.Errorf("there are no rows of %s", name)
			continue
		}
		var got []float64
		width := want.Shape[1]
		for _, row := range rows {
			got = append(got, widen(outputs[name][int(row)*width:(int(row)+1)*width])...)
		}
		Near(t, name+", some rows", got, want.Values, e.Bound[name])
	}
	if len(layers) != len(e.Trace) {
		t.Fatalf("%d layers ran, want %d", len(layers), len(e.Trace))
	}
	for i, s := range e.Trace {
		if layers[i] != s.Layer {
			t.Errorf("layer %d is %s, want %s", i, layers[i], s.Layer)
		}
		s.compare(t, s.Layer, outputs["layer "+strconv.Itoa(i)], e.Bound["last_hidden_state"], trace)
	}
}

// near compares the stored values of an output, by their largest difference and by the root of the mean square.
func (e expectations) near(t *testing.T, output, what string, got, want []float64) {
	t.Helper()
	Near(t, what, got, want, e.Bound[output])
	RMS(t, what, got, want, e.RMS[output])
}

func (s statistics) compare(t *testing.T, name string, values []float32, bound, probeBound float64) {
	t.Helper()
	n, mean, square, largest := float64(len(values)), 0.0, 0.0, 0.0
	for _, x := range values {
		mean += float64(x) / n
		largest = max(largest, math.Abs(float64(x)))
	}
	for _, x := range values {
		square += (float64(x) - mean) * (float64(x) - mean)
	}
	for _, c := range []struct {
		what             string
		got, want, bound float64
	}{
		{"mean", mean, s.Mean, bound}, {"standard deviation", math.Sqrt(square / n), s.Std, max(bound, 1e-5*s.Std)}, // biased or not
		{"largest value", largest, s.AbsMax, bound}, {"probe", probe(name, values), s.Probe, probeBound},
	} {
		if !(math.Abs(c.got-c.want) <= c.bound) {
			t.Errorf("%s: the %s is %g, want %g within %g", name, c.what, c.got, c.want, c.bound)
		}
	}
}

// OneAtATime waits until no other test has a model of published size in memory, whichever package it belongs to.
func OneAtATime(t *testing.T) {
	t.Helper()
	lock := flock.New(filepath.Join(os.TempDir(), "perceiver-full-size-test.lock"))
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lock.Close() })
}

// peakMemory is the most memory that this process has had, in bytes, or 0 where the system does not say.
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			if err == nil {
				return kib << 10
			}
		}
	}
	return 0
}
