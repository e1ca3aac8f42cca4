// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Model is the section [model] of an optical flow experiment. Fields that are 0 or empty have the published value that
// their comment names.
type Model struct {
	perceiver.Config

	Height int `toml:"height"` // of a tile, in pixels; 368
	Width  int `toml:"width"`  // of a tile, in pixels; 496

	// The variants of the paper's ablation.
	Frames string `toml:"frames"` // "concatenated" (or ""): an input element has what both pictures show there; "separate": each picture has its own
	Stem   string `toml:"stem"`   // "patches" (or ""): an element for each pixel; "conv": one for 4×4, by a convolution, and learned upsampling; see stem.go

	Patch         int   `toml:"patch"`          // side of the square of pixels around each pixel, odd; 3
	FeatureDim    int   `toml:"feature_dim"`    // width of the features that are made of these; 64
	Bands         int   `toml:"bands"`          // of the Fourier positions; 64
	MaxResolution []int `toml:"max_resolution"` // of the bands, along y and x, before them the frame where frames are separate; those of the input

	DecoderHeads    int  `toml:"decoder_heads"`    // 1
	DecoderQKWidth  int  `toml:"decoder_qk_width"` // latent_dim
	DecoderVWidth   int  `toml:"decoder_v_width"`  // decoder_qk_width
	DecoderResidual bool `toml:"decoder_residual"` // adds the queries to what they attend to; the published model does not

	OutputDivisor float64 `toml:"output_divisor"` // the decoder's output is divided by it; 100
	FlowUnit      float64 `toml:"flow_unit"`      // pixels of movement for each 1 that the network gives out; 20
	TileOverlap   int     `toml:"tile_overlap"`   // of neighbouring tiles, in pixels, at least; 20, or half a tile where that is less
}

const colours = 3

// projectionName is the published name of the linear layer over the pixels of both neighbourhoods.
const projectionName = "perceiver.input_preprocessor.conv_after_patches"

// withDefaults fills in what is 0.
func (m Model) withDefaults() Model {
	m.Height, m.Width = positive(m.Height, 368), positive(m.Width, 496)
	m.Patch, m.FeatureDim, m.Bands = positive(m.Patch, 3), positive(m.FeatureDim, 64), positive(m.Bands, 64)
	if len(m.MaxResolution) == 0 {
		m.MaxResolution = m.grid()
	}
	m.DecoderHeads = positive(m.DecoderHeads, 1)
	m.DecoderQKWidth = positive(m.DecoderQKWidth, m.LatentDim)
	m.DecoderVWidth = positive(m.DecoderVWidth, m.DecoderQKWidth)
	m.OutputDivisor, m.FlowUnit = positive(m.OutputDivisor, 100), positive(m.FlowUnit, 20)
	m.TileOverlap = positive(m.TileOverlap, min(20, m.Height/2, m.Width/2))
	return m
}

// positive is the first of a and otherwise that is not 0.
func positive[T int | float64](a, otherwise T) T {
	if a != 0 {
		return a
	}
	return otherwise
}

// validate names the first key that cannot be used; m has its defaults.
func (m Model) validate() error {
	for _, f := range []struct {
		key      string
		value    int
		smallest int
		largest  int
	}{
		{"height", m.Height, 1, maxSide}, {"width", m.Width, 1, maxSide}, {"patch", m.Patch, 1, min(2*min(m.Height, m.Width)-1, maxPatch)},
		{"feature_dim", m.FeatureDim, 1, maxSide}, {"bands", m.Bands, 1, maxSide}, {"decoder_heads", m.DecoderHeads, 1, maxSide},
		{"decoder_qk_width", m.DecoderQKWidth, 1, maxSide}, {"decoder_v_width", m.DecoderVWidth, 1, maxSide},
		{"tile_overlap", m.TileOverlap, 0, min(m.Height, m.Width) - 1},
	} {
		if f.value < f.smallest || f.value > f.largest {
			return fmt.Errorf("model.%s = %d: it must be from %d to %d", f.key, f.value, f.smallest, f.largest)
		}
	}
	for _, f := range []struct {
		key   string
		value float64
	}{{"output_divisor", m.OutputDivisor}, {"flow_unit", m.FlowUnit}} {
		if !(f.value > 0) || math.IsInf(f.value, 0) {
			return fmt.Errorf("model.%s = %g: it must be a positive number", f.key, f.value)
		}
	}
	switch {
	case m.Frames != "" && m.Frames != "concatenated" && m.Frames != "separate":
		return fmt.Errorf("model.frames = %q: it must be \"concatenated\" or \"separate\"", m.Frames)
	case m.Stem != "" && m.Stem != "patches" && m.Stem != "conv":
		return fmt.Errorf("model.stem = %q: it must be \"patches\" or \"conv\"", m.Stem)
	case m.conv() && (m.Height%coarse != 0 || m.Width%coarse != 0):
		return fmt.Errorf("model.height = %d, model.width = %d: with model.stem = \"conv\" both must be multiples of %d", m.Height, m.Width, coarse)
	}
	if m.Patch%2 == 0 {
		return fmt.Errorf("model.patch = %d: it must be odd, so that the pixel is in the middle", m.Patch)
	}
	return nil
}

// maxSide and maxPatch bound sizes far above any use, so that their products stay inside an int.
const (
	maxSide  = 1 << 16
	maxPatch = 31
)

// Network is a model whose parts have been put together.
type Network struct {
	Model
	encoder perceiver.Config
	places  perceiver.Fourier
	queries perceiver.Queries
	decoder perceiver.Decoder
}

// Network puts the parts together, or names the first key of the model that does not fit.
func (m Model) Network() (*Network, error) {
	m = m.withDefaults()
	if err := m.validate(); err != nil {
		return nil, err
	}
	n := &Network{Model: m, encoder: m.Config}
	n.places = perceiver.Fourier{Name: "perceiver.input_preprocessor.positions", Grid: m.grid(), Bands: m.Bands, MaxResolution: m.MaxResolution}
	if err := n.places.Validate(); err != nil {
		return nil, fmt.Errorf("model.max_resolution = %v: %w", m.MaxResolution, err)
	}
	n.encoder.InputDim = m.FeatureDim + n.places.Width()
	if err := n.encoder.Validate(); err != nil {
		return nil, err
	}
	n.queries = perceiver.Queries{Name: "perceiver.decoder.queries", Count: m.asks(),
		Parts: []perceiver.QueryPart{perceiver.Features{Name: "inputs", Dim: n.encoder.InputDim}}}
	n.decoder = perceiver.Decoder{Name: "perceiver.decoder.decoder", QueryDim: n.encoder.InputDim, LatentDim: m.LatentDim,
		QK: m.DecoderQKWidth, V: m.DecoderVWidth, Heads: m.DecoderHeads, Residual: m.DecoderResidual, OutputDim: 2, ZeroInit: true,
		Activation: m.Activation, MaskRule: m.MaskRule, Dropout: m.Dropout}
	if m.conv() {
		n.decoder.OutputDim, n.decoder.ZeroInit = m.FeatureDim, false // movement is made of these; see upsample
	}
	return n, n.decoder.Validate()
}

func (m Model) conv() bool     { return m.Stem == "conv" }
func (m Model) separate() bool { return m.Frames == "separate" }

// grid are the input elements along each axis: y and x, before them the frame where frames are separate.
func (m Model) grid() []int {
	g := []int{m.Height, m.Width}
	if m.conv() {
		g = []int{m.Height / coarse, m.Width / coarse}
	}
	if m.separate() {
		g = append([]int{2}, g...)
	}
	return g
}

// elements is M, the number of input elements.
func (m Model) elements() int {
	n := 1
	for _, k := range m.grid() {
		n *= k
	}
	return n
}

// asks is the number of queries, one for each input element of the first picture.
func (m Model) asks() int {
	if m.separate() {
		return m.elements() / 2
	}
	return m.elements()
}

// inputChannels is the number of values of which the features of an input element are made.
func (m Model) inputChannels() int {
	n := m.patchDim()
	if m.conv() {
		n = colours * convSide * convSide
	}
	if m.separate() {
		return n
	}
	return 2 * n
}

// pixels is O, the number of pixels of a tile.
func (m Model) pixels() int { return m.Height * m.Width }

// patchDim is the number of values in the neighbourhoods of one pixel in one picture.
func (m Model) patchDim() int { return m.Patch * m.Patch * colours }

// Params lists the weights under their published names, and the tables of positions.
func (n *Network) Params() []perceiver.Param {
	var ps []perceiver.Param
	if n.conv() {
		ps = n.stemParams()
	} else {
		ps = perceiver.NewLinear(projectionName, n.inputChannels(), n.FeatureDim, perceiver.FanIn)
	}
	ps = append(ps, n.places.Params()...)
	ps = append(ps, n.encoder.Params()...)
	ps = append(ps, n.decoder.Params()...)
	if n.conv() {
		ps = append(ps, n.upsampleParams()...)
	}
	return ps
}

// Cost is the cost of one tile.
func (n *Network) Cost() perceiver.Cost {
	var c perceiver.Cost
	c.Input = perceiver.LinearStep(n.elements(), n.inputChannels(), n.FeatureDim)
	if n.conv() { // the convolution has an output for every second pixel along both axes, four for each element that the pool leaves
		c.Input = perceiver.LinearStep(coarse*n.elements(), n.inputChannels(), n.FeatureDim)
		c.Output = perceiver.LinearStep(n.asks(), n.FeatureDim, 2).Plus(perceiver.LinearStep(n.asks(), n.FeatureDim, neighbours*coarse*coarse))
	}
	c.Encode, c.Process = n.encoder.Cost(n.elements())
	c.Decode = n.decoder.Cost(n.asks(), n.Latents)
	return c
}
