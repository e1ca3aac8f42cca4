// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// published are the models of the port, as a Model.
func published(input string) Model {
	m := Defaults()
	m.Input = input
	switch input {
	case "learned":
		m.Channels = 256
	case "conv":
		m.MaxResolution = []int{56, 56}
	}
	return m
}

// The published counts, exactly, and the shapes and costs that the paper gives.
func TestPublishedSizes(t *testing.T) {
	for input, want := range map[string]struct {
		params, places, channels int
		billions                 float64
	}{"learned": {62_255_848, 50176, 512, 478.0}, "fourier": {48_440_627, 50176, 261, 406.1}, "conv": {48_646_522, 3025, 322, 369.2}} {
		n, err := published(input).Network(224, 224)
		if err != nil {
			t.Fatal(err)
		}
		if got := perceiver.Count(n.Params()); got != want.params {
			t.Errorf("%s: %d weights, want %d", input, got, want.params)
		}
		total := n.Cost().Total()
		if total.Params != want.params {
			t.Errorf("%s: the cost counts %d weights, want %d", input, total.Params, want.params)
		}
		if got := total.FLOPs / 1e9; got < want.billions-0.5 || got > want.billions+0.5 {
			t.Errorf("%s: %.1f billion operations, want %.1f", input, got, want.billions)
		}
		if s := n.Shapes(); s.M != want.places || s.C != want.channels || s.N != 512 || s.D != 1024 || s.O != 1 || s.E != 1000 {
			t.Errorf("%s: shapes %+v", input, s)
		}
		if c := n.Architecture(); c.InputDim != want.channels {
			t.Errorf("%s: the encoder takes %d channels", input, c.InputDim)
		}
	}
	original := published("conv")
	original.Stem = StemOriginal
	n, err := original.Network(224, 224)
	if err != nil {
		t.Fatal(err)
	}
	if n.Shapes().M != 3136 || perceiver.Count(n.Params()) != 48_646_522 {
		t.Errorf("the original has %d places and %d weights", n.Shapes().M, perceiver.Count(n.Params()))
	}
}

func tiny(input string) Model {
	return Model{Config: perceiver.Config{Latents: 3, LatentDim: 8, Blocks: 1, LayersPerBlock: 1, SelfHeads: 2, CrossHeads: 1},
		Input: input, Channels: 4, Bands: 2, PositionDim: 5, ProjectDim: 3, Classes: 4}
}

// scores are the scores of a picture by a freshly made model.
func scores(t *testing.T, m Model) []float32 {
	t.Helper()
	n, err := m.Network(9, 11)
	if err != nil {
		t.Fatal(err)
	}
	w, err := perceiver.NewWeights(n.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(7); err != nil {
		t.Fatal(err)
	}
	program, err := w.Compile(backendtest.Any(t), "image", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		out, err := n.Forward(p, map[string]*Node{"in.pixel_values": in[0]})
		return []*Node{out["out.logits"]}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	pixels := make([]float32, 2*3*9*11)
	for i := range pixels {
		pixels[i] = float32(i%17)/8 - 1
	}
	out, err := program.Run(tensors.FromFlatDataAndDimensions(pixels, 2, 3, 9, 11))
	if err != nil {
		t.Fatal(err)
	}
	out[0].Shape().AssertDims(2, 4)
	values, err := perceiver.Float32s(out[0])
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// Every option changes what is computed.
func TestOptions(t *testing.T) {
	for name, change := range map[string]func(m *Model){
		"learned, decoder residual":  func(m *Model) { m.NoDecoderResidual = true },
		"learned, projection":        func(m *Model) { m.ProjectDim = 0 },
		"conv, stem":                 func(m *Model) { m.Stem = StemOriginal },
		"conv, resolution":           func(m *Model) { m.MaxResolution = []int{40, 50} },
		"fourier, bands":             func(m *Model) { m.Bands = 3 },
		"fourier, other activation":  func(m *Model) { m.Activation = perceiver.GELUTanh },
		"learned, spread of initial": func(m *Model) { m.PositionStd = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			input, _, _ := strings.Cut(name, ",")
			m := tiny(input)
			before := scores(t, m)
			change(&m)
			if after := scores(t, m); before[0] == after[0] && before[1] == after[1] {
				t.Errorf("the scores stay %v", after)
			}
		})
	}
}

func TestModelRefuses(t *testing.T) {
	for words, change := range map[string]func(m *Model) (height int){
		"model.input = \"patches\"":     func(m *Model) int { m.Input = "patches"; return 9 },
		"model.stem = \"other\"":        func(m *Model) int { m.Stem = "other"; return 9 },
		"model.channels = 0":            func(m *Model) int { m.Channels = 0; return 9 },
		"model.classes = 0":             func(m *Model) int { m.Classes = 0; return 9 },
		"model.position_std = -1":       func(m *Model) int { m.PositionStd = -1; return 9 },
		"leaves no place":               func(m *Model) int { m.Input = "conv"; return 4 },
		"a picture of 0×11":             func(m *Model) int { return 0 },
		"a picture of 99999×11":         func(m *Model) int { return 99999 },
		"one resolution of at least 1":  func(m *Model) int { m.MaxResolution = []int{5}; return 9 },
		"model.self_heads = 3: it must": func(m *Model) int { m.SelfHeads = 3; return 9 },
	} {
		m := tiny("fourier")
		height := change(&m)
		if _, err := m.Network(height, 11); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("the error is %v, without %q", err, words)
		}
	}
	n, err := tiny("fourier").Network(9, 11)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Forward(nil, nil); err == nil || !strings.Contains(err.Error(), "in.pixel_values") {
		t.Errorf("without pixels: %v", err)
	}
}

func TestPublishedRefuses(t *testing.T) {
	for words, files := range map[string][2]string{
		"no image model":       {`{"architectures": ["PerceiverForMaskedLM"]}`, ""},
		"custom.json: ":        {`{"architectures": ["` + ClassConv + `"], "d_latents": 1024}`, `[]`},
		"custom.json: a size":  {`{"architectures": ["` + ClassConv + `"], "d_latents": 1024}`, `{"input_preprocessor": {"out_channels": -4}}`},
		"config.json: model.s": {`{"architectures": ["` + ClassConv + `"], "d_latents": 1021}`, ""},
	} {
		var custom []byte
		if files[1] != "" {
			custom = []byte(files[1])
		}
		if _, err := Published([]byte(files[0]), custom, 0, 0); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("the error is %v, without %q", err, words)
		}
	}
	n, err := Published([]byte(`{"architectures": ["`+ClassLearned+`"], "num_cross_attention_heads": 1, "image_size": 9, "id2label": {"1": "dog", "0": "cat"}}`), nil, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	if n.Height != 9 || n.Width != 9 || n.Labels[0] != "cat" || n.Labels[1] != "dog" {
		t.Errorf("%d×%d, labels %q", n.Height, n.Width, n.Labels)
	}
}
