// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Array is the value of a part of a model.
type Array struct {
	Shape  []int
	Values []float32
}

// Ask computes what a model answers to a batch: its outputs [B, O, E], and the intermediate values of the given names, as
// "decoder.decoding_cross_attention.probs"; of a layer that runs several times, those of the last. A name that begins with
// * stands for one that ends as the rest of it. The batch is used up.
func Ask(backend compute.Backend, task tasks.Task, w *perceiver.Weights, batch tasks.Batch, names ...string) (outputs Array, shown map[string]Array, err error) {
	var all []string
	program, err := w.Compile(backend, "ask", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		all = all[:0]
		taps := make([]*Node, len(names))
		p.Tap = func(name string, value *Node) {
			all = append(all, name)
			for i, n := range names {
				if end, any := strings.CutPrefix(n, "*"); n == name || any && strings.HasSuffix(name, end) {
					taps[i] = value
				}
			}
		}
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		y, err := task.Outputs(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		for i, t := range taps {
			if t == nil {
				slices.Sort(all)
				return nil, fmt.Errorf("the model shows no %q; there are %q", names[i], slices.Compact(all))
			}
		}
		return append([]*Node{y}, taps...), nil
	})
	if err != nil {
		return Array{}, nil, err
	}
	defer program.Close()
	values, err := program.Run(batch...)
	if err != nil {
		return Array{}, nil, err
	}
	defer release(append(values, batch...))
	shown = map[string]Array{}
	for i, v := range values {
		a := Array{Shape: slices.Clone(v.Shape().Dimensions)}
		if a.Values, err = tensors.CopyFlatData[float32](v); err != nil {
			return Array{}, nil, err
		}
		if i == 0 {
			outputs = a
		} else {
			shown[names[i-1]] = a
		}
	}
	return outputs, shown, nil
}
