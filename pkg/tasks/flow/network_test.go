// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"

	. "github.com/gomlx/gomlx/core/graph"
)

// Two pictures become the published neighbourhoods, and these the published channels of one pixel.
func TestPublishedNeighbourhoods(t *testing.T) {
	units := paritytest.Read(t, paritytest.Folder(t, "units"), "flow.safetensors")
	var frames []float32
	d := units["frame1"].Shape
	for _, name := range []string{"frame1", "frame2"} {
		img, values := image.NewNRGBA(image.Rect(0, 0, d[1], d[0])), units[name].Values
		for i := range d[0] * d[1] {
			img.Set(i%d[1], i/d[1], color.NRGBA{uint8(values[3*i]), uint8(values[3*i+1]), uint8(values[3*i+2]), 255})
		}
		frames = append(frames, NewFrame(img).Pix...)
	}
	w, err := perceiver.NewWeights(nil, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		out := perceivertest.Run(t, b, w, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(frames, 1, 2, d[0], d[1], 3)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			x := neighbourhoods(in[0], 3)
			return []*Node{TransposeAllAxes(x, 0, 1, 4, 2, 3), perceiver.Patches(x, 2, 1, 1)}, nil
		})
		paritytest.Near(t, "patches", wide(out[0]), units["patches"].Values, 1e-7)
		paritytest.Near(t, "space to depth", wide(out[1]), units["space_to_depth_t2"].Values, 1e-7)
	})
}

// Pictures and the neighbourhoods made of them are the same input; any rows give what they give among all; pixels are
// 20 times what the network gives out.
func TestForward(t *testing.T) {
	n, w := smallNetwork(t)
	frames := append(NewFrame(picture(8, 6, 1)).Pix, NewFrame(picture(8, 6, 2)).Pix...)
	rows := []int32{47, 0, 13, 13}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		n, w := n, w
		if b.Name() == "xla" { // weights stay on the backend that they were first used on
			n, w = smallNetwork(t)
		}
		out := perceivertest.Run(t, b, w, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(frames, 1, 2, 6, 8, 3), tensors.FromFlatDataAndDimensions(rows, 4)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			a, err := n.Forward(p, map[string]*Node{"in.frames": in[0]})
			if err != nil {
				return nil, err
			}
			patches := TransposeAllAxes(neighbourhoods(in[0], 3), 0, 1, 4, 2, 3)
			c, err := n.Forward(p, map[string]*Node{"in.patches": patches})
			if err != nil {
				return nil, err
			}
			x, err := n.inputs(p, map[string]*Node{"in.frames": in[0]})
			if err != nil {
				return nil, err
			}
			some, err := n.outputs(p, a["out.last_hidden_state"], x, in[1])
			return []*Node{a["out.logits"], c["out.logits"], some, n.Pixels(a["out.logits"])}, err
		})
		paritytest.Near(t, "patches", wide(out[1]), wide(out[0]), 1e-7)
		var picked, pixels []float64
		for _, r := range rows {
			picked = append(picked, wide(out[0][2*r:2*r+2])...)
		}
		paritytest.Near(t, "rows", wide(out[2]), picked, 1e-6)
		for _, x := range out[0] {
			pixels = append(pixels, 20*float64(x))
		}
		paritytest.Near(t, "pixels", wide(out[3]), pixels, 1e-5)
		if out[0][0] == out[0][2] && out[0][2] == out[0][4] {
			t.Error("all pixels move alike")
		}
	})
}

// The output divisor and the unit are two numbers: one inside of the network, one outside.
func TestScales(t *testing.T) {
	frames := make([]float32, 2*6*8*3)
	logits := func(divisor float64) []float32 {
		n, w := smallNetwork(t)
		n.OutputDivisor = divisor
		return perceivertest.Run(t, backendtest.Any(t), w, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(frames, 1, 2, 6, 8, 3)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			out, err := n.Forward(p, map[string]*Node{"in.frames": in[0]})
			return []*Node{out["out.logits"]}, err
		})[0]
	}
	a, b := logits(100), logits(25)
	for i := range a {
		a[i] *= 4
	}
	paritytest.Near(t, "a quarter of the divisor", wide(b), wide(a), 1e-5)
}

func TestForwardErrors(t *testing.T) {
	n, w := smallNetwork(t)
	for _, c := range []struct {
		name  string
		shape []int
		words string
	}{
		{"in.patches", []int{1, 2, 27, 8, 6}, "in.patches must have shape [B 2 27 6 8]"},
		{"in.frames", []int{1, 2, 6, 8}, "in.frames must have shape [B 2 6 8 3]"},
		{"pictures", []int{1}, "neither"},
	} {
		program, err := w.Compile(backendtest.Any(t), "test", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			out, err := n.Forward(p, map[string]*Node{c.name: in[0]})
			return []*Node{out["out.logits"]}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		size := 1
		for _, d := range c.shape {
			size *= d
		}
		_, err = program.Run(tensors.FromFlatDataAndDimensions(make([]float32, size), c.shape...))
		if err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s of shape %v: error %v, want one with %q", c.name, c.shape, err, c.words)
		}
		program.Close()
	}
}
