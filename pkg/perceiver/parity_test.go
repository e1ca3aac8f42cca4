// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// TestPublishedModels runs small models of the published port with their weights: from the encoder's input array and
// the decoder's query array, which belong to the tasks, to latents, every intermediate value, outputs and gradients.
func TestPublishedModels(t *testing.T) {
	golden(t, func(t *testing.T, folder string) {
		models, err := os.ReadDir(filepath.Join(folder, "tiny"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range models {
			t.Run(m.Name(), func(t *testing.T) {
				if folder == fewGolden {
					eachBackend(t, func(t *testing.T, b compute.Backend) { readPublished(t, folder, m.Name()).check(t, b) })
				} else {
					readPublished(t, folder, m.Name()).check(t, goBackend(t))
				}
			})
		}
	})
}

// published is a small model of the port.
type published struct {
	encoder                Config
	decoder                Decoder
	weights, io, gradients map[string]goldenArray
	latentsBound, bound    float64
	gradientBound          float64
}

func readPublished(t *testing.T, folder, name string) published {
	path := filepath.Join(folder, "tiny", name)
	var c struct {
		Latents       int    `json:"num_latents"`
		LatentDim     int    `json:"d_latents"`
		Blocks        int    `json:"num_blocks"`
		Layers        int    `json:"num_self_attends_per_block"`
		SelfHeads     int    `json:"num_self_attention_heads"`
		CrossHeads    int    `json:"num_cross_attention_heads"`
		QK            int    `json:"qk_channels"`
		V             int    `json:"v_channels"`
		Rule          string `json:"cross_attention_shape_for_attention"`
		SelfWidening  int    `json:"self_attention_widening_factor"`
		CrossWidening int    `json:"cross_attention_widening_factor"`
		Activation    string `json:"hidden_act"`
		Residual      bool   `json:"use_query_residual"`
	}
	readJSON(t, &c, path, "config.json")
	var meta struct {
		Bound         map[string]float64 `json:"recommended_atol"`
		GradientBound float64            `json:"recommended_atol_grad"`
	}
	readJSON(t, &meta, path, "meta.json")
	m := published{weights: readGolden(t, path, "model.safetensors"), io: readGolden(t, path, "io.safetensors"),
		latentsBound: meta.Bound["last_hidden_state"], gradientBound: meta.GradientBound}
	for _, bound := range meta.Bound {
		m.bound = max(m.bound, bound)
	}
	// The multimodal gradients are those of a loss on what its task makes of the decoder's outputs.
	if m.gradientBound > 0 && !strings.HasPrefix(name, "multimodal") {
		m.gradients = readGolden(t, path, "grads.safetensors")
	}
	activation := map[string]Activation{"gelu": GELU, "gelu_new": GELUTanh}[c.Activation]
	m.encoder = Config{Latents: c.Latents, LatentDim: c.LatentDim, Blocks: c.Blocks, LayersPerBlock: c.Layers, SelfHeads: c.SelfHeads,
		CrossHeads: c.CrossHeads, QKWidth: c.QK, VWidth: c.V, WidthRule: c.Rule, SelfWidening: c.SelfWidening, CrossWidening: c.CrossWidening,
		NoEncoderResidual: !c.Residual, Activation: activation, InputDim: m.io["dbg.preprocessed"].shape[2]}

	d := Decoder{Name: "perceiver.decoder", QueryDim: m.io["dbg.decoder_query"].shape[2], LatentDim: c.LatentDim, Activation: activation}
	if _, ok := m.weights["perceiver.decoder.decoder.final_layer.weight"]; ok {
		d.Name += ".decoder"
		d.OutputDim = m.weights[d.Name+".final_layer.weight"].shape[0]
	}
	// The port's classes fix these numbers in code; the files show all but the heads and the residual.
	layer := d.Name + ".decoding_cross_attention."
	d.QK, d.V = m.weights[layer+"attention.self.query.weight"].shape[0], m.weights[layer+"attention.self.value.weight"].shape[0]
	d.Widen = m.weights[layer+"mlp.dense1.weight"].shape[0] / d.QueryDim
	d.Heads = map[string]int{"masked_lm": 8, "masked_lm_noresidual": 8, "masked_lm_small": 3}[name]
	d.Residual = strings.HasPrefix(name, "image") || strings.HasPrefix(name, "sequence")
	m.decoder = d
	return m
}

// load fills the weights under their published names and shapes, and checks that the file has no more of them.
func (m published) load(t *testing.T) *Weights {
	w, err := NewWeights(append(m.encoder.Params(), m.decoder.Params()...), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for _, p := range w.Params() {
		for _, piece := range p.Pieces {
			read[piece.Name] = true
		}
	}
	for name := range m.weights {
		if inside := strings.Contains(name, "encoder.") || strings.Contains(name, "decoding_cross") || strings.Contains(name, "final_layer"); inside && !read[name] {
			t.Errorf("the published tensor %s has no place in the model", name)
		}
	}
	err = w.Load("", func(piece Piece) ([]float32, error) {
		a, ok := m.weights[piece.Name]
		if !ok || !slices.Equal(a.shape, piece.Shape) {
			t.Errorf("%s: shape %v, published with %v", piece.Name, piece.Shape, a.shape)
			return make([]float32, product(piece.Shape)), nil
		}
		return a.narrow(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (m published) check(t *testing.T, b compute.Backend) {
	for _, validate := range []func() error{m.encoder.Validate, m.decoder.Validate} {
		if err := validate(); err != nil {
			t.Fatal(err)
		}
	}
	arg := func(name string) *tensors.Tensor {
		return floats(dtypes.Float32, m.io[name].narrow(), m.io[name].shape...)
	}
	inputs := []*tensors.Tensor{arg("dbg.preprocessed"), arg("dbg.decoder_query")}
	mask := -1
	if _, ok := m.io["in.attention_mask"]; ok {
		mask, inputs = len(inputs), append(inputs, arg("in.attention_mask"))
	}

	w := m.load(t)
	var names, trained []string // of the outputs, in order: golden values, then gradients by piece
	out := call{b, w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		names, trained = nil, nil
		var results []*Node
		hidden := 0
		p.Tap = func(name string, value *Node) {
			if name == "hidden_states" {
				name = goldenHiddenState(hidden, m.encoder.LayersPerBlock)
				hidden++
			}
			name = goldenName(name)
			if a, ok := m.io[name]; ok && !slices.Contains(names, name) {
				names, results = append(names, name), append(results, Reshape(value, a.shape...))
			}
		}
		var keep *Mask
		if mask >= 0 {
			keep = &Mask{Keys: in[mask]}
		}
		z, err := m.encoder.Forward(p, in[0], keep)
		if err != nil {
			return nil, err
		}
		y, err := m.decoder.Decode(p, z, in[1], nil)
		if err != nil || m.gradients == nil {
			return results, err
		}
		loss := m.loss(p, y)
		var values []*Node
		for _, param := range w.Params() {
			trained, values = append(trained, param.Name), append(values, p.Weight(param.Name))
		}
		if _, ok := m.io["out.loss"]; ok {
			names, results = append(names, "out.loss"), append(results, Reshape(loss, 1))
		}
		return append(results, Gradient(loss, values...)...), nil
	}, inputs...)

	for i, name := range names {
		bound := m.latentsBound
		if strings.Contains(name, "decoder") {
			bound = max(m.bound, bound)
		}
		near(t, name, out[i], m.io[name].values, bound)
	}
	for _, must := range []string{"out.last_hidden_state", "dbg.decoder_output"} {
		if !slices.Contains(names, must) {
			t.Errorf("%s was not compared", must)
		}
	}
	compared := 0
	for i, param := range trained {
		compared += m.checkGradient(t, w, param, out[len(names)+i])
	}
	if m.gradients != nil && compared < 4 {
		t.Errorf("only %d gradients were compared", compared)
	}
}

// checkGradient compares the published gradients of the pieces of a weight and returns how many there were.
func (m published) checkGradient(t *testing.T, w *Weights, name string, gradient []float64) (compared int) {
	values := make([]float32, len(gradient))
	for i, x := range gradient {
		values[i] = float32(x)
	}
	for _, param := range w.Params() {
		if param.Name != name {
			continue
		}
		for i, piece := range param.Pieces {
			if want, ok := m.gradients[piece.Name]; ok {
				near(t, "gradient of "+piece.Name, widen(param.Split(i, values)), want.values, m.gradientBound)
				compared++
			}
		}
	}
	return compared
}

// goldenName is the name that the golden files have for a tapped value.
func goldenName(tap string) string {
	switch tap {
	case "latents":
		return "out.last_hidden_state"
	case "outputs":
		return "dbg.decoder_output"
	case "perceiver.encoder.cross_attention.probs":
		return "dbg.cross_attentions.encoder"
	case "perceiver.encoder.self_attends.0.probs":
		return "dbg.attentions.0"
	}
	for _, decoder := range []string{"perceiver.decoder.decoder.decoding_cross_attention.", "perceiver.decoder.decoding_cross_attention."} {
		if part, ok := strings.CutPrefix(tap, decoder); ok {
			if part == "probs" {
				return "dbg.cross_attentions.decoder"
			}
			return "dbg.decoder.cross_attention." + part
		}
	}
	return "dbg." + strings.TrimPrefix(tap, "perceiver.")
}

// goldenHiddenState numbers what goes into the i-th latent layer; the golden files have the end of each block twice.
func goldenHiddenState(i, layers int) string {
	digits := "0123456789"
	return "hidden_states." + string(digits[min(i+i/layers, len(digits)-1)])
}

// loss is the loss of which the golden gradients are: a weighted sum for the flow model, cross-entropy for the rest.
func (m published) loss(p *Pass, y *Node) *Node {
	constant := func(a goldenArray) *Node {
		return Reshape(Const(p.Graph(), a.narrow()), a.shape...)
	}
	if a, ok := m.io["in.cotangent.logits"]; ok {
		return MulScalar(ReduceAllSum(Mul(y, Reshape(constant(a), y.Shape().Dimensions...))), 0.01)
	}
	if table, ok := m.weights["perceiver.input_preprocessor.embeddings.weight"]; ok && m.decoder.OutputDim == 0 {
		y = DotGeneral(y, []int{2}, nil, constant(table), []int{1}, nil)
		y = Add(y, Reshape(constant(m.weights["embedding_decoder.bias"]), 1, 1, table.shape[0]))
	}
	labels := m.io["in.labels"].values
	rows := len(labels)
	classes := y.Shape().Dim(-1)
	target, count := make([]float32, rows*classes), 0.0
	for i, label := range labels {
		if label >= 0 { // -100 marks a place that does not count
			target[i*classes+int(label)] = 1
			count++
		}
	}
	logits := Reshape(y, rows, classes)
	all := Reshape(Const(p.Graph(), target), rows, classes)
	return MulScalar(ReduceAllSum(Mul(all, LogSoftmax(logits, -1))), -1/math.Max(count, 1))
}
