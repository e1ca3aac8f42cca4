// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"math"
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

// variants are the small model with what the paper's ablation changes.
func variants() map[string]Model {
	out := map[string]Model{}
	for _, frames := range []string{"", "separate"} {
		for name, change := range map[string]func(m *Model){"3×3": func(*Model) {}, "1×1": func(m *Model) { m.Patch = 1 }, "conv": func(m *Model) { m.Stem, m.Height = "conv", 8 }} {
			m := smallModel()
			m.Frames = frames
			change(&m)
			out[name+" "+frames] = m
		}
	}
	return out
}

// Every variant has as many weights as its cost counts, answers any rows as it does among all, and trains every weight.
func TestVariants(t *testing.T) {
	for name, m := range variants() {
		t.Run(name, func(t *testing.T) {
			n, err := m.Network()
			if err != nil {
				t.Fatal(err)
			}
			if got, want := n.Cost().Total().Params, perceiver.Count(n.Params()); got != want {
				t.Errorf("the cost counts %d weights, there are %d", got, want)
			}
			backendtest.Each(t, func(t *testing.T, b compute.Backend) { testVariant(t, b, n) })
		})
	}
}

func testVariant(t *testing.T, b compute.Backend, n *Network) {
	w := busy(t, n)
	frames := append(NewFrame(picture(n.Width, n.Height, 1)).Pix, NewFrame(picture(n.Width, n.Height, 2)).Pix...)
	rows := []int32{int32(n.pixels() - 1), 0, 13}
	var names []string
	out := perceivertest.Run(t, b, w, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(frames, 1, 2, n.Height, n.Width, 3), tensors.FromFlatDataAndDimensions(rows, 3)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		x, err := n.inputs(p, map[string]*Node{"in.frames": in[0]})
		if err != nil {
			return nil, err
		}
		z, err := n.encoder.Forward(p, x, nil)
		if err != nil {
			return nil, err
		}
		all, err := n.outputs(p, z, x, nil)
		if err != nil {
			return nil, err
		}
		some, err := n.outputs(p, z, x, in[1])
		if err != nil {
			return nil, err
		}
		out := []*Node{all, some}
		var weights []*Node
		for _, param := range n.Params() {
			if param.Trainable() {
				names, weights = append(names, param.Name), append(weights, p.Weight(param.Name))
			}
		}
		for _, g := range Gradient(ReduceAllSum(Square(AddScalar(some, -1))), weights...) {
			out = append(out, ReduceAllMax(Abs(g)))
		}
		return out, nil
	})
	if len(out[0]) != 2*n.pixels() {
		t.Fatalf("%d outputs for %d pixels", len(out[0]), n.pixels())
	}
	var want []float64
	for _, r := range rows {
		want = append(want, wide(out[0][2*r:2*r+2])...)
	}
	paritytest.Near(t, "rows", wide(out[1]), want, 1e-6)
	for i, name := range names {
		if g := out[2+i][0]; !(g > 0) || math.IsInf(float64(g), 0) {
			t.Errorf("the gradient of %s is at most %g", name, g)
		}
	}
}

// busy are weights none of which is 0, so that each has a say.
func busy(t *testing.T, n *Network) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(n.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"perceiver.decoder.decoder.final_layer.weight", flowName + ".weight"} {
		v := w.Variable("", name)
		if v == nil {
			continue
		}
		values := make([]float32, v.Shape().Size())
		for i := range values {
			values[i] = float32(i*7%11) - 5
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// The pool is the maximum over windows, and a pixel's movement a mean of those around it: both by hand.
func TestPoolAndUpsample(t *testing.T) {
	m := smallModel()
	m.Stem, m.Height = "conv", 8
	n, err := m.Network()
	if err != nil {
		t.Fatal(err)
	}
	w := busy(t, n)
	x := make([]float32, 4*6)
	for i := range x {
		x[i] = float32(i * 37 % 101)
	}
	y := make([]float32, n.asks()*n.FeatureDim)
	for i := range y {
		y[i] = float32(math.Sin(float64(i)))
	}
	out := perceivertest.Run(t, backendtest.Any(t), w, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, 1, 4, 6, 1), tensors.FromFlatDataAndDimensions(y, 1, n.asks(), n.FeatureDim)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		return []*Node{pool(in[0]), n.upsample(p, in[1]), p.Linear(flowName, in[1]), p.Linear(weightsName, in[1])}, nil
	})
	var want []float64
	for py := 0; py < 4; py += 2 {
		for px := 0; px < 6; px += 2 {
			largest := 0.
			for ky := py; ky < min(4, py+3); ky++ {
				for kx := px; kx < min(6, px+3); kx++ {
					largest = max(largest, float64(x[6*ky+kx]))
				}
			}
			want = append(want, largest)
		}
	}
	paritytest.Near(t, "pool", wide(out[0]), want, 0)

	h, width := n.Height/coarse, n.Width/coarse
	want = nil
	for py := range n.Height {
		for px := range n.Width {
			element := py/coarse*width + px/coarse
			at := (element*coarse*coarse + py%coarse*coarse + px%coarse) * neighbours
			var sum, u, v float64
			for k := range neighbours {
				weight := math.Exp(float64(out[3][at+k]))
				sum += weight
				if ey, ex := py/coarse+k/3-1, px/coarse+k%3-1; ey >= 0 && ex >= 0 && ey < h && ex < width {
					u, v = u+weight*float64(out[2][2*(ey*width+ex)]), v+weight*float64(out[2][2*(ey*width+ex)+1])
				}
			}
			want = append(want, u/sum, v/sum)
		}
	}
	paritytest.Near(t, "upsampled", wide(out[1]), want, 1e-4)
}

// The sizes of the ablation's rows, in the published size: M and C, queries and their width, as the paper's table 6 has them.
func TestVariantSizes(t *testing.T) {
	for _, c := range []struct {
		frames, stem    string
		m, width, asked int
	}{{"", "", 182528, 322, 182528}, {"separate", "", 365056, 451, 182528}, {"separate", "conv", 22816, 451, 11408}, {"", "conv", 11408, 322, 11408}} {
		n, err := Model{Config: perceiver.Config{Latents: 8, LatentDim: 16, Blocks: 1, SelfHeads: 1, CrossHeads: 1}, Frames: c.frames, Stem: c.stem}.Network()
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(n.elements(), n.encoder.InputDim, n.asks(), n.queries.Width()); got != fmt.Sprint(c.m, c.width, c.asked, c.width) {
			t.Errorf("%q %q: %s", c.frames, c.stem, got)
		}
	}
}
