// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
	"github.com/perceiver-go/perceiver/pkg/weights"
)

// WriteAnswers runs the model of a folder on inputs that a formula makes, and writes both into io.safetensors: in.* and
// out.*. It is for the other direction: another program loads the folder, and is compared with this one. A file that is
// there already holds somebody else's answers, and is left as it is.
func WriteAnswers(ctx context.Context, backend compute.Backend, dir string) error {
	folder, err := Open(dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, AnswersFile)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("published %s: there are answers in it already; remove it to have new ones", path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	w, err := folder.Load()
	if err != nil {
		return err
	}
	in := exampleInputs(folder.Model)
	if err := ctx.Err(); err != nil {
		return err
	}
	var names []string
	var shapes [][]int
	values, err := run(backend, w, "answers", in, func(p *perceiver.Pass, in map[string]*Node) ([]*Node, error) {
		names, shapes = nil, nil
		out, err := folder.Forward(p, in)
		var nodes []*Node
		for _, name := range sortedKeys(out) {
			names, shapes, nodes = append(names, name), append(shapes, out[name].Shape().Dimensions), append(nodes, out[name])
		}
		return nodes, err
	})
	if err != nil {
		return fmt.Errorf("published %s: %w", dir, err)
	}
	var list []weights.Tensor
	for _, name := range sortedKeys(in) {
		x, dtype := in[name], "F32"
		if x.ids != nil {
			dtype = "I64"
			for _, id := range x.ids {
				x.floats = append(x.floats, float32(id))
			}
		}
		list, values = append(list, weights.Tensor{Name: name, DType: dtype, Shape: x.shape}), append(values, x.floats)
	}
	for i := range names {
		if !finite(values[i]) {
			return fmt.Errorf("published %s: %s has values that are no numbers", dir, names[i])
		}
	}
	for i, name := range slices.Backward(names) { // outputs are before inputs in values
		list = slices.Insert(list, 0, weights.Tensor{Name: name, DType: "F32", Shape: shapes[i]})
	}
	return weights.Write(path, nil, list, func(i int) ([]float32, error) { return values[i], nil })
}

// exampleInputs are inputs by the formula, of the sizes that a model takes. A text has padding at its end, and of a
// video some places are asked for.
func exampleInputs(m Model) map[string]array {
	switch n := m.(type) {
	case *language.Network:
		s := n.Shapes()
		return textInputs(s.M, n.Vocabulary())
	case *image.Network:
		return map[string]array{"in.pixel_values": uniform("input:pixel_values", 2, 0, 1, 3, n.Height, n.Width)}
	case *flow.Network:
		return map[string]array{"in.patches": flowPatches(n.Height, n.Width)}
	case *multimodal.Network:
		audio, pixels := n.Samples/n.PatchSamples, n.Frames*n.Height*n.Width
		return map[string]array{
			"in.image":            uniform("input:image", 0.5, 0.5, 1, n.Frames, 3, n.Height, n.Width),
			"in.audio":            uniform("input:audio", 1, 0, 1, n.Samples, 1),
			"in.label":            {shape: []int{1, n.Classes}, floats: make([]float32, n.Classes)},
			"in.subsampled.audio": places(min(audio, 480), audio),
			"in.subsampled.image": places(min(pixels, 4096), pixels),
		}
	}
	return nil
}

// textInputs are two windows of ids: a full one, and one of which the last quarter is padding.
func textInputs(length, vocabulary int) map[string]array {
	const pad = 0
	shape, start := []int{2, length}, seed("input:input_ids")
	ids, keep := make([]int32, 2*length), make([]int32, 2*length)
	for i := range ids {
		if i < 2*length-length/4 {
			ids[i], keep[i] = int32(mix(start+uint64(i))>>40)%int32(vocabulary), 1
		} else {
			ids[i] = pad
		}
	}
	return map[string]array{"in.input_ids": {shape: shape, ids: ids}, "in.attention_mask": {shape: shape, ids: keep}}
}

// places are n of them out of all, spread evenly.
func places(n, all int) array {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(i * all / n)
	}
	return array{shape: []int{n}, ids: ids}
}
