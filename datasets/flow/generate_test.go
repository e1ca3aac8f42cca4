// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func generator() *Generator {
	return &Generator{Width: 48, Height: 32, Textures: Textures(1, 8), Seed: 3, Layers: 3, Motion: 4, Turn: 0.1, Zoom: 0.1, Wave: 1}
}

// A pair is a function of the seed and its index, whoever makes it.
func TestPairsAreTheSameAgain(t *testing.T) {
	g := generator()
	g.Light, g.Grain, g.Blur, g.Fog = 1, 1, 1, 1
	first := make([]*Pair, 8)
	var wait sync.WaitGroup
	for i := range first {
		wait.Go(func() { first[i] = g.Pair(uint64(i)) })
	}
	wait.Wait()
	other := *g
	other.Textures = Textures(1, 8)
	for i, p := range first {
		if !reflect.DeepEqual(p, other.Pair(uint64(i))) {
			t.Errorf("pair %d differs when it is made again", i)
		}
	}
	if reflect.DeepEqual(first[0].A, first[1].A) {
		t.Error("pairs 0 and 1 are the same")
	}
	other.Seed++
	if reflect.DeepEqual(first[0].A, other.Pair(0).A) {
		t.Error("another seed gives the same pair")
	}
}

// The movement is exact: fetched from where it says, the second picture is the first, except where something is covered
// or an edge runs through a pixel.
func TestMovementIsExact(t *testing.T) {
	g := generator()
	var right, all, hidden int
	for i := range 20 {
		p := g.Pair(uint64(i))
		w := Warp(p.B, p.Flow)
		for k := range p.Occluded {
			if p.Occluded[k] {
				hidden++
				continue
			}
			if w.Pix[4*k+3] == 0 {
				continue // fetched from the outermost half pixel
			}
			all++
			distance := 0.0
			for c := range 3 {
				distance = max(distance, math.Abs(float64(w.Pix[4*k+c])-float64(p.A.Pix[4*k+c])))
			}
			if distance < 24 {
				right++
			}
		}
		if largest := p.Flow.Largest(); largest > 4+1+0.25*60 {
			t.Errorf("pair %d moves by %.1f pixels", i, largest)
		}
	}
	if part := float64(right) / float64(all); part < 0.93 {
		t.Errorf("%.1f %% of the pixels look as they did", 100*part)
	}
	if part := float64(hidden) / float64(hidden+all); part < 0.05 || part > 0.4 {
		t.Errorf("%.1f %% of the pixels are covered or gone", 100*part)
	}
}

// Going to where a point comes from, and with it, leads back.
func TestOrigin(t *testing.T) {
	g := generator()
	g.Wave, g.Turn, g.Zoom = 3, 0.5, 0.3
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		l := g.newLayer(r, whole, 5, -3)
		x, y := 48*r.Float32(), 32*r.Float32()
		px, py := l.origin(x, y)
		u, v := l.move(px, py)
		if d := math.Hypot(float64(px+u-x), float64(py+v-y)); d > 0.02 {
			t.Fatalf("(%g, %g) comes back as (%g, %g)", x, y, px+u, py+v)
		}
	}
}

func TestSine(t *testing.T) {
	for x := float32(-20); x < 20; x += 0.037 {
		if d := math.Abs(float64(sine(x)) - math.Sin(float64(x))); d > 2e-5 {
			t.Fatalf("the sine of %g is off by %g", x, d)
		}
	}
}

// A shape hides what it moves over.
func TestHidden(t *testing.T) {
	g := &Generator{Width: 40, Height: 20, Textures: Textures(1, 1)}
	square := layer{shape: box, cx: 10, cy: 10, bc: 1, halfW: 4, halfH: 4, u: 8, ia: 1, id: 1, texture: g.Textures[0]}
	for _, c := range []struct {
		x, y float32
		want bool
	}{{18, 10, true}, {23, 10, false}, {10, 10, false}, {-1, 3, true}, {39.4, 3, false}, {39.6, 3, true}} {
		if got := g.hidden([]layer{square}, c.x, c.y); got != c.want {
			t.Errorf("(%g, %g) hidden: %v", c.x, c.y, got)
		}
	}
}

// Each effect changes the pictures and leaves the movement.
func TestEffects(t *testing.T) {
	for i, set := range []func(*Generator){
		func(g *Generator) { g.Faint = 0.9 }, func(g *Generator) { g.Light = 1 }, func(g *Generator) { g.Grain = 1 }, func(g *Generator) { g.Blur = 1 }, func(g *Generator) { g.Fog = 1 },
	} {
		changed := false
		for k := range uint64(12) {
			plain, with := generator(), generator()
			set(with)
			a, b := plain.Pair(k), with.Pair(k)
			changed = changed || !reflect.DeepEqual(a.B, b.B)
			if !reflect.DeepEqual(a.Flow, b.Flow) {
				t.Errorf("effect %d changes the movement of pair %d", i, k)
			}
		}
		if !changed {
			t.Errorf("effect %d changes no picture", i)
		}
	}
}

// Faint layers keep a part of their contrast between none and all, and their mean colour.
func TestFaint(t *testing.T) {
	g := generator()
	plain, r := make([]layer, 400), rand.New(rand.NewPCG(1, 1))
	for i := range plain {
		plain[i] = g.newLayer(r, whole, 0, 0)
	}
	g.Faint, r = 0.9, rand.New(rand.NewPCG(1, 1))
	var faint int
	for _, p := range plain {
		l := g.newLayer(r, whole, 0, 0)
		keep := l.gain / p.gain
		if !(keep >= 0.0999 && keep <= 1) {
			t.Fatalf("a layer keeps %g of its contrast", keep)
		}
		if keep < float32(math.Sqrt(0.1)) {
			faint++
		}
		for c, mean := range l.texture.mean {
			if was, is := p.gain*mean+p.offset[c], l.gain*mean+l.offset[c]; math.Abs(float64(was-is)) > 1e-3 {
				t.Fatalf("the mean colour was %g and is %g", was, is)
			}
		}
	}
	if faint < 160 || faint > 240 {
		t.Errorf("%d of 400 layers keep less than the middle ratio", faint)
	}
}

func TestGeneratorValidate(t *testing.T) {
	for want, change := range map[string]func(*Generator){
		"no textures": func(g *Generator) { g.Textures = nil }, "motion": func(g *Generator) { g.Motion = -1 }, "wave": func(g *Generator) { g.Wave = math.NaN() },
		"layers": func(g *Generator) { g.Layers = 65 }, "between 1": func(g *Generator) { g.Width = 0 }, "fog": func(g *Generator) { g.Fog = 2 },
		"faint": func(g *Generator) { g.Faint = 1 },
	} {
		g := generator()
		change(g)
		if err := g.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := generator().Validate(); err != nil {
		t.Error(err)
	}
}

func TestPictureTextures(t *testing.T) {
	dir := t.TempDir()
	if _, err := PictureTextures(dir); err == nil || !strings.Contains(err.Error(), "no picture") {
		t.Errorf("an empty folder: %v", err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, 600, 2))
	for x := range 600 {
		img.Set(x, 0, color.NRGBA{uint8(x / 3), 10, 20, 255})
		img.Set(x, 1, color.NRGBA{uint8(x / 3), 10, 20, 255})
	}
	file, err := os.Create(filepath.Join(dir, "a.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}
	file.Close()
	textures, err := PictureTextures(dir)
	if err != nil || len(textures) != 1 {
		t.Fatalf("%d textures, %v", len(textures), err)
	}
	r1, g, b := textures[0].at(50, 0)
	r2, _, _ := textures[0].at(399-50, 0) // 200 wide, then mirrored
	if g != 10 || b != 20 || r1 != r2 || math.Abs(float64(r1)-50) > 1.5 {
		t.Errorf("got %g %g %g, mirrored %g", r1, g, b, r2)
	}
}

func TestReverse(t *testing.T) {
	f := &Field{Width: 4, Height: 1, UV: []float32{1, 0, 0, 0, 0, 0, 5, 0}}
	r := Reverse(f)
	// Pixels 0 and 1 both end at 1, pixel 2 at 2, and 3 leaves the picture.
	if u, _ := r.At(1, 0); u != -0.5 || r.IsKnown(0, 0) || !r.IsKnown(2, 0) || r.IsKnown(3, 0) {
		t.Errorf("got %+v", r)
	}
}

func TestHomography(t *testing.T) {
	f := Homography([9]float64{1, 0, 2, 0, 1, -1, 0, 0, 0.5}, 3, 2)
	if u, v := f.At(2, 1); u != (2+2)*2-2 || v != 0*2-1 {
		t.Errorf("got (%g, %g)", u, v)
	}
	if Homography([9]float64{1, 0, 0, 0, 1, 0, 1, 0, 0}, 3, 2).IsKnown(0, 0) {
		t.Error("a point at infinity is known")
	}
}

// The generator must keep ahead of training.
func BenchmarkPair(b *testing.B) {
	for name, g := range map[string]*Generator{
		"24x32":   {Width: 32, Height: 24, Textures: Textures(1, 8), Layers: 3, Motion: 4},
		"effects": {Width: 32, Height: 24, Textures: Textures(1, 8), Layers: 3, Motion: 4, Turn: 0.1, Zoom: 0.1, Wave: 1, Light: 1, Grain: 1, Blur: 1, Fog: 1},
		"368x496": {Width: 496, Height: 368, Textures: Textures(1, 8), Layers: 8, Motion: 40, Turn: 0.1, Zoom: 0.1, Wave: 1, Light: 1, Grain: 1, Blur: 1, Fog: 1},
	} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				g.Pair(uint64(i))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}
