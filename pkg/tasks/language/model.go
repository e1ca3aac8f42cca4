// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"fmt"
	"math"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Model is the section [model] of a language experiment: the architecture, and how bytes go in and come out.
//
// With the names of the published model in brackets, the model is
//
//	inputs   embeddings[id] and a position encoding, added or side by side     [B, M, C]
//	queries  one for each position: learned, Fourier, or made of the inputs    [O, Q], O = M
//	outputs  a score for each of the 262 ids, by a linear layer or by comparing with the embeddings ("tied")
type Model struct {
	perceiver.Config

	EmbeddingDim int     `toml:"embedding_dim"` // width of the byte embeddings
	EmbeddingStd float64 `toml:"embedding_std"` // of their initial values, and of learned positions
	Positions    string  `toml:"positions"`     // "learned" (added) or "fourier" (side by side)
	Bands        int     `toml:"bands"`         // of the Fourier positions, of inputs and of queries

	Queries         string  `toml:"queries"`   // "learned", "fourier" (projected to query_dim) or "inputs" (projected input array)
	QueryDim        int     `toml:"query_dim"` // Q
	QueryStd        float64 `toml:"query_std"` // of the initial values of learned queries
	DecoderHeads    int     `toml:"decoder_heads"`
	DecoderQKWidth  int     `toml:"decoder_qk_width"` // 0: latent_dim
	DecoderVWidth   int     `toml:"decoder_v_width"`  // 0: decoder_qk_width
	DecoderResidual bool    `toml:"decoder_residual"`
	DecoderLayers   int     `toml:"decoder_layers"` // self-attention layers over the outputs, after decoding
	Readout         string  `toml:"readout"`        // "tied" (needs query_dim = embedding_dim) or "linear"

	vocabulary int // rows of the embedding; 0: the 262 ids of the byte tokenizer
}

// Weight names outside of the layers, as published.
const (
	embeddingsName = "perceiver.input_preprocessor.embeddings.weight"
	positionsName  = "perceiver.input_preprocessor.position_embeddings.weight"
	queriesName    = "perceiver.decoder.output_position_encodings.position_embeddings"
	biasName       = "embedding_decoder.bias"
)

// defaults is the small model that learns in a minute; the published one is the paper profile of language/mlm.
func defaults() Model {
	return Model{
		Config: perceiver.Config{Latents: 32, LatentDim: 128, Blocks: 1, LayersPerBlock: 4, SelfHeads: 8, CrossHeads: 8,
			QKWidth: 128, VWidth: 128},
		EmbeddingDim: 128, EmbeddingStd: 0.02, Positions: "fourier", Bands: 16,
		Queries: "fourier", QueryDim: 128, QueryStd: 0.02, DecoderHeads: 8, Readout: "linear",
	}
}

// network is the model for windows of a fixed length.
type network struct {
	Model
	length  int
	encoder perceiver.Config
	places  perceiver.Fourier
	queries perceiver.Queries
	decoder perceiver.Decoder
}

// network puts the parts together for windows of length bytes.
func (m Model) network(length int) (*network, error) {
	for _, f := range []struct {
		key      string
		value    int
		smallest int
	}{{"embedding_dim", m.EmbeddingDim, 1}, {"query_dim", m.QueryDim, 1}, {"decoder_heads", m.DecoderHeads, 1}, {"bands", m.Bands, 1},
		{"decoder_qk_width", m.DecoderQKWidth, 0}, {"decoder_v_width", m.DecoderVWidth, 0}, {"decoder_layers", m.DecoderLayers, 0}} {
		if f.value < f.smallest {
			return nil, fmt.Errorf("model.%s = %d: it must be at least %d", f.key, f.value, f.smallest)
		}
		if f.value > perceiver.MaxSize {
			return nil, fmt.Errorf("model.%s = %d: it must be at most %d", f.key, f.value, perceiver.MaxSize)
		}
	}
	for _, f := range []struct {
		key   string
		value float64
	}{{"embedding_std", m.EmbeddingStd}, {"query_std", m.QueryStd}} {
		if !(f.value > 0) || math.IsInf(f.value, 0) {
			return nil, fmt.Errorf("model.%s = %g: it must be a positive number", f.key, f.value)
		}
	}
	n := &network{Model: m, length: length, encoder: m.Config}
	n.places = perceiver.Fourier{Name: "perceiver.positions", Grid: []int{length}, Bands: m.Bands}
	switch m.Positions {
	case "learned":
		n.encoder.InputDim = m.EmbeddingDim
	case "fourier":
		n.encoder.InputDim = m.EmbeddingDim + n.places.Width()
	default:
		return nil, fmt.Errorf("model.positions = %q: it must be \"learned\" or \"fourier\"", m.Positions)
	}
	if err := n.encoder.Validate(); err != nil {
		return nil, err
	}

	n.queries = perceiver.Queries{Name: "perceiver.decoder.queries", Count: length}
	switch m.Queries {
	case "learned":
		n.queries.Parts = []perceiver.QueryPart{perceiver.Learned{Name: queriesName, Rows: length, Dim: m.QueryDim, Std: m.QueryStd}}
	case "fourier":
		places := n.places
		places.Name = "perceiver.decoder.positions"
		n.queries.Parts, n.queries.Project = []perceiver.QueryPart{places}, m.QueryDim
	case "inputs":
		n.queries.Parts, n.queries.Project = []perceiver.QueryPart{perceiver.Features{Name: "inputs", Dim: n.encoder.InputDim}}, m.QueryDim
	default:
		return nil, fmt.Errorf("model.queries = %q: it must be \"learned\", \"fourier\" or \"inputs\"", m.Queries)
	}

	n.decoder = perceiver.Decoder{Name: "perceiver.decoder", QueryDim: m.QueryDim, LatentDim: m.LatentDim, QK: m.DecoderQKWidth, V: m.DecoderVWidth,
		Heads: m.DecoderHeads, Residual: m.DecoderResidual, SelfLayers: m.DecoderLayers, Activation: m.Activation, MaskRule: m.MaskRule, Dropout: m.Dropout}
	switch m.Readout {
	case "tied":
		if m.QueryDim != m.EmbeddingDim {
			return nil, fmt.Errorf("model.query_dim = %d: a tied read-out compares outputs with the embeddings, so it must equal model.embedding_dim = %d", m.QueryDim, m.EmbeddingDim)
		}
	case "linear":
		n.decoder.OutputDim = n.ids()
	default:
		return nil, fmt.Errorf("model.readout = %q: it must be \"tied\" or \"linear\"", m.Readout)
	}
	if l := n.decoder.Layer(); l.QK%l.Heads != 0 || positive(l.V, l.QK)%l.Heads != 0 {
		return nil, fmt.Errorf("model.decoder_heads = %d: it must divide the attention widths of the decoder, %d and %d (model.decoder_qk_width and model.decoder_v_width set them)", l.Heads, l.QK, positive(l.V, l.QK))
	}
	return n, n.decoder.Validate()
}

func positive(a, otherwise int) int {
	if a != 0 {
		return a
	}
	return otherwise
}

func (m Model) ids() int { return positive(m.vocabulary, vocabulary) }

// inputParams are the embeddings and the positions of the inputs.
func (n *network) inputParams() []perceiver.Param {
	table := perceiver.TruncatedNormal(n.EmbeddingStd)
	ps := []perceiver.Param{perceiver.Tensor(embeddingsName, table, n.ids(), n.EmbeddingDim)}
	if n.Positions == "learned" {
		ps = append(ps, perceiver.Tensor(positionsName, table, n.length, n.EmbeddingDim))
	} else {
		ps = append(ps, n.places.Params()...)
	}
	return ps
}

func (n *network) params() []perceiver.Param {
	ps := n.inputParams()
	ps = append(ps, n.encoder.Params()...)
	ps = append(ps, n.queries.Params()...)
	ps = append(ps, n.decoder.Params()...)
	if n.Readout == "tied" {
		ps = append(ps, perceiver.Tensor(biasName, perceiver.Fill(0), n.ids()))
	}
	return ps
}

func (n *network) shapes() tasks.Shapes {
	return tasks.Shapes{M: n.length, C: n.encoder.InputDim, N: n.Latents, D: n.LatentDim, O: n.length, Q: n.QueryDim, E: n.ids()}
}

func (n *network) cost() perceiver.Cost {
	var c perceiver.Cost
	c.Input.Params = n.ids() * n.EmbeddingDim
	if n.Positions == "learned" {
		c.Input.Params += n.length * n.EmbeddingDim
	}
	c.Encode, c.Process = n.encoder.Cost(n.length)
	c.Decode = n.queries.Cost(n.length).Plus(n.decoder.Cost(n.length, n.Latents))
	if n.Readout == "tied" {
		c.Output = perceiver.LinearStep(n.length, n.QueryDim, n.ids())
		c.Output.Params = n.ids() // the table is counted with the input
	}
	return c
}

// inputs builds the input array [B, M, C] from ids [B, M]; M may be shorter than the length of the position table.
func (n *network) inputs(p *perceiver.Pass, ids *Node) (*Node, error) {
	return p.Catch("perceiver.input_preprocessor", func() *Node {
		x := p.Embed(embeddingsName, ids)
		b, m := ids.Shape().Dim(0), ids.Shape().Dim(1)
		if m > n.length {
			panic(fmt.Errorf("the input has %d ids, the model takes %d at most", m, n.length))
		}
		p.Show("inputs_without_pos", x)
		head := func(table *Node) *Node { return perceiver.Broadcast(Slice(table, AxisRange(0, m)), b) }
		if n.Positions == "learned" {
			x = Add(x, head(p.Weight(positionsName)))
		} else {
			x = Concatenate([]*Node{x, head(n.places.Encode(p))}, -1)
		}
		p.Show("preprocessed", x)
		return x
	})
}

// latents builds encode and process; mask [B, M], 1 for ids that are there, may be nil.
func (n *network) latents(p *perceiver.Pass, inputs, mask *Node) (*Node, error) {
	if mask == nil {
		return n.encoder.Forward(p, inputs, nil)
	}
	return n.encoder.Forward(p, inputs, &perceiver.Mask{Keys: mask})
}

// outputs builds the scores [B, O', 262] of the queries in rows, or of all.
func (n *network) outputs(p *perceiver.Pass, latents, inputs, rows *Node) (*Node, error) {
	if rows != nil && !n.decoder.Independent() {
		return nil, fmt.Errorf("perceiver: %s: model.decoder_layers = %d: outputs that attend to each other cannot be decoded in parts", n.decoder.Name, n.decoder.SelfLayers)
	}
	queries, err := n.queries.Array(p, perceiver.QueryInput{Rows: rows, Features: map[string]*Node{"inputs": inputs}})
	if err != nil {
		return nil, err
	}
	y, err := n.decoder.Decode(p, latents, queries, nil)
	if err != nil || n.Readout == "linear" {
		return y, err
	}
	return p.Catch("embedding_decoder", func() *Node {
		scores := DotGeneral(y, []int{2}, nil, p.Weight(embeddingsName), []int{1}, nil)
		return Add(scores, Reshape(p.Weight(biasName), 1, 1, n.ids()))
	})
}
