// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// formulaFiles are the configurations of the six published models, and the port's answers to weights and inputs of the formula.
//
//go:embed formula
var formulaFiles embed.FS

// Names are the six published models in full size.
func Names() []string {
	return []string{"language", "image_learned", "image_fourier", "image_conv", "optical_flow", "multimodal"}
}

// Canonical is the name of a published model however it is written: image-conv is image_conv, flow is optical_flow.
func Canonical(name string) (string, error) {
	n := strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if n == "flow" {
		n = "optical_flow"
	}
	if !slices.Contains(Names(), n) {
		return "", fmt.Errorf("there is no published model %q; the names are %s", name, strings.Join(Names(), ", "))
	}
	return n, nil
}

// expectations are the port's answers.
type expectations struct {
	Class      string             `json:"hf_class"`
	Parameters int                `json:"parameters"`
	Outputs    map[string]summary `json:"outputs"`
	Latents    summary            `json:"last_hidden_state"`
	Inputs     summary            `json:"preprocessed"`
	Trace      []summary          `json:"trace"`
	ArgMax     []int              `json:"argmax"`
	Top10      []int              `json:"top10"`
	LabelTop10 []int              `json:"label_top10"`
	Bounds     map[string]float64 `json:"recommended_atol"`
	RMS        map[string]float64 `json:"recommended_rms"`
	ProbeNoise map[string]float64 `json:"float32_noise_probe"`

	Raw map[string]struct { // inputs before anything is made of them
		Shape []int
		Sum   float64
		First []float64
	} `json:"inputs"`
	Weights map[string]struct {
		Sum   float64
		First []float64
	} `json:"weight_samples"`

	file *weights.File // values of some rows
}

// summary describes a whole tensor.
type summary struct {
	Layer            string
	Shape            []int
	Mean, Std, Probe float64
	AbsMax           float64
}

// full is a published model in full size with what is expected of it.
func full(name string) (Model, perceiver.PublishedConfig, *expectations, error) {
	read := func(file string) ([]byte, error) { return formulaFiles.ReadFile("formula/" + name + "/" + file) }
	fail := func(err error) (Model, perceiver.PublishedConfig, *expectations, error) {
		return nil, perceiver.PublishedConfig{}, nil, fmt.Errorf("published model %s: %w", name, err)
	}
	config, err := read(ConfigFile)
	if err != nil {
		return fail(err)
	}
	m, c, err := build(config, nil, 0, 0)
	if err != nil {
		return fail(err)
	}
	raw, err := read("expected.json")
	if err != nil {
		return fail(err)
	}
	e := &expectations{}
	if err := json.Unmarshal(raw, e); err != nil {
		return fail(err)
	}
	values, err := read("expected.safetensors")
	if err != nil {
		return fail(err)
	}
	if e.file, err = weights.FromBytes("expected.safetensors", values); err != nil {
		return fail(err)
	}
	return m, c, e, nil
}

// VerifyFormula runs a published model in full size on weights and inputs that a formula makes, and compares it with the
// port's answers: outputs, latents and the input array, the output of every layer, and what the model would decide. It
// needs up to 12 GiB of memory, and a minute or some on a small CPU.
func VerifyFormula(ctx context.Context, backend compute.Backend, name string) (*Report, error) {
	name, err := Canonical(name)
	if err != nil {
		return nil, err
	}
	m, _, e, err := full(name)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*Report, error) { return nil, fmt.Errorf("published model %s: %w", name, err) }
	w, err := perceiver.NewWeights(m.Params(), dtypes.Float32)
	if err != nil {
		return fail(err)
	}
	if err := w.Load("", weight); err != nil {
		return fail(err)
	}
	in, err := formulaInputs(name, e.file)
	if err != nil {
		return fail(err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var names []string
	values, err := run(backend, w, "verify_"+name, in, func(p *perceiver.Pass, in map[string]*Node) ([]*Node, error) {
		names = nil
		var nodes []*Node
		keep := func(name string, x *Node) { names, nodes = append(names, name), append(nodes, x) }
		p.Tap = func(name string, x *Node) {
			switch layer, ok := strings.CutSuffix(name, ".out"); {
			case strings.HasSuffix(layer, ".decoding_cross_attention"):
				keep("trace.decoder.cross_attention", x)
			case ok:
				keep("trace."+strings.TrimPrefix(layer, "perceiver."), x)
			case name == "preprocessed":
				keep(name, x)
			}
		}
		out, err := m.Forward(p, in)
		for _, name := range sortedKeys(out) {
			keep(strings.TrimPrefix(name, "out."), out[name])
		}
		return nodes, err
	})
	if err != nil {
		return fail(err)
	}
	r := &Report{Model: e.Class, Parameters: perceiver.Count(w.Params())}
	c := formulaCheck{e, r}
	layer := 0
	for i, name := range names {
		if label, ok := strings.CutPrefix(name, "trace."); ok {
			c.layer(layer, label, values[i])
			layer++
			continue
		}
		if err := c.tensor(name, values[i]); err != nil {
			return fail(err)
		}
	}
	c.count("parameters", []int{r.Parameters}, []int{e.Parameters}, 0)
	c.count("layers", []int{layer}, []int{len(e.Trace)}, 0)
	r.finish()
	return r, nil
}

// formulaCheck compares values with expectations.
type formulaCheck struct {
	*expectations
	report *Report
}

// noiseOfProbe bounds the difference of a probe by this many times what float32 did to the port's.
const noiseOfProbe = 10

// layer compares a summary of the output of the i-th layer that runs.
func (c formulaCheck) layer(i int, name string, values []float32) {
	if i >= len(c.Trace) || c.Trace[i].Layer != name {
		c.report.add(Row{Name: fmt.Sprintf("layer %d %s", i, name), Shape: []int{}, MaxAbs: missing, MeanAbs: missing, Note: "another layer was expected here"})
		return
	}
	c.summary(fmt.Sprintf("layer %d %s", i, name), name, values, c.Trace[i], c.ProbeNoise["trace"], c.Bounds["last_hidden_state"])
}

// summary compares the probe of a whole tensor, and its mean, spread and largest value.
func (c formulaCheck) summary(name, probeName string, values []float32, want summary, noise, bound float64) {
	got := summarise(probeName, values)
	row := compare(name, want.Shape, []float32{float32(got.Probe - want.Probe)}, []float64{0}, max(noiseOfProbe*noise, 1e-6))
	for _, x := range [][2]float64{{got.Mean, want.Mean}, {got.Std, want.Std}, {got.AbsMax, want.AbsMax}} {
		if !(math.Abs(x[0]-x[1]) <= bound) {
			row.OK, row.Note = false, fmt.Sprintf("mean, spread or largest value is %g, expected %g", x[0], x[1])
		}
	}
	if row.Shape == nil {
		row.Shape = []int{}
	}
	c.report.add(row)
}

func summarise(name string, values []float32) summary {
	var s summary
	for _, x := range values {
		s.Mean += float64(x)
		s.AbsMax = max(s.AbsMax, math.Abs(float64(x)))
	}
	s.Mean /= float64(len(values))
	for _, x := range values {
		d := float64(x) - s.Mean
		s.Std += d * d
	}
	s.Std = math.Sqrt(s.Std / float64(len(values)))
	s.Probe = probe(name, values)
	return s
}

// count compares lists of whole numbers; some of them may differ.
func (c formulaCheck) count(name string, got, want []int, some float64) {
	differ := 0.
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			differ++
		}
	}
	c.report.add(Row{Name: name, Shape: []int{len(want)}, MaxAbs: differ, MeanAbs: differ / float64(max(len(want), 1)), Tolerance: some, OK: differ <= some})
}
