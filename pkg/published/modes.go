// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// randomState is the state that dropout would draw from. Nothing is drawn: only models without dropout are compared.
var randomState = [3]uint64{1, 2, 3}

// training compares a forward and backward pass in training mode, where the file has one: the batch norm then uses the
// statistics of the batch, and moves the running ones.
func (v *verification) training() error {
	var names []string
	for _, x := range v.io.Tensors() {
		if strings.HasPrefix(x.Name, "train.") {
			names = append(names, x.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	dropout, err := v.dropout()
	if err != nil {
		return err
	}
	if dropout != 0 {
		v.report.Skipped = append(v.report.Skipped, names...) // what is dropped is drawn, so there is nothing to compare
		return nil
	}
	var kept []string
	var params []perceiver.Param
	values, err := v.run("verify_training", v.inputs, func(p *perceiver.Pass, in map[string]*Node) ([]*Node, error) {
		kept, params = nil, nil
		p.Train(Const(p.Graph(), randomState[:]))
		out, err := v.Forward(p, in)
		if err != nil {
			return nil, err
		}
		lossNames, losses, err := losses(in, out)
		if err != nil {
			return nil, err
		}
		for i, name := range lossNames {
			out[name] = losses[i]
		}
		var nodes []*Node
		for _, name := range sortedKeys(out) {
			kept, nodes = append(kept, "train."+strings.TrimPrefix(name, "out.")), append(nodes, out[name])
		}
		if len(losses) > 0 {
			var gradients []*Node
			params, gradients = v.gradients(p, losses[0])
			nodes = append(nodes, gradients...)
		}
		return nodes, nil
	})
	if err != nil {
		return err
	}
	got := map[string][]float32{}
	for name, x := range pieces(params, values[len(kept):]) {
		got["train.grad."+name] = x
	}
	for i, name := range kept {
		got[name] = values[i]
	}
	err = v.weights.Published("", func(piece perceiver.Piece, x []float32) error {
		got["train.after."+piece.Name] = x
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		x, _ := v.io.Tensor(name)
		if got[name] == nil {
			v.absent(x, "the model has no such value")
		} else if err := v.row(name, x.Shape, got[name]); err != nil {
			return err
		}
	}
	return nil
}

// dropout is the probability that config.json gives for training.
func (v *verification) dropout() (float64, error) {
	c := struct {
		Dropout float64 `json:"attention_probs_dropout_prob"`
	}{0.1} // the port's default
	raw, err := readSmall(filepath.Join(v.Dir, ConfigFile))
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	return c.Dropout, err
}

// chunks compares outputs at all places, which the port decodes in parts: the places are asked for in order, and what
// comes out is laid end to end. Outputs that do not depend on places are the same in every part.
func (v *verification) chunks() error {
	const full, subsampled = "full.", "in.subsampled."
	var names []string
	for _, x := range v.io.Tensors() {
		if strings.HasPrefix(x.Name, full) {
			names = append(names, x.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	parts := max(v.bounds.Chunks, 1)
	places := map[string]int{} // in all, by modality
	for _, name := range names {
		key := strings.TrimPrefix(name, full)
		asked, ok := v.inputs[subsampled+key]
		if !ok {
			continue
		}
		// Some outputs have several numbers for a place; how many, the output at the given places shows.
		some, _ := v.io.Tensor("out.logits." + key)
		all, _ := v.io.Tensor(name)
		if len(some.Shape) < 2 || len(all.Shape) < 2 || some.Shape[1] < 1 {
			return fmt.Errorf("%s: there is no out.logits.%s with which it could be compared", name, key)
		}
		places[key] = all.Shape[1] * len(asked.ids) / some.Shape[1]
		if places[key]%parts != 0 {
			return fmt.Errorf("%s: its %d places cannot be decoded in %d equal parts", name, places[key], parts)
		}
	}
	if len(places) == 0 {
		return fmt.Errorf("%s: there are no inputs %s*", names[0], subsampled)
	}
	collected := map[string][][]float32{}
	var shapes map[string][]int
	for part := range parts {
		inputs := map[string]array{}
		for name, x := range v.inputs {
			if !strings.HasPrefix(name, cotangents) {
				inputs[name] = x
			}
		}
		for key, n := range places {
			size := n / parts
			ids := make([]int32, size)
			for i := range ids {
				ids[i] = int32(part*size + i)
			}
			inputs[subsampled+key] = array{shape: []int{size}, ids: ids}
		}
		values, err := v.run("verify_chunk", inputs, func(p *perceiver.Pass, in map[string]*Node) ([]*Node, error) {
			out, err := v.Forward(p, in)
			if err != nil {
				return nil, err
			}
			shapes = map[string][]int{}
			var nodes []*Node
			for _, name := range names {
				key := strings.TrimPrefix(name, full)
				y := out["out.logits."+key]
				if y == nil {
					return nil, fmt.Errorf("%s: the model has no output out.logits.%s", name, key)
				}
				shapes[name] = y.Shape().Dimensions
				nodes = append(nodes, y)
			}
			return nodes, nil
		})
		if err != nil {
			return err
		}
		for i, name := range names {
			collected[name] = append(collected[name], values[i])
		}
	}
	for _, name := range names {
		got := collected[name][0]
		if _, placed := places[strings.TrimPrefix(name, full)]; placed {
			got = endToEnd(collected[name], shapes[name][0])
		}
		x, _ := v.io.Tensor(name)
		if err := v.row(name, x.Shape, got); err != nil {
			return err
		}
	}
	return nil
}

// endToEnd lays arrays [batch, n, …] end to end along their second axis.
func endToEnd(parts [][]float32, batch int) []float32 {
	var out []float32
	for b := range batch {
		for _, x := range parts {
			n := len(x) / batch
			out = append(out, x[b*n:(b+1)*n]...)
		}
	}
	return slices.Clip(out)
}
