// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

func smallNetwork(t *testing.T, height, width int) (*Network, *perceiver.Weights) {
	t.Helper()
	m := Defaults()
	m.Latents, m.LatentDim, m.Blocks, m.LayersPerBlock, m.Bands, m.Classes = 4, 16, 1, 1, 3, 5
	n, err := m.Network(height, width)
	if err != nil {
		t.Fatal(err)
	}
	w, err := perceiver.NewWeights(n.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Init(1); err != nil {
		t.Fatal(err)
	}
	return n, w
}

// A picture of another size is classified as its processed pixels are by the network itself.
func TestClassify(t *testing.T) {
	b := backendtest.Any(t)
	n, w := smallNetwork(t, 12, 12)
	img := image.NewNRGBA(image.Rect(3, 2, 43, 31))
	for y := 2; y < 31; y++ {
		for x := 3; x < 43; x++ {
			img.SetNRGBA(x, y, color.NRGBA{uint8(7 * x), uint8(5 * y * x), uint8(200 - 3*y), 255})
		}
	}
	c, err := n.NewClassifier(b, w)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	got, err := c.Classify(img)
	if err != nil {
		t.Fatal(err)
	}

	pixels, err := Processor{Size: 12}.Pixels(img)
	if err != nil {
		t.Fatal(err)
	}
	planes := make([]float32, len(pixels)) // [3, 12, 12]
	for i := range 144 {
		for k := range colours {
			planes[k*144+i] = pixels[i*colours+k]
		}
	}
	program, err := w.Compile(b, "forward", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		out, err := n.Forward(p, map[string]*Node{"in.pixel_values": in[0]})
		if err != nil {
			return nil, err
		}
		return []*Node{out["out.logits"]}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	out, err := program.Run(tensors.FromFlatDataAndDimensions(planes, 1, colours, 12, 12))
	if err != nil {
		t.Fatal(err)
	}
	logits, err := perceiver.Float32s(out[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.
	for _, x := range logits {
		sum += math.Exp(float64(x))
	}
	if len(got) != n.Classes {
		t.Fatalf("%d probabilities, want %d", len(got), n.Classes)
	}
	for i, x := range logits {
		if want := math.Exp(float64(x)) / sum; math.Abs(float64(got[i])-want) > 1e-5 {
			t.Errorf("class %d has probability %g, want %g", i, got[i], want)
		}
	}
}

func TestClassifyRefuses(t *testing.T) {
	b := backendtest.Any(t)
	n, w := smallNetwork(t, 12, 16)
	if _, err := n.NewClassifier(b, w); err == nil || !strings.Contains(err.Error(), "16×12") {
		t.Errorf("a network for pictures that are no squares: %v", err)
	}
	n, w = smallNetwork(t, 12, 12)
	c, err := n.NewClassifier(b, w)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Classify(image.NewGray(image.Rect(0, 0, 9, 1))); err == nil {
		t.Error("a picture of one line was classified")
	}
	if err := w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		size := 1
		for _, d := range piece.Shape {
			size *= d
		}
		values := make([]float32, size)
		for i := range values {
			values[i] = float32(math.NaN())
		}
		return values, nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Classify(image.NewGray(image.Rect(0, 0, 9, 9))); err == nil || !strings.Contains(err.Error(), "not a number") {
		t.Errorf("damaged weights: %v", err)
	}
}
