// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"

	. "github.com/gomlx/gomlx/core/graph"
)

// Whichever elements are asked for, they are answered as they are among all, under both rules of position.
func TestRows(t *testing.T) {
	for _, rule := range []string{"grid", "published"} {
		t.Run(rule, func(t *testing.T) {
			m := smallModel()
			m.RowPositions = rule
			backendtest.Each(t, func(t *testing.T, b compute.Backend) {
				n, w := build(t, m)
				in := example(n.Model)
				all := forward(t, b, n, w, in)
				sound, pixels := []int32{3, 0}, []int32{47, 5, 5, 12, 0}
				in["in.subsampled.audio"] = tensors.FromFlatDataAndDimensions(sound, len(sound))
				in["in.subsampled.image"] = tensors.FromFlatDataAndDimensions(pixels, len(pixels))
				some := forward(t, b, n, w, in)
				paritytest.Near(t, "audio", some["out.logits.audio"], pick(all["out.logits.audio"], 4, 3, sound), 1e-5)
				paritytest.Near(t, "image", some["out.logits.image"], pick(all["out.logits.image"], 48, 3, pixels), 1e-5)
				paritytest.Near(t, "label", some["out.logits.label"], all["out.logits.label"], 1e-5)
			})
		})
	}
}

// The two rules of position are different.
func TestRowPositions(t *testing.T) {
	b := backendtest.Any(t)
	outs := map[string]map[string][]float64{}
	for _, rule := range []string{"", "grid", "published"} {
		m := smallModel()
		m.RowPositions = rule
		n, w := build(t, m)
		outs[rule] = forward(t, b, n, w, example(n.Model))
	}
	for _, name := range []string{"out.logits.audio", "out.logits.image"} {
		paritytest.Near(t, name, outs[""][name], outs["grid"][name], 0)
		if !far(outs["grid"][name], outs["published"][name]) {
			t.Errorf("%s does not depend on the rule", name)
		}
	}
	paritytest.Near(t, "label", outs["published"]["out.logits.label"], outs["grid"]["out.logits.label"], 0)
}

func far(a, b []float64) bool {
	for i := range a {
		if d := a[i] - b[i]; d > 1e-3 || d < -1e-3 {
			return true
		}
	}
	return false
}

// A class that is hidden has no influence and need not be there; one that is not hidden has.
func TestHiddenLabel(t *testing.T) {
	b := backendtest.Any(t)
	for _, c := range []struct {
		rate   float64
		hidden bool
	}{{0, false}, {0.5, true}, {1, true}} {
		m := smallModel()
		m.MaskLabel = c.rate
		n, w := build(t, m)
		in := example(n.Model)
		first := forward(t, b, n, w, in)
		in["in.label"] = tensors.FromFlatDataAndDimensions(waves(2*m.Classes, 9)[0], 2, m.Classes)
		second := forward(t, b, n, w, in)
		if same := !far(first["out.last_hidden_state"], second["out.last_hidden_state"]); same != c.hidden {
			t.Errorf("at a rate of %g the class is hidden: %v, want %v", c.rate, same, c.hidden)
		}
		if c.rate < 1 {
			continue
		}
		delete(in, "in.label")
		third := forward(t, b, n, w, in)
		paritytest.Near(t, "without a label", third["out.last_hidden_state"], first["out.last_hidden_state"], 0)
	}
}

// In training each element is hidden by chance, as often as asked; what is not hidden stays as it was.
func TestMasking(t *testing.T) {
	m := smallModel()
	m.Samples, m.MaskAudio, m.MaskImage, m.MaskLabel = 3000, 0.25, 1, 0.5
	n, w := build(t, m)
	whole := *n
	whole.masks = nil
	inputs := func(n *Network, training bool) func(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error) {
		return func(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error) {
			if training {
				p.Train(in["state"])
			}
			x, err := n.inputs(p, in)
			return map[string]*Node{"x": x}, err
		}
	}
	b := backendtest.Any(t)
	in := example(n.Model)
	off, err := run(t, b, w, in, inputs(&whole, false))
	if err != nil {
		t.Fatal(err)
	}
	in["state"] = tensors.FromFlatDataAndDimensions([]uint64{1, 2, 3}, 3)
	on, err := run(t, b, w, in, inputs(n, true))
	if err != nil {
		t.Fatal(err)
	}
	width, elements := n.encoder.InputDim, n.inputCount()
	hidden := map[string]int{}
	for i := range 2 * elements {
		name := label
		if e := i % elements; e < 1000 {
			name = audio
		} else if e < 1000+12 {
			name = image
		}
		mask, err := w.Values(inputName + "mask." + name)
		if err != nil {
			t.Fatal(err)
		}
		x, was := on["x"][i*width:(i+1)*width], off["x"][i*width:(i+1)*width]
		isMask := true
		for c := range x {
			isMask = isMask && x[c] == float64(mask[c])
		}
		if isMask {
			hidden[name]++
		} else if !slices.Equal(x, was) {
			t.Fatalf("element %d is neither hidden nor what it was", i)
		}
	}
	if hidden[image] != 24 || hidden[audio] < 420 || hidden[audio] > 580 { // 500 expected, 19 standard deviation
		t.Errorf("hidden: %v", hidden)
	}
}

func TestForwardErrors(t *testing.T) {
	n, w := build(t, smallModel())
	for name, c := range map[string]struct {
		change func(in map[string]*tensors.Tensor)
		words  string
	}{
		"no sound": {func(in map[string]*tensors.Tensor) { delete(in, "in.audio") }, "needs in.audio"},
		"no label": {func(in map[string]*tensors.Tensor) { delete(in, "in.label") }, "needs in.label"},
		"shape":    {func(in map[string]*tensors.Tensor) { in["in.image"] = in["in.audio"] }, "in.image must have shape [B 2 3 4 6]"},
		"another batch": {func(in map[string]*tensors.Tensor) {
			in["in.label"] = tensors.FromFlatDataAndDimensions(make([]float32, 5), 1, 5)
		}, "in.label is for 1 examples"},
		"rows": {func(in map[string]*tensors.Tensor) {
			in["in.subsampled.audio"] = tensors.FromFlatDataAndDimensions([]float32{1}, 1)
		}, "rows are integers"},
	} {
		in := example(n.Model)
		c.change(in)
		if _, err := run(t, backendtest.Any(t), w, in, n.Forward); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.words)
		}
	}
}

// The positions of inputs and of queries at the published sizes, at the places that the fixtures have.
func TestPublishedPositions(t *testing.T) {
	units := paritytest.Read(t, paritytest.Folder(t, "units"), "fourier.safetensors")
	n, err := Published([]byte(published), nil)
	if err != nil {
		t.Fatal(err)
	}
	var params []perceiver.Param
	for _, name := range []string{audio, image} {
		params = append(append(params, n.places[name].Params()...), n.queries[name].Params()...)
	}
	w, err := perceiver.NewWeights(params, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]*tensors.Tensor{}
	for _, name := range []string{"audio_encoder.rows", "video_encoder.rows", "audio_decoder_sub.indices", "video_decoder_sub.indices"} {
		in[name] = units[name].Ints()
	}
	out, err := run(t, backendtest.Any(t), w, in, func(p *perceiver.Pass, in map[string]*Node) (map[string]*Node, error) {
		out := map[string]*Node{}
		for modality, fixture := range map[string]string{audio: "audio", image: "video"} {
			out[fixture+"_encoder.values"] = Gather(n.places[modality].Encode(p), InsertAxes(in[fixture+"_encoder.rows"], -1))
			q, err := n.queries[modality].Array(p, perceiver.QueryInput{Rows: in[fixture+"_decoder_sub.indices"]})
			if err != nil {
				return nil, err
			}
			out[fixture+"_decoder_sub"] = Slice(q, AxisRange(), AxisRange(0, n.places[modality].Width())) // the rest is padding
		}
		return out, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range out {
		paritytest.Near(t, name, values, units[name].Values, 1e-6)
	}
}
