// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"errors"
	"fmt"
	"image"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// Classifier says of pictures of any size what is on them.
type Classifier struct {
	network *Network
	program *perceiver.Program
}

// NewClassifier makes a Classifier. The weights must not change while it is in use. The network must be one for square
// pictures, since the Processor makes such.
func (n *Network) NewClassifier(backend compute.Backend, w *perceiver.Weights) (*Classifier, error) {
	if n.Height != n.Width {
		return nil, fmt.Errorf("image: the network takes pictures of %d×%d pixels (width × height); pictures are cut to squares, so both must be equal", n.Width, n.Height)
	}
	program, err := w.Compile(backend, "classify pictures", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		x, err := n.inputs(p, in[0])
		if err != nil {
			return nil, err
		}
		z, err := n.latents(p, x, nil)
		if err != nil {
			return nil, err
		}
		y, err := n.logits(p, z)
		if err != nil {
			return nil, err
		}
		return []*Node{Softmax(y, -1)}, nil
	})
	if err != nil {
		return nil, err
	}
	return &Classifier{n, program}, nil
}

// Close frees the program.
func (c *Classifier) Close() { c.program.Close() }

// Classify cuts and resizes a picture as the published processor does, and gives the probability of each class.
func (c *Classifier) Classify(img image.Image) ([]float32, error) {
	pixels, err := Processor{Size: c.network.Height}.Pixels(img)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	return c.classify(pixels)
}

// classify takes normalised pixels, [H, W, 3].
func (c *Classifier) classify(pixels []float32) ([]float32, error) {
	side := c.network.Height
	out, err := c.program.Run(tensors.FromFlatDataAndDimensions(pixels, 1, side, side, colours))
	if err != nil {
		return nil, err
	}
	probabilities, err := perceiver.Float32s(out[0])
	if err != nil {
		return nil, err
	}
	for _, p := range probabilities {
		if p != p {
			return nil, errors.New("image: the model's answer is not a number, so its weights are damaged or its training diverged; choose others")
		}
	}
	return probabilities, nil
}
