// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Model is the section [model] of a units experiment. The keys of perceiver.Config count where the encoder is "perceiver".
type Model struct {
	perceiver.Config

	Encoder string `toml:"encoder"` // "perceiver", "transformer" or "meanpool"
	Width   int    `toml:"width"`   // W, channels of a unit, of a query, and of the Transformer

	DecoderHeads int `toml:"decoder_heads"` // of the Perceiver IO

	TransformerLayers int `toml:"transformer_layers"`
	TransformerHeads  int `toml:"transformer_heads"`
	MLPWidening       int `toml:"mlp_widening"` // hidden width of the MLPs of Transformer and mean in units of width
}

// defaults is a small model that learns in a minute; the sizes of the paper are in the profile of that name.
func defaults() Model {
	return Model{
		Config: perceiver.Config{Latents: 16, LatentDim: 64, Blocks: 1, LayersPerBlock: 3, SelfHeads: 4, CrossHeads: 4,
			MaskRule: perceiver.MaskOriginal, LatentStd: 0.5},
		Encoder: "perceiver", Width: 64, DecoderHeads: 4, TransformerLayers: 3, TransformerHeads: 2, MLPWidening: 4,
	}
}

// sizes are what a question asks of the model.
type sizes struct {
	slots    int // M, places for units
	channels int // C, features of a unit beside its kind
	kinds    int // rows of the embedding of kinds
	unit     int // E, answers for each unit; 0: none
	whole    int // answers for the whole; 0: none
}

// network is a model for one question.
type network struct {
	Model
	sizes
	encoder Encoder
}

// Names of the weights outside of the encoder.
const (
	inputName = "units.input"     // [C, 2W], then [2W, W]
	kindsName = "units.kinds"     // [kinds, 2W]
	unitName  = "units.embedding" // the published head for each unit: ReLU, then a linear layer
	wholeName = "units.whole"     // and the one for the whole: masked mean, a linear layer, ReLU
	unitHead  = "units.unit_answers"
	wholeHead = "units.whole_answers"
)

func (m Model) network(s sizes) (*network, error) {
	if m.Width < 1 {
		return nil, fmt.Errorf("model.width = %d: it must be at least 1", m.Width)
	}
	if m.MLPWidening < 1 {
		return nil, fmt.Errorf("model.mlp_widening = %d: it must be at least 1", m.MLPWidening)
	}
	n := &network{Model: m, sizes: s}
	n.Config.InputDim = m.Width
	var err error
	n.encoder, err = m.NewEncoder()
	return n, err
}

func (n *network) inputParams() []perceiver.Param {
	ps := append(perceiver.NewLinear(inputName+".dense1", n.channels, 2*n.Width, perceiver.FanIn),
		perceiver.Tensor(kindsName, perceiver.TruncatedNormal(0.5), n.kinds, 2*n.Width))
	return append(ps, perceiver.NewLinear(inputName+".dense2", 2*n.Width, n.Width, perceiver.FanIn)...)
}

func (n *network) headParams() (ps []perceiver.Param) {
	for _, h := range []struct {
		embedding, head string
		out             int
	}{{unitName, unitHead, n.unit}, {wholeName, wholeHead, n.whole}} {
		if h.out > 0 {
			ps = append(ps, perceiver.NewLinear(h.embedding, n.Width, n.Width, perceiver.FanIn)...)
			ps = append(ps, perceiver.NewLinear(h.head, n.Width, h.out, perceiver.FanIn)...)
		}
	}
	return ps
}

func (n *network) params() []perceiver.Param {
	return append(append(n.inputParams(), n.encoder.Params()...), n.headParams()...)
}

func (n *network) shapes() tasks.Shapes {
	return tasks.Shapes{M: n.slots, C: n.Width, N: n.Latents, D: n.LatentDim, O: n.slots, Q: n.Width, E: max(n.unit, 1)}
}

func (n *network) cost() perceiver.Cost {
	c := n.encoder.Cost(n.slots)
	c.Input = perceiver.LinearStep(n.slots, n.channels, 2*n.Width).Plus(perceiver.LinearStep(n.slots, 2*n.Width, n.Width))
	c.Input.Params += 2 * n.kinds * n.Width
	if n.unit > 0 {
		c.Output = c.Output.Plus(perceiver.LinearStep(n.slots, n.Width, n.Width)).Plus(perceiver.LinearStep(n.slots, n.Width, n.unit))
	}
	if n.whole > 0 {
		c.Output = c.Output.Plus(perceiver.LinearStep(1, n.Width, n.Width)).Plus(perceiver.LinearStep(1, n.Width, n.whole))
	}
	return c
}

// inputs builds the units [B, M, W] from features [B, M, C] and kinds [B, M], with an MLP: what a unit can do follows
// from its kind and its state together, and the Perceiver IO itself looks at each unit only once.
func (n *network) inputs(p *perceiver.Pass, features, kinds *Node) (*Node, error) {
	return p.Catch(inputName, func() *Node {
		x := gelu(Add(p.Linear(inputName+".dense1", features), p.Embed(kindsName, kinds)))
		x = p.Linear(inputName+".dense2", x)
		p.Show("units", x)
		return x
	})
}

// unitAnswers builds the answers [B, M', E] for each unit from the encoder's vectors [B, M', W].
func (n *network) unitAnswers(p *perceiver.Pass, y *Node) (*Node, error) {
	return p.Catch(unitName, func() *Node {
		e := p.Linear(unitName, relu(y))
		p.Show("embeddings", e)
		return p.Linear(unitHead, relu(e))
	})
}

// wholeAnswers builds the answers [B, K] for the whole from the encoder's vectors [B, M, W] of all units.
func (n *network) wholeAnswers(p *perceiver.Pass, y, there *Node) (*Node, error) {
	return p.Catch(wholeName, func() *Node {
		e := relu(p.Linear(wholeName, maskedMean(y, there)))
		p.Show("whole", e)
		return p.Linear(wholeHead, e)
	})
}
