// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"

	. "github.com/gomlx/gomlx/core/graph"
)

// Cost is the cost of one window of text.
func (n *Network) Cost() perceiver.Cost {
	c := n.cost()
	if n.query.Name != "" {
		c.Decode, c.Output = n.labels.Cost(1, n.Latents), perceiver.Step{}
		c.Decode.Params += n.query.Dim
	}
	return c
}

// Shapes are the sizes of the arrays.
func (n *Network) Shapes() tasks.Shapes {
	s := n.shapes()
	if n.query.Name != "" {
		s.O, s.Q, s.E = 1, n.query.Dim, n.labels.OutputDim
	}
	return s
}

// Architecture is the latent array, encoder and tower.
func (n *Network) Architecture() perceiver.Config { return n.encoder }

// Vocabulary is the number of ids that the model knows.
func (n *Network) Vocabulary() int { return n.ids() }

// Task is the masked language model as a task without data, which can be asked.
func (n *Network) Task() (*Task, error) {
	switch {
	case n.query.Name != "":
		return nil, fmt.Errorf("language: a model of class %s names texts, and fills in nothing", ClassLabels)
	case n.ids() != vocabulary:
		return nil, fmt.Errorf("language: the model knows %d ids; a text has the %d of the byte tokenizer", n.ids(), vocabulary)
	}
	return &Task{network: n.network, data: Data{Length: n.length}, batch: 1}, nil
}

// Classifier says of texts which class they are of.
type Classifier struct {
	length  int
	program *perceiver.Program
}

// NewClassifier makes a Classifier of a network with classes. The weights must not change while it is in use.
func (n *Network) NewClassifier(backend compute.Backend, w *perceiver.Weights) (*Classifier, error) {
	if n.query.Name == "" {
		return nil, fmt.Errorf("language: a model of class %s fills in text, and has no classes", ClassMasked)
	}
	if n.ids() != vocabulary {
		return nil, fmt.Errorf("language: the model knows %d ids; a text has the %d of the byte tokenizer", n.ids(), vocabulary)
	}
	program, err := w.Compile(backend, "classify texts", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		out, err := n.Forward(p, map[string]*Node{"in.input_ids": in[0], "in.attention_mask": in[1]})
		if err != nil {
			return nil, err
		}
		return []*Node{Softmax(out["out.logits"], -1)}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Classifier{n.length, program}, nil
}

// Close frees the program.
func (c *Classifier) Close() { c.program.Close() }

// Classify gives the probability of each class. The text stands between the ids CLS and SEP, as the published tokenizer
// has it, and is cut where it is longer than the model's window.
func (c *Classifier) Classify(s string) ([]float32, error) {
	limits := text.Limits{Max: c.length, Cut: text.CutFirst, Fill: true}
	ids, mask := text.Tokenize(s, nil, limits)
	if len(ids) != c.length {
		return nil, fmt.Errorf("language: the model's window of %d ids is too short for a text", c.length)
	}
	out, err := c.program.Run(tensors.FromFlatDataAndDimensions(ids, 1, c.length), tensors.FromFlatDataAndDimensions(mask, 1, c.length))
	if err != nil {
		return nil, err
	}
	probabilities, err := perceiver.Float32s(out[0])
	if err != nil {
		return nil, err
	}
	for _, p := range probabilities {
		if p != p {
			return nil, errors.New("language: the model's answer is not a number, so its weights are damaged or its training diverged; choose others")
		}
	}
	return probabilities, nil
}
