// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/weights"
)

// bounds say how far apart numbers may be. Where meta.json gives a bound, it is that one. Otherwise it is ten times the
// distance between the port's own answers in float32 and in float64, if the file has both, and else a ten thousandth of
// the largest value: float32 errors grow with the depth of a model, and stay below that in the deepest published one.
type bounds struct {
	Outputs   map[string]float64 `json:"recommended_atol"` // by the name of the output without "out."
	Gradients float64            `json:"recommended_atol_grad"`
	Chunks    int                `json:"chunks"` // parts in which full.* was decoded
}

const (
	noiseFactor     = 10
	relativeBound   = 1e-4
	positionBound   = 1e-6 // of Fourier features made step by step in float32
	inputBound      = 3e-5 // of an input array behind a convolution or a linear layer
	statisticsBound = 1e-5 // of running statistics
)

func readBounds(dir string, io *weights.File) (bounds, error) {
	var b bounds
	raw, err := readSmall(filepath.Join(dir, metaFile))
	switch {
	case err == nil:
		if err := json.Unmarshal(raw, &b); err != nil {
			return b, fmt.Errorf("published %s: %w", filepath.Join(dir, metaFile), err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return b, err
	}
	if b.Outputs == nil {
		b.Outputs = map[string]float64{}
	}
	for _, x := range io.Tensors() {
		key, ok := strings.CutPrefix(x.Name, "out64.")
		if !ok || b.Outputs[key] > 0 {
			continue
		}
		if narrow, ok := io.Tensor("out." + key); !ok || narrow.Size() != x.Size() {
			continue
		}
		a, err := io.Float64s("out." + key)
		if err != nil {
			return b, err
		}
		exact, err := io.Float64s(x.Name)
		if err != nil {
			return b, err
		}
		worst := 0.
		for i := range a {
			worst = max(worst, math.Abs(a[i]-exact[i]))
		}
		b.Outputs[key] = noiseFactor * worst
	}
	return b, nil
}

// scaleGradients sets the bound of gradients where meta.json gives none, by the largest of all: some gradients are zero
// but for what rounding leaves of larger ones.
func (b *bounds) scaleGradients(f *weights.File, prefix string) error {
	if f == nil || b.Gradients > 0 {
		return nil
	}
	scale := 0.
	for _, x := range f.Tensors() {
		if !strings.HasPrefix(x.Name, prefix) {
			continue
		}
		values, err := f.Float64s(x.Name)
		if err != nil {
			return err
		}
		scale = max(scale, relative(values))
	}
	b.Gradients = scale
	return nil
}

// tolerance is the bound for a tensor of io.safetensors, or for "grad." and the name of a weight.
func (b bounds) tolerance(name string, want []float64) float64 {
	output := func(key string) float64 {
		if x := b.Outputs[key]; x > 0 {
			return x
		}
		return relative(want)
	}
	kind, key, _ := strings.Cut(name, ".")
	switch {
	case kind == "grad", strings.HasPrefix(key, "grad."):
		return b.Gradients
	case strings.HasPrefix(key, "after."):
		return statisticsBound
	case key == "loss" || key == "loss_multilabel":
		return output("logits") // a cross-entropy moves by no more than twice what the scores do, and by much less in the mean
	case kind == "full":
		return output("logits." + key)
	case kind != "dbg":
		return output(key)
	case strings.HasPrefix(key, "position_encoding") && !strings.HasSuffix(key, "projected"):
		return positionBound
	case strings.HasPrefix(key, "position_encoding"), strings.HasPrefix(key, "inputs_without_pos"), strings.HasPrefix(key, "convnet"), key == "preprocessed":
		return inputBound
	case strings.Contains(key, "decoder"):
		most := output("last_hidden_state")
		for _, x := range b.Outputs {
			most = max(most, x)
		}
		return most
	}
	return output("last_hidden_state")
}

// relative is the bound where nothing is known but the values.
func relative(want []float64) float64 {
	most := 0.
	for _, x := range want {
		most = max(most, math.Abs(x))
	}
	return max(relativeBound*most, 1e-9)
}
