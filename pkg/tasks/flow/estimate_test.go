// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"

	. "github.com/gomlx/gomlx/core/graph"
)

// whole is what the network says about two pictures of its own size, in one piece.
func whole(t *testing.T, n *Network, w *perceiver.Weights, a, b *Frame) []float32 {
	t.Helper()
	return perceivertest.Run(t, backendtest.Any(t), w, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(append(append([]float32{}, a.Pix...), b.Pix...), 1, 2, n.Height, n.Width, 3)}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		out, err := n.Forward(p, map[string]*Node{"in.frames": in[0]})
		if err != nil {
			return nil, err
		}
		return []*Node{n.Pixels(out["out.logits"])}, nil
	})[0]
}

// Tiles are decoded in parts, in batches of which the last is not full, and merged: the same as one tile after another in
// one piece.
func TestEstimate(t *testing.T) {
	n, w := smallNetwork(t)
	const width, height = 17, 9
	a, b := NewFrame(picture(width, height, 1)), NewFrame(picture(width, height, 2))
	m := newMerger(height, width)
	tiles := n.Tiles(height, width)
	for _, tile := range tiles {
		at := func(seed int) *Frame {
			return NewFrame(picture(width, height, seed).(*image.NRGBA).SubImage(image.Rect(tile.X, tile.Y, tile.X+n.Width, tile.Y+n.Height)))
		}
		m.add(tile, whole(t, n, w, at(1), at(2)), n.Height, n.Width)
	}
	want := m.done()
	for _, c := range []struct{ batch, rows int }{{1, 48}, {4, 48}, {4, 7}, {9, 1}} {
		if len(tiles)%4 == 0 {
			t.Fatalf("%d tiles fill every batch", len(tiles))
		}
		e, err := n.NewEstimator(backendtest.Any(t), w, c.batch)
		if err != nil {
			t.Fatal(err)
		}
		if e.rows != n.pixels() {
			t.Errorf("%d of %d rows at once", e.rows, n.pixels())
		}
		e.rows = c.rows
		got, err := e.Estimate(t.Context(), a, b)
		e.Close()
		if err != nil {
			t.Fatal(err)
		}
		if got.Width != width || got.Height != height {
			t.Fatalf("the field has %d×%d pixels", got.Width, got.Height)
		}
		paritytest.Near(t, "field", wide(got.UV), wide(want.UV), 1e-4)
	}
}

func TestEstimateErrors(t *testing.T) {
	n, w := smallNetwork(t)
	if _, err := n.NewEstimator(backendtest.Any(t), w, -1); err == nil || !strings.Contains(err.Error(), "batch") {
		t.Errorf("a batch of 0: error %v", err)
	}
	e, err := n.NewEstimator(backendtest.Any(t), w, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	good := NewFrame(picture(8, 6, 1))
	for _, c := range []struct {
		a, b  *Frame
		words string
	}{
		{good, nil, "second picture is missing"},
		{NewFrame(picture(7, 6, 1)), good, "first picture has 7×6 pixels"},
		{good, NewFrame(picture(9, 6, 1)), "one size"},
		{good, &Frame{Width: 8, Height: 6, Pix: make([]float32, 5)}, "5 values"},
		{&Frame{}, good, "first picture"},
	} {
		if _, err := e.Estimate(t.Context(), c.a, c.b); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("error %v, want one with %q", err, c.words)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Estimate(ctx, good, good); !errors.Is(err, context.Canceled) {
		t.Errorf("after an interrupt: error %v", err)
	}
}

func TestNewFrame(t *testing.T) {
	grey := image.NewGray16(image.Rect(3, 4, 5, 5)) // bounds need not begin at 0
	grey.SetGray16(3, 4, color.Gray16{0})
	grey.SetGray16(4, 4, color.Gray16{0xffff})
	f := NewFrame(grey)
	if f.Width != 2 || f.Height != 1 || len(f.Pix) != 6 {
		t.Fatalf("got %+v", f)
	}
	for i, want := range []float32{-1, -1, -1, 1, 1, 1} {
		if f.Pix[i] != want {
			t.Errorf("value %d is %g, want %g", i, f.Pix[i], want)
		}
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	clear.Set(0, 0, color.NRGBA{51, 102, 204, 10})
	for i, want := range []float32{51./255*2 - 1, 102./255*2 - 1, 204./255*2 - 1} {
		if got := NewFrame(clear).Pix[i]; got-want > 1e-6 || want-got > 1e-6 {
			t.Errorf("colour %d of a transparent pixel is %g, want %g", i, got, want)
		}
	}
}
