// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package classical

import (
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/flow"
)

// A picture whose parts move by known amounts: the method finds most of it.
func TestFindsMovement(t *testing.T) {
	g := flow.Generator{Width: 96, Height: 72, Textures: flow.Textures(5, 8), Seed: 1, Layers: 1, Motion: 5, Turn: 0.03, Zoom: 0.03}
	var zero, found float64
	for i := range 6 {
		p := g.Pair(uint64(i))
		f, err := HornSchunck(p.A, p.B, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := flow.Compare(p.Flow, f, p.Matched())
		if err != nil {
			t.Fatal(err)
		}
		still, err := flow.Compare(p.Flow, flow.NewField(96, 72), p.Matched())
		if err != nil {
			t.Fatal(err)
		}
		zero, found = zero+still.EPE, found+e.EPE
	}
	if found > 0.3*zero {
		t.Errorf("off by %.2f pixels in the mean, no movement at all by %.2f", found/6, zero/6)
	}
}

// Nothing moves where nothing changes, and pictures may be tiny, flat or of two sizes.
func TestCorners(t *testing.T) {
	p := (&flow.Generator{Width: 40, Height: 30, Textures: flow.Textures(5, 1)}).Pair(0)
	f, err := HornSchunck(p.A, p.A, Settings{})
	if err != nil || f.Largest() > 1e-6 {
		t.Errorf("the same picture twice moves by %g, %v", f.Largest(), err)
	}
	for _, size := range []image.Rectangle{image.Rect(0, 0, 1, 1), image.Rect(0, 0, 100, 1), image.Rect(3, 4, 9, 30)} {
		f, err := HornSchunck(image.NewGray(size), image.NewRGBA(size), Settings{})
		if err != nil || f.Width != size.Dx() || !(f.Largest() < 1) {
			t.Errorf("%v: %v", size, err)
		}
	}
	if _, err := HornSchunck(image.NewGray(image.Rect(0, 0, 4, 4)), image.NewGray(image.Rect(0, 0, 4, 5)), Settings{}); err == nil || !strings.Contains(err.Error(), "one size") {
		t.Errorf("two sizes: %v", err)
	}
}

func TestPlane(t *testing.T) {
	p := plane{2, 2, []float32{0, 2, 4, 6}}
	if got := p.sample(0.5, 0.25); got != 2 {
		t.Errorf("a sample is %g", got)
	}
	if got := p.half(); got.w != 1 || got.h != 1 || got.at[0] != 3 {
		t.Errorf("half is %+v", got)
	}
	if got := p.median().at[0]; got != 2 { // 0 0 2 0 0 2 4 4 6
		t.Errorf("the median is %g", got)
	}
	if d := p.double(4, 4); d.at[5] != 2*p.sample(0.25, 0.25) {
		t.Errorf("doubled: %v", d.at)
	}
}

func BenchmarkHornSchunck(b *testing.B) {
	p := (&flow.Generator{Width: 320, Height: 240, Textures: flow.Textures(5, 8), Layers: 2, Motion: 5}).Pair(0)
	for b.Loop() {
		if _, err := HornSchunck(p.A, p.B, Settings{}); err != nil {
			b.Fatal(err)
		}
	}
}

// On real pictures it is far better than no movement.
func TestMiddlebury(t *testing.T) {
	folder := filepath.FromSlash("../../../../shared/data/flow/middlebury")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the pictures of Middlebury are not beside the checkout, in ../shared/data/flow")
	}
	files, err := flow.Find(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.Contains(f.Name, "Dimetrodon") && !testing.Verbose() { // one will do
			continue
		}
		p, err := f.Read()
		if err != nil {
			t.Fatal(err)
		}
		found, err := HornSchunck(p.A, p.B, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		e, _ := flow.Compare(p.Flow, found, nil)
		zero, _ := flow.Compare(p.Flow, flow.NewField(found.Width, found.Height), nil)
		t.Logf("%s: %.3f, without movement %.3f", f.Name, e.EPE, zero.EPE)
		if !(e.EPE < zero.EPE/2) || math.IsNaN(e.EPE) {
			t.Errorf("%s: off by %.2f pixels, no movement by %.2f", f.Name, e.EPE, zero.EPE)
		}
	}
}
