// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package paritytest

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Model is a task's model in its published form. Its inputs and outputs have the names of the fixtures, "in.…"
// and "out.…".
type Model interface {
	Params() []perceiver.Param
	Forward(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error)
}

// Open makes the model of config.json and custom.json, which is nil where there is none.
type Open func(t *testing.T, config, custom []byte) Model

// tiny is a folder of shared/parity/tiny.
type tiny struct {
	model                  Model
	weights, io, gradients map[string]Array
	layers, blocks         int
	meta                   struct {
		Parameters    int                `json:"parameters"`
		Bound         map[string]float64 `json:"recommended_atol"`
		GradientBound float64            `json:"recommended_atol_grad"`
	}
}

// Tiny compares every output, intermediate value and gradient of a folder of shared/parity/tiny on each backend.
func Tiny(t *testing.T, name string, open Open) {
	folder := Folder(t, "tiny", name)
	config, err := os.ReadFile(filepath.Join(folder, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	custom, err := os.ReadFile(filepath.Join(folder, "custom.json"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	c, err := perceiver.ParsePublished(config)
	if err != nil {
		t.Fatal(err)
	}
	f := &tiny{model: open(t, config, custom), weights: Read(t, folder, "model.safetensors"), io: Read(t, folder, "io.safetensors"),
		layers: c.Layers, blocks: c.Blocks}
	if _, err := os.Stat(filepath.Join(folder, "grads.safetensors")); err == nil {
		f.gradients = Read(t, folder, "grads.safetensors")
	}
	JSON(t, &f.meta, folder, "meta.json")
	if n := perceiver.Count(f.model.Params()); n != f.meta.Parameters {
		t.Errorf("the model has %d parameters, published with %d", n, f.meta.Parameters)
	}
	backendtest.Each(t, f.run)
}

// Load makes the weights of a model from the published ones, of which none may be left over.
func Load(t *testing.T, model Model, published map[string]Array) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(model.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range w.Params() {
		for _, piece := range p.Pieces {
			known[piece.Name] = true
		}
	}
	for name := range published {
		if !known[name] {
			t.Errorf("the published tensor %s has no place in the model", name)
		}
	}
	err = w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		a, ok := published[piece.Name]
		if !ok || !slices.Equal(a.Shape, piece.Shape) {
			return nil, fmt.Errorf("%s: shape %v, published with %v", piece.Name, piece.Shape, a.Shape)
		}
		return a.Floats(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (f *tiny) run(t *testing.T, b compute.Backend) {
	w := Load(t, f.model, f.weights)
	var inputs []string
	var args []*tensors.Tensor
	for _, name := range slices.Sorted(maps.Keys(f.io)) {
		if strings.HasPrefix(name, "in.") {
			inputs = append(inputs, name)
			if a := f.io[name]; strings.HasPrefix(name, "in.subsampled.") {
				args = append(args, a.Ints())
			} else {
				args = append(args, a.Tensor())
			}
		}
	}
	var names, trained []string // of the results, in order
	program, err := w.Compile(b, "parity", func(p *perceiver.Pass, args []*Node) ([]*Node, error) {
		in, cotangents := map[string]*Node{}, map[string]*Node{}
		for i, name := range inputs {
			if output, ok := strings.CutPrefix(name, "in.cotangent."); ok {
				cotangents["out."+output] = args[i]
			} else {
				in[name] = args[i]
			}
		}
		var results []*Node
		add := func(name string, value *Node) {
			a, ok := f.io[name]
			if !ok || slices.Contains(names, name) {
				return
			}
			if value.Shape().Size() != len(a.Values) {
				panic(fmt.Errorf("%s has shape %v, published with %v", name, value.Shape().Dimensions, a.Shape))
			}
			names, results = append(names, name), append(results, value)
		}
		names, trained = nil, nil
		p.Tap = f.tap(add)
		out, err := f.model.Forward(p, in)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(out)) { // in order: a program that was compiled once is kept
			add(name, out[name])
			add("out64."+strings.TrimPrefix(name, "out."), out[name])
		}
		if len(cotangents) == 0 {
			return results, nil
		}
		loss := ScalarZero(p.Graph(), dtypes.Float32)
		for _, name := range slices.Sorted(maps.Keys(cotangents)) {
			weight := cotangents[name]
			loss = Add(loss, ReduceAllSum(Mul(weight, Reshape(out[name], weight.Shape().Dimensions...))))
		}
		add("out.cotangent_dot", loss)
		var values []*Node
		for _, param := range w.Params() {
			if param.Trainable() {
				trained, values = append(trained, param.Name), append(values, p.Weight(param.Name))
			}
		}
		return append(results, Gradient(loss, values...)...), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	results, err := program.Run(args...)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		Near(t, name, wide(t, results[i]), f.io[name].Values, f.bound(name))
	}
	for name := range f.io {
		if (strings.HasPrefix(name, "out") || strings.HasPrefix(name, "dbg.")) && !slices.Contains(names, name) {
			t.Errorf("%s was not compared", name)
		}
	}
	f.compareGradients(t, w, trained, results[len(names):])
}

// bound is the tolerance of a value of io.safetensors.
func (f *tiny) bound(name string) float64 {
	largest := slices.Max(slices.Collect(maps.Values(f.meta.Bound)))
	_, output, _ := strings.Cut(name, ".")
	switch {
	case name == "out.cotangent_dot":
		return 1e-5 * max(1, math.Abs(f.io[name].Values[0]))
	case strings.HasPrefix(name, "out"):
		return f.meta.Bound[output]
	case strings.HasPrefix(name, "dbg.position_encoding"), strings.HasPrefix(name, "dbg.inputs_without_pos"), name == "dbg.preprocessed", name == "dbg.decoder_query":
		return 2e-6
	}
	return largest
}

var selfLayer = regexp.MustCompile(`^perceiver\.encoder\.self_attends\.\d+\.probs$`)

// tap gives the intermediate values of a pass the names of the fixtures.
func (f *tiny) tap(add func(name string, value *Node)) func(name string, value *Node) {
	hidden, attentions := 0, 0
	return func(name string, value *Node) {
		switch {
		case name == "hidden_states": // the fixtures have the end of each block, which is the start of the next, twice
			if hidden%f.layers == 0 && hidden > 0 {
				add("dbg.hidden_states."+strconv.Itoa(hidden/f.layers*(f.layers+1)-1), value)
			}
			add("dbg.hidden_states."+strconv.Itoa(hidden+hidden/f.layers), value)
			hidden++
		case name == "latents":
			add("dbg.hidden_states."+strconv.Itoa(f.blocks*(f.layers+1)-1), value)
		case name == "queries":
			add("dbg.decoder_query", value)
		case name == "outputs":
			add("dbg.decoder_output", value)
		case name == "perceiver.encoder.cross_attention.probs":
			add("dbg.cross_attentions.encoder", value)
		case name == "perceiver.decoder.decoder.decoding_cross_attention.probs":
			add("dbg.cross_attentions.decoder", value)
		case selfLayer.MatchString(name):
			add("dbg.attentions."+strconv.Itoa(attentions), value)
			attentions++
		default:
			add("dbg."+layerName(name), value)
		}
	}
}

// layerName is the fixtures' name of a layer, or of a value inside one.
func layerName(name string) string {
	if part, ok := strings.CutPrefix(name, "perceiver.decoder.decoder.decoding_cross_attention."); ok {
		return "decoder.cross_attention." + part
	}
	return strings.TrimPrefix(name, "perceiver.")
}

// compareGradients puts the gradients in the place of weights, to have them by their published names.
func (f *tiny) compareGradients(t *testing.T, w *perceiver.Weights, trained []string, gradients []*tensors.Tensor) {
	if f.gradients == nil {
		return
	}
	if err := w.AddSlot("gradient"); err != nil {
		t.Fatal(err)
	}
	for i, name := range trained {
		if err := w.Variable("gradient", name).SetValue(gradients[i]); err != nil {
			t.Fatal(err)
		}
	}
	compared := 0
	err := w.Published("gradient", func(piece perceiver.Piece, values []float32) error {
		want, ok := f.gradients[piece.Name]
		if !ok {
			return fmt.Errorf("there is no published gradient of %s", piece.Name)
		}
		compared++
		Near(t, "gradient of "+piece.Name, widen(values), want.Values, f.meta.GradientBound)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if compared != len(f.gradients) {
		t.Errorf("%d gradients were compared, %d are published", compared, len(f.gradients))
	}
}

func wide(t testing.TB, x *tensors.Tensor) []float64 {
	t.Helper()
	values, err := perceiver.Float32s(x)
	if err != nil {
		t.Fatal(err)
	}
	return widen(values)
}

func widen(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = float64(x)
	}
	return out
}
