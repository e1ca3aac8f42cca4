// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"fmt"
	"maps"
	"slices"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// The modalities. Their order, wherever they stand one after another, is that of their names.
const (
	audio = "audio"
	image = "image"
	label = "label"
)

var modalities = []string{audio, image, label}

// Published names outside of the layers.
const (
	inputName      = "perceiver.input_preprocessor."
	decoderName    = "perceiver.decoder."
	labelQueryName = "perceiver.decoder.modalities.label.decoder.output_position_encodings.position_embeddings"
)

func outputName(modality string) string {
	return "perceiver.output_postprocessor.modalities." + modality + ".classifier"
}

// Network is a model whose parts have been put together. Its maps are by modality.
type Network struct {
	Model
	encoder perceiver.Config
	places  map[string]perceiver.Fourier // of the inputs; the class has none
	widths  map[string]int               // of the inputs, before they are padded
	masks   map[string]float64
	queries map[string]perceiver.Queries
	decoder perceiver.Decoder
	outputs map[string]int // numbers for each query
}

// Network puts the parts together, or names the first key of the model that does not fit.
func (m Model) Network() (*Network, error) {
	m = m.withDefaults()
	if err := m.validate(); err != nil {
		return nil, err
	}
	n := &Network{Model: m, encoder: m.Config,
		masks:   map[string]float64{audio: m.MaskAudio, image: m.MaskImage, label: m.MaskLabel},
		outputs: map[string]int{audio: m.PatchSamples, image: colours, label: m.Classes},
	}
	n.places = map[string]perceiver.Fourier{
		audio: {Name: inputName + "positions.audio", Grid: []int{m.patches()}, Bands: m.AudioBands, MaxResolution: []int{m.AudioResolution}},
		image: {Name: inputName + "positions.image", Grid: []int{m.Frames / m.PatchFrames, m.Height / m.PatchSide, m.Width / m.PatchSide},
			Bands: m.ImageBands, MaxResolution: m.ImageResolution},
	}
	for _, name := range modalities[:2] {
		if err := n.places[name].Validate(); err != nil {
			return nil, fmt.Errorf("model.%s_resolution: %w", name, err)
		}
	}
	n.widths = map[string]int{
		audio: m.PatchSamples + n.places[audio].Width(),
		image: m.PatchFrames*m.PatchSide*m.PatchSide*colours + n.places[image].Width(),
		label: m.Classes,
	}
	n.encoder.InputDim = slices.Max(slices.Collect(maps.Values(n.widths))) + m.InputPadding
	if err := n.encoder.Validate(); err != nil {
		return nil, err
	}
	n.makeQueries()
	n.decoder = perceiver.Decoder{Name: decoderName + "decoder", QueryDim: n.queries[label].Width(), LatentDim: m.LatentDim,
		QK: m.DecoderQKWidth, V: m.DecoderVWidth, Heads: m.DecoderHeads, Residual: m.DecoderResidual, OutputDim: m.OutputDim,
		Activation: m.Activation, MaskRule: m.MaskRule, Dropout: m.Dropout}
	return n, n.decoder.Validate()
}

// makeQueries composes the query array of each modality: where the element is, or a learned vector for the class, and a
// learned vector that makes all of one width.
func (n *Network) makeQueries() {
	whole := map[string]perceiver.QueryPart{
		audio: n.queryPlaces(audio, []int{n.patches()}),
		image: n.queryPlaces(image, []int{n.Frames, n.Height, n.Width}),
		label: perceiver.Learned{Name: labelQueryName, Rows: 1, Dim: n.LabelQueryDim},
	}
	counts := map[string]int{audio: n.patches(), image: n.pixels(), label: 1}
	width := 0
	for _, part := range whole {
		width = max(width, part.Width()+n.QueryPadding)
	}
	n.queries = map[string]perceiver.Queries{}
	for name, part := range whole {
		padding := perceiver.Token{Name: decoderName + "padding." + name, Dim: width - part.Width()}
		n.queries[name] = perceiver.Queries{Name: decoderName + "modalities." + name, Count: counts[name], Parts: []perceiver.QueryPart{part, padding}}
	}
}

func (n *Network) queryPlaces(name string, grid []int) perceiver.Fourier {
	f := n.places[name]
	f.Name, f.Grid, f.ExclusiveRows = decoderName+"positions."+name, grid, n.RowPositions == "published"
	return f
}

// Params lists the weights under their published names, and the tables of positions.
func (n *Network) Params() []perceiver.Param {
	var ps []perceiver.Param
	for _, name := range modalities {
		ps = append(ps, perceiver.Token{Name: inputName + "padding." + name, Dim: n.encoder.InputDim - n.widths[name]}.Params()...)
		ps = append(ps, perceiver.Token{Name: inputName + "mask." + name, Dim: n.encoder.InputDim}.Params()...)
		if f, ok := n.places[name]; ok {
			ps = append(ps, f.Params()...)
		}
	}
	ps = append(ps, n.encoder.Params()...)
	for _, name := range modalities {
		ps = append(ps, n.queries[name].Params()...)
	}
	ps = append(ps, n.decoder.Params()...)
	for _, name := range modalities {
		ps = append(ps, perceiver.NewLinear(outputName(name), n.OutputDim, n.outputs[name], perceiver.FanIn)...)
	}
	return ps
}

// inputCount is M.
func (n *Network) inputCount() int { return n.places[audio].Count() + n.places[image].Count() + 1 }

// Cost is the cost of one example of which that many sound patches and pixels are asked for, and the class.
func (n *Network) Cost(patches, pixels int) perceiver.Cost {
	var c perceiver.Cost
	asked := map[string]int{audio: patches, image: pixels, label: 1}
	c.Encode, c.Process = n.encoder.Cost(n.inputCount())
	c.Decode = n.decoder.Cost(patches+pixels+1, n.Latents)
	for _, name := range modalities {
		c.Input.Params += 2*n.encoder.InputDim - n.widths[name]
		c.Decode = c.Decode.Plus(n.queries[name].Cost(asked[name]))
		c.Output = c.Output.Plus(perceiver.LinearStep(asked[name], n.OutputDim, n.outputs[name]))
	}
	return c
}
