// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"image"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// still is a generator of large smooth textures, so that fetching between pixels is nearly exact.
func still() *Generator {
	return &Generator{Width: 64, Height: 48, Textures: []*Texture{smooth()}, Seed: 4, Layers: 0, Motion: 4}
}

// smooth is a texture of long waves.
func smooth() *Texture {
	t := &Texture{width: 128, height: 128, rgb: make([]float32, 3*128*128)}
	for i := range 128 * 128 {
		x, y := 2*math.Pi*float64(i%128)/128, 2*math.Pi*float64(i/128)/128
		t.rgb[3*i], t.rgb[3*i+1], t.rgb[3*i+2] = float32(128+100*math.Sin(2*x+y)), float32(128+100*math.Cos(x-2*y)), float32(128+100*math.Sin(3*y))
	}
	return t
}

// Whatever the size, direction and place: fetched from where the movement says, the second picture is the first.
func TestAugmentedMovementIsRight(t *testing.T) {
	a := Augmentation{Width: 40, Height: 32, Rescale: 0.4, Stretch: 0.4, Flip: true}
	g := still()
	mirrored, upside, larger, smaller := 0, 0, 0, 0
	for i := range uint64(60) {
		p := g.Pair(i)
		out, err := a.Apply(p, 1, rand.New(rand.NewPCG(1, i)))
		if err != nil {
			t.Fatal(err)
		}
		w := Warp(out.B, out.Flow)
		var off float64
		n := 0
		for k := range out.Occluded {
			if out.Occluded[k] || w.Pix[4*k+3] == 0 {
				continue
			}
			n++
			for c := range 3 {
				off += math.Abs(float64(w.Pix[4*k+c])-float64(out.A.Pix[4*k+c])) / 3
			}
		}
		if n == 0 || off/float64(n) > 4 {
			t.Errorf("pair %d: %d pixels differ by %.1f", i, n, off/float64(n))
		}
		u, v := p.Flow.At(0, 0)
		au, av := out.Flow.At(0, 0)
		mirrored, upside = mirrored+bit(au*u < 0), upside+bit(av*v < 0)
		larger, smaller = larger+bit(math.Abs(float64(au)) > 1.01*math.Abs(float64(u))), smaller+bit(math.Abs(float64(au)) < 0.99*math.Abs(float64(u)))
	}
	if mirrored < 20 || mirrored > 40 || upside < 1 || upside > 15 || larger < 10 || smaller < 10 {
		t.Errorf("of 60 pairs %d are mirrored, %d upside down, %d larger, %d smaller", mirrored, upside, larger, smaller)
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Without strength a part is cut out and nothing else; the same draws give the same pair.
func TestAugmentationStrength(t *testing.T) {
	a := Augmentation{Width: 40, Height: 32, Rescale: 0.4, Stretch: 0.4, Flip: true, Colour: 0.4, Erase: 1}
	p := generator().Pair(3)
	out, err := a.Apply(p, 0, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for y := range 1 {
		for x := range 9 {
			part, err := p.Crop(image.Pt(x, y), image.Pt(40, 32))
			if err != nil {
				t.Fatal(err)
			}
			found = found || reflect.DeepEqual(part, out)
		}
	}
	if !found {
		t.Error("with a strength of 0 the result is no part of the pair")
	}
	before := *p.B
	before.Pix = append([]uint8(nil), p.B.Pix...)
	first, err := a.Apply(p, 1, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	again, _ := a.Apply(p, 1, rand.New(rand.NewPCG(1, 1)))
	if !reflect.DeepEqual(first, again) {
		t.Error("the same draws give another pair")
	}
	if !reflect.DeepEqual(p.B, &before) {
		t.Error("the pair itself was changed")
	}
}

// Colours change the pictures and leave the movement; covering changes the second picture only.
func TestAugmentationOfColours(t *testing.T) {
	p := generator().Pair(3)
	whole := Augmentation{Width: 48, Height: 32}
	for name, a := range map[string]Augmentation{"colour": {Width: 48, Height: 32, Colour: 0.4}, "erase": {Width: 48, Height: 32, Erase: 1}} {
		out, err := a.Apply(p, 1, rand.New(rand.NewPCG(1, 1)))
		if err != nil {
			t.Fatal(err)
		}
		plain, _ := whole.Apply(p, 1, rand.New(rand.NewPCG(1, 1)))
		if !reflect.DeepEqual(out.Flow, plain.Flow) {
			t.Errorf("%s: the movement changes", name)
		}
		if same := reflect.DeepEqual(out.A, plain.A); same != (name == "erase") || reflect.DeepEqual(out.B, plain.B) {
			t.Errorf("%s: the first picture stays: %v", name, same)
		}
	}
}

func TestAugmentationRefuses(t *testing.T) {
	p := generator().Pair(0)
	if _, err := (Augmentation{Width: 49, Height: 32}).Apply(p, 0, rand.New(rand.NewPCG(1, 1))); err == nil || !strings.Contains(err.Error(), "48×32") {
		t.Errorf("a part larger than the pictures: %v", err)
	}
	if _, err := p.Crop(image.Pt(40, 0), image.Pt(9, 9)); err == nil {
		t.Error("a part outside of the pictures")
	}
	for want, a := range map[string]Augmentation{"rescale": {Width: 1, Height: 1, Rescale: 3}, "colour": {Width: 1, Height: 1, Colour: -1}, "erase": {Width: 1, Height: 1, Erase: math.NaN()}, "size": {}} {
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// Errors are means over pixels, not over pairs, and the two parts together are the whole.
func TestTally(t *testing.T) {
	pair := func(n int, u float32, occluded int) *Pair {
		p := &Pair{Flow: NewField(n, 1), Occluded: make([]bool, n)}
		for i := range n {
			p.Flow.UV[2*i] = u
			p.Occluded[i] = i < occluded
		}
		return p
	}
	var sum Tally
	for _, p := range []*Pair{pair(3, 4, 1), pair(1, 8, 0), {Flow: NewField(4, 1)}} {
		if err := sum.Add(p, NewField(p.Flow.Width, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if a := sum.All(); a.Valid != 8 || math.Abs(a.EPE-(3*4+8)/8.) > 1e-12 || math.Abs(a.FlAll-50) > 1e-12 {
		t.Errorf("all: %+v", a)
	}
	if m, u := sum.Matched(), sum.Unmatched(); m.Valid != 3 || math.Abs(m.EPE-16./3) > 1e-12 || u.Valid != 1 || u.EPE != 4 {
		t.Errorf("matched %+v, unmatched %+v", m, u)
	}
	if err := sum.Add(pair(2, 1, 0), NewField(3, 1)); err == nil {
		t.Error("two sizes")
	}
}

func TestReversedPair(t *testing.T) {
	p := generator().Pair(1)
	r := p.Reversed()
	if r.A != p.B || r.B != p.A || r.Occluded != nil {
		t.Error("the pictures are not exchanged")
	}
	u, v := r.Flow.At(20, 15)
	if want, _ := Reverse(p.Flow).At(20, 15); u != want || v == 0 && u == 0 {
		t.Errorf("moves by (%g, %g)", u, v)
	}
}
