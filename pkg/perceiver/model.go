// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph"
)

// Config is the latent array, the encoder and the latent tower. With CrossAttends at 1 it is Perceiver IO; with more
// it is the Perceiver of 2021, which looks at its input again between blocks.
//
// The tags are the keys of the section [model] of an experiment file; a task adds what its inputs and outputs need.
type Config struct {
	Latents        int `toml:"latents"`          // N
	LatentDim      int `toml:"latent_dim"`       // D
	Blocks         int `toml:"blocks"`           // times the stack of layers runs
	LayersPerBlock int `toml:"layers_per_block"` // distinct self-attention layers in the stack
	SelfHeads      int `toml:"self_heads"`
	CrossHeads     int `toml:"cross_heads"` // of the encoder; decoders have their own

	UnsharedBlocks bool `toml:"unshared_blocks"` // gives each block weights of its own; published models share them
	CrossAttends   int  `toml:"cross_attends"`   // encoder cross-attentions, one before each of the first blocks; 0: 1
	UnsharedCross  bool `toml:"unshared_cross"`  // gives each of them its own weights; else the 2nd and later ones share one set, as in 2021

	QKWidth       int    `toml:"qk_width"`       // Fqk of the encoder and of every latent layer; 0: by WidthRule, and LatentDim
	VWidth        int    `toml:"v_width"`        // Fv of the same; 0: Fqk
	WidthRule     string `toml:"width_rule"`     // "kv" (or ""): Fqk of the encoder is InputDim; "q": it is LatentDim
	SelfWidening  int    `toml:"self_widening"`  // hidden width of the latent MLPs in units of LatentDim; 0: 1
	CrossWidening int    `toml:"cross_widening"` // the same for the encoder's MLP

	NoEncoderResidual bool       `toml:"no_encoder_residual"`
	Activation        Activation `toml:"activation"`
	MaskRule          MaskRule   `toml:"mask_rule"`
	Dropout           float64    `toml:"dropout"`        // on attention probabilities
	OutputDropout     float64    `toml:"output_dropout"` // on the output of each attention and MLP
	LatentStd         float64    `toml:"latent_std"`     // of the initial latents; 0: 0.02, as published
	Rematerialize     bool       `toml:"rematerialize"`  // computes latent layers again in the backward pass: half the memory for a fifth more time

	InputDim int    `toml:"-"` // C, set by the task
	Prefix   string `toml:"-"` // of the published names; "": "perceiver"
}

func (c Config) prefix() string {
	if c.Prefix == "" {
		return "perceiver"
	}
	return c.Prefix
}

func (c Config) crossAttends() int { return positive(c.CrossAttends, 1) }

// LatentsName is the published name of the latent array.
func (c Config) LatentsName() string { return c.prefix() + ".embeddings.latents" }

// EncoderLayer is the k-th cross-attention of the encoder, k from 0: N latents attend to M inputs. Where cross-attends
// share their weights, layers of one name are the same layer.
func (c Config) EncoderLayer(k int) Layer {
	name := c.prefix() + ".encoder.cross_attention"
	if k > 0 && !c.UnsharedCross {
		k = 1
	}
	if k > 0 {
		name = fmt.Sprintf("%s_%d", name, k+1)
	}
	qk := positive(c.QKWidth, c.InputDim)
	if c.WidthRule == "q" {
		qk = positive(c.QKWidth, c.LatentDim)
	}
	l := c.layer(name, c.CrossHeads, qk, c.CrossWidening)
	l.KVDim, l.NoResidual = c.InputDim, c.NoEncoderResidual
	return l
}

// SelfLayer is the self-attention layer that runs at place i of a block; blocks share their weights unless UnsharedBlocks.
func (c Config) SelfLayer(block, i int) Layer {
	if c.UnsharedBlocks {
		i += block * c.LayersPerBlock
	}
	return c.layer(fmt.Sprintf("%s.encoder.self_attends.%d", c.prefix(), i), c.SelfHeads, positive(c.QKWidth, c.LatentDim), c.SelfWidening)
}

func (c Config) layer(name string, heads, qk, widen int) Layer {
	return Layer{Name: name, QueryDim: c.LatentDim, QK: qk, V: c.VWidth, Heads: heads, Widen: widen,
		Activation: c.Activation, MaskRule: c.MaskRule, AttentionDropout: c.Dropout, OutputDropout: c.OutputDropout}
}

// layers are the distinct layers of encoder and tower, in order.
func (c Config) layers() []Layer {
	var ls []Layer
	seen := map[string]bool{}
	add := func(l Layer) {
		if !seen[l.Name] {
			seen[l.Name] = true
			ls = append(ls, l)
		}
	}
	for k := range c.crossAttends() {
		add(c.EncoderLayer(k))
	}
	for b := range c.Blocks {
		for i := range c.LayersPerBlock {
			add(c.SelfLayer(b, i))
		}
	}
	return ls
}

// MaxSize bounds every size in a configuration, far above any in use, so that products of three fit an int.
const MaxSize = 1 << 20

// maxDepth bounds the number of latent layers, each of which takes time even to be listed.
const maxDepth = 1 << 12

// Validate names the first key that cannot be built, with its value and the rule.
func (c Config) Validate() error {
	for _, f := range []struct {
		key      string
		value    int
		smallest int
	}{
		{"latents", c.Latents, 1}, {"latent_dim", c.LatentDim, 1}, {"blocks", c.Blocks, 1}, {"layers_per_block", c.LayersPerBlock, 0},
		{"self_heads", c.SelfHeads, 1}, {"cross_heads", c.CrossHeads, 1}, {"cross_attends", c.CrossAttends, 0},
		{"qk_width", c.QKWidth, 0}, {"v_width", c.VWidth, 0}, {"self_widening", c.SelfWidening, 0}, {"cross_widening", c.CrossWidening, 0},
	} {
		if f.value < f.smallest {
			return fmt.Errorf("model.%s = %d: it must be at least %d", f.key, f.value, f.smallest)
		}
		if f.value > MaxSize {
			return fmt.Errorf("model.%s = %d: it must be at most %d", f.key, f.value, MaxSize)
		}
	}
	switch {
	case c.Blocks*c.LayersPerBlock > maxDepth || c.Blocks > maxDepth:
		return fmt.Errorf("model.blocks = %d: with model.layers_per_block = %d there would be %d layers; there may be at most %d of them, and as many blocks",
			c.Blocks, c.LayersPerBlock, c.Blocks*c.LayersPerBlock, maxDepth)
	case c.crossAttends() > c.Blocks:
		return fmt.Errorf("model.cross_attends = %d: there is one before each block at most, and model.blocks = %d", c.CrossAttends, c.Blocks)
	case c.WidthRule != "" && c.WidthRule != "kv" && c.WidthRule != "q":
		return fmt.Errorf("model.width_rule = %q: it must be \"kv\" or \"q\"", c.WidthRule)
	case c.LatentDim%c.SelfHeads != 0:
		return fmt.Errorf("model.self_heads = %d: it must divide model.latent_dim = %d", c.SelfHeads, c.LatentDim)
	case !(c.LatentStd >= 0 && c.LatentStd <= math.MaxFloat32): // written so that NaN fails
		return fmt.Errorf("model.latent_std = %g: it must be a number of at least 0", c.LatentStd)
	case !(c.Dropout >= 0 && c.Dropout < 1):
		return fmt.Errorf("model.dropout = %g: it must be in [0, 1)", c.Dropout)
	case !(c.OutputDropout >= 0 && c.OutputDropout < 1):
		return fmt.Errorf("model.output_dropout = %g: it must be in [0, 1)", c.OutputDropout)
	}
	if c.InputDim < 1 {
		return nil // the task has not set it yet
	}
	if l := c.EncoderLayer(0); l.QK%l.heads() != 0 || l.v()%l.heads() != 0 {
		return fmt.Errorf("model.cross_heads = %d: it must divide the attention widths of the encoder, %d and %d (model.qk_width and model.v_width set them)", l.heads(), l.QK, l.v())
	}
	for _, l := range c.layers() {
		if err := l.Validate(); err != nil {
			return fmt.Errorf("model: %w", err)
		}
	}
	return nil
}

// Params lists the weights: the latents, the encoder's layers and the distinct layers of the tower.
func (c Config) Params() []Param {
	std := c.LatentStd
	if std == 0 {
		std = 0.02
	}
	ps := []Param{Tensor(c.LatentsName(), TruncatedNormal(std), c.Latents, c.LatentDim)}
	for _, l := range c.layers() {
		ps = append(ps, l.Params()...)
	}
	return ps
}

// Encode lets the learned latents attend to inputs [B, M, C] and returns latents [B, N, D]. Mask may be nil.
func (c Config) Encode(p *Pass, inputs *Node, mask *Mask) (*Node, error) {
	return p.Catch("encode", func() *Node {
		latents := Broadcast(p.Weight(c.LatentsName()), inputs.Shape().Dim(0))
		return c.EncoderLayer(0).forward(p, latents, inputs, mask)
	})
}

// Process runs the latent tower over latents [B, N, D]. Inputs and mask are those of Encode; they are looked at again
// where CrossAttends is above 1, and may be nil where it is not. Latent self-attention is never masked.
func (c Config) Process(p *Pass, latents, inputs *Node, mask *Mask) (*Node, error) {
	return p.Catch("process", func() *Node {
		z := latents
		run := func(l Layer, keys *Node, m *Mask) {
			if c.Rematerialize {
				z = z.Checkpoint()
			}
			p.Show("hidden_states", z)
			z = l.forward(p, z, keys, m)
		}
		for b := range c.Blocks {
			if b > 0 && b < c.crossAttends() {
				run(c.EncoderLayer(b), inputs, mask)
			}
			for i := range c.LayersPerBlock {
				run(c.SelfLayer(b, i), nil, nil)
			}
		}
		if c.Rematerialize {
			z = z.StopCheckpoint()
		}
		p.Show("latents", z)
		return z
	})
}

// Forward is Encode and Process.
func (c Config) Forward(p *Pass, inputs *Node, mask *Mask) (*Node, error) {
	z, err := c.Encode(p, inputs, mask)
	if err != nil {
		return nil, err
	}
	return c.Process(p, z, inputs, mask)
}
