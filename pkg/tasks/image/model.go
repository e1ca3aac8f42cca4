// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Model is the section [model] of an image experiment: the architecture, and how pixels become its inputs.
type Model struct {
	perceiver.Config

	Input         string  `toml:"input"`          // "learned", "fourier" or "conv"
	Channels      int     `toml:"channels"`       // of the convolution before "learned" and "conv" inputs
	Bands         int     `toml:"bands"`          // of Fourier positions
	MaxResolution []int   `toml:"max_resolution"` // height and width that set the highest band; empty: the grid's own
	PositionDim   int     `toml:"position_dim"`   // channels of learned positions
	ProjectDim    int     `toml:"project_dim"`    // to which they are projected; 0: as they are
	PositionStd   float64 `toml:"position_std"`   // of the initial values of learned positions and of the query; 0: 0.02
	Stem          Stem    `toml:"stem"`           // of "conv" inputs

	NoDecoderResidual bool `toml:"no_decoder_residual"`
	Classes           int  `toml:"classes"`
}

// Defaults are what the three published models have in common, with Fourier positions.
func Defaults() Model {
	return Model{
		Config: perceiver.Config{Latents: 512, LatentDim: 1024, Blocks: 8, LayersPerBlock: 6, SelfHeads: 8, CrossHeads: 1},
		Input:  "fourier", Channels: 64, Bands: 64, PositionDim: 256, ProjectDim: 256, Classes: 1000,
	}
}

// Names of the published weights outside of the layers.
const (
	pixelsName    = "perceiver.input_preprocessor.convnet_1x1"
	stemName      = "perceiver.input_preprocessor.convnet"
	tableName     = "perceiver.input_preprocessor.position_embeddings.position_embeddings"
	projectName   = "perceiver.input_preprocessor.positions_projection"
	decoderName   = "perceiver.decoder.decoder"
	queryName     = decoderName + ".output_position_encodings.position_embeddings"
	colours       = 3
	largestAxis   = 1 << 14
	largestPixels = 1 << 24
)

// Network is the model for pictures of one size.
type Network struct {
	Model
	Height, Width int
	Labels        []string // names of the classes, where they are known

	grid    [2]int // places in the input array: height and width
	encoder perceiver.Config
	places  perceiver.Fourier
	query   perceiver.Learned
	decoder perceiver.Decoder
}

// Network puts the parts together for pictures of a height and a width.
func (m Model) Network(height, width int) (*Network, error) {
	if err := m.check(height, width); err != nil {
		return nil, err
	}
	n := &Network{Model: m, Height: height, Width: width, grid: [2]int{height, width}, encoder: m.Config}
	if m.Input == "conv" {
		n.grid = m.Stem.grid(height, width)
		if n.grid[0] < 1 || n.grid[1] < 1 {
			return nil, fmt.Errorf("model.input = \"conv\": a picture of %d×%d leaves no place after convolution and pool; the smallest is 5×5", height, width)
		}
	}
	n.places = perceiver.Fourier{Name: "perceiver.input_preprocessor.positions", Grid: n.grid[:], Bands: m.Bands, MaxResolution: m.MaxResolution}
	if len(m.MaxResolution) == 0 {
		n.places.MaxResolution = nil
	}
	n.encoder.InputDim = n.features() + n.positionWidth()
	if m.Input != "learned" {
		if err := n.places.Validate(); err != nil {
			return nil, err
		}
	}
	if err := n.encoder.Validate(); err != nil {
		return nil, err
	}
	n.query = perceiver.Learned{Name: queryName, Rows: 1, Dim: m.LatentDim, Std: m.PositionStd}
	n.decoder = perceiver.Decoder{Name: decoderName, QueryDim: m.LatentDim, LatentDim: m.LatentDim, Residual: !m.NoDecoderResidual,
		OutputDim: m.Classes, Activation: m.Activation, MaskRule: m.MaskRule, Dropout: m.Dropout}
	return n, n.decoder.Validate()
}

func (m Model) check(height, width int) error {
	for _, f := range []struct {
		key             string
		value, smallest int
	}{{"channels", m.Channels, 1}, {"bands", m.Bands, 1}, {"position_dim", m.PositionDim, 1}, {"project_dim", m.ProjectDim, 0}, {"classes", m.Classes, 1}} {
		if f.value < f.smallest {
			return fmt.Errorf("model.%s = %d: it must be at least %d", f.key, f.value, f.smallest)
		}
	}
	switch {
	case m.Input != "learned" && m.Input != "fourier" && m.Input != "conv":
		return fmt.Errorf("model.input = %q: it must be \"learned\", \"fourier\" or \"conv\"", m.Input)
	case m.Stem != "" && m.Stem != StemPort && m.Stem != StemOriginal:
		return fmt.Errorf("model.stem = %q: it must be %q or %q", m.Stem, StemPort, StemOriginal)
	case !(m.PositionStd >= 0 && m.PositionStd < 1e6): // written so that NaN fails
		return fmt.Errorf("model.position_std = %g: it must be a number of at least 0", m.PositionStd)
	case height < 1 || width < 1 || height > largestAxis || width > largestAxis || height*width > largestPixels:
		return fmt.Errorf("a picture of %d×%d pixels cannot be classified: an axis has 1 to %d of them, a picture %d at most", height, width, largestAxis, largestPixels)
	}
	return nil
}

// features is the number of channels beside the positions.
func (n *Network) features() int {
	if n.Input == "fourier" {
		return colours
	}
	return n.Channels
}

func (n *Network) positionWidth() int {
	switch {
	case n.Input != "learned":
		return n.places.Width()
	case n.ProjectDim > 0:
		return n.ProjectDim
	}
	return n.PositionDim
}

// Params lists every weight of the model, under its published name.
func (n *Network) Params() []perceiver.Param {
	var ps []perceiver.Param
	switch n.Input {
	case "learned":
		ps = append(ps, perceiver.Tensor(pixelsName+".weight", perceiver.FanIn, n.Channels, colours, 1, 1), perceiver.Tensor(pixelsName+".bias", perceiver.Fill(0), n.Channels))
		ps = append(ps, perceiver.Learned{Name: tableName, Rows: n.grid[0] * n.grid[1], Dim: n.PositionDim, Std: n.PositionStd}.Params()...)
		if n.ProjectDim > 0 {
			ps = append(ps, perceiver.NewLinear(projectName, n.PositionDim, n.ProjectDim, perceiver.FanIn)...)
		}
	case "conv":
		ps = append(n.Stem.params(n.Channels), n.places.Params()...)
	default:
		ps = append(ps, n.places.Params()...)
	}
	ps = append(ps, n.encoder.Params()...)
	ps = append(ps, n.query.Params()...)
	return append(ps, n.decoder.Params()...)
}

// Architecture is the latent array, encoder and tower.
func (n *Network) Architecture() perceiver.Config { return n.encoder }

// Shapes are the sizes of the arrays.
func (n *Network) Shapes() tasks.Shapes {
	return tasks.Shapes{M: n.grid[0] * n.grid[1], C: n.encoder.InputDim, N: n.Latents, D: n.LatentDim, O: 1, Q: n.LatentDim, E: n.Classes}
}

// Cost is the cost of classifying one picture.
func (n *Network) Cost() perceiver.Cost {
	var c perceiver.Cost
	m := n.grid[0] * n.grid[1]
	switch n.Input {
	case "learned":
		c.Input = perceiver.LinearStep(m, colours, n.Channels)
		if n.ProjectDim > 0 {
			c.Input = c.Input.Plus(perceiver.LinearStep(m, n.PositionDim, n.ProjectDim))
		}
		c.Input.Params += m * n.PositionDim
	case "conv":
		c.Input = n.Stem.cost(n.Height, n.Width, n.Channels)
	}
	c.Encode, c.Process = n.encoder.Cost(m)
	c.Decode = n.decoder.Cost(1, n.Latents)
	c.Decode.Params += n.LatentDim
	return c
}
