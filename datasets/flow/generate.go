// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
)

// Generator makes pairs of pictures whose movement is known exactly, in the manner of AutoFlow: some shapes with a texture
// each move over a background that moves too. A pair is a function of the seed and its index alone.
type Generator struct {
	Width, Height int
	Textures      []*Texture
	Seed          uint64

	Layers int     // most shapes over the background; there are 1 to Layers, or none where it is 0
	Motion float64 // the longest shift of a layer, in pixels; lengths from 0 to it are equally frequent
	Shared float64 // part of its shift that a shape has from the background, as under a moving camera
	Turn   float64 // the largest turn of a layer, in radians
	Zoom   float64 // the largest change of a layer's size: 0.1 is ±10 %
	Wave   float64 // the highest wave in a layer's movement, in pixels

	// Effects, each from 0 (none) to 1 (strong): they change the pictures and leave the movement.
	Faint float64 // layers lose contrast: with 0.9 each keeps a tenth to all of it, all ratios being equally frequent
	Light float64 // the second picture is lighter or darker, with more or less contrast and another tint
	Grain float64 // noise of the camera
	Blur  float64 // blur along the movement
	Fog   float64 // a veil over both pictures
}

// maxFaint leaves something to be seen.
const maxFaint = 0.99

// Validate names the first setting that cannot be used.
func (g *Generator) Validate() error {
	if err := checkSize(g.Width, g.Height); err != nil {
		return err
	}
	if len(g.Textures) == 0 {
		return fmt.Errorf("the generator has no textures; Textures makes some")
	}
	for _, f := range []struct {
		name    string
		value   float64
		largest float64
	}{{"layers", float64(g.Layers), 64}, {"motion", g.Motion, 1000}, {"shared", g.Shared, 1}, {"turn", g.Turn, 1}, {"zoom", g.Zoom, 0.5}, {"wave", g.Wave, 100},
		{"faint", g.Faint, maxFaint}, {"light", g.Light, 1}, {"grain", g.Grain, 1}, {"blur", g.Blur, 1}, {"fog", g.Fog, 1}} {
		if !(f.value >= 0 && f.value <= f.largest) {
			return fmt.Errorf("%s = %g: it must be from 0 to %g", f.name, f.value, f.largest)
		}
	}
	return nil
}

// Pair is two pictures and how the first becomes the second.
type Pair struct {
	Name     string
	A, B     *image.NRGBA
	Flow     *Field
	Occluded []bool // [Height, Width]: pixels of A that cannot be seen in B; nil where nobody knows
}

// Matched are the pixels that can be seen in both pictures, nil where nobody knows.
func (p *Pair) Matched() []bool {
	if p.Occluded == nil {
		return nil
	}
	out := make([]bool, len(p.Occluded))
	for i, o := range p.Occluded {
		out[i] = !o
	}
	return out
}

// Pair makes pair index.
func (g *Generator) Pair(index uint64) *Pair {
	r := rand.New(rand.NewPCG(g.Seed, index))
	layers := g.layers(r)
	look := g.newLook(r)
	p := &Pair{Name: fmt.Sprintf("generated pair %d", index), Flow: NewField(g.Width, g.Height), Occluded: make([]bool, g.Width*g.Height)}
	p.A = g.render(layers, look.first(r), false, func(i, top int, x, y float32) {
		u, v := layers[top].move(x, y)
		p.Flow.UV[2*i], p.Flow.UV[2*i+1] = u, v
		p.Occluded[i] = g.hidden(layers[top+1:], x+u, y+v)
	})
	p.B = g.render(layers, look.second(r), true, nil)
	return p
}

// layers draws the background and the shapes over it.
func (g *Generator) layers(r *rand.Rand) []layer {
	shift := func() (u, v float32) {
		length, angle := g.Motion*r.Float64(), 2*math.Pi*r.Float64()
		return float32(length * math.Cos(angle)), float32(length * math.Sin(angle))
	}
	u, v := shift()
	layers := []layer{g.newLayer(r, whole, u, v)}
	if g.Layers > 0 {
		s := float32(g.Shared)
		for range 1 + r.IntN(g.Layers) {
			du, dv := shift()
			layers = append(layers, g.newLayer(r, blob+r.IntN(2), s*u+(1-s)*du, s*v+(1-s)*dv))
		}
	}
	return layers
}

// hidden says whether a point that comes to (x, y) lies outside of the second picture or below one of those layers.
func (g *Generator) hidden(above []layer, x, y float32) bool {
	if x < -0.5 || y < -0.5 || x > float32(g.Width)-0.5 || y > float32(g.Height)-0.5 {
		return true
	}
	for i := range above {
		if above[i].cover(above[i].origin(x, y)) >= 0.5 {
			return true
		}
	}
	return false
}

// render draws one of the pictures. Tell hears for each pixel which layer is the uppermost.
func (g *Generator) render(layers []layer, look look, second bool, tell func(i, top int, x, y float32)) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, g.Width, g.Height))
	for i := range g.Width * g.Height {
		x, y := float32(i%g.Width), float32(i/g.Width)
		var sum [3]float32
		left, told := float32(1), tell == nil
		for k := len(layers) - 1; k >= 0 && left > 0; k-- {
			l := &layers[k]
			px, py := x, y
			if second {
				px, py = l.origin(x, y)
			}
			cover := l.cover(px, py)
			if cover == 0 {
				continue
			}
			if cover >= 0.5 && !told {
				tell(i, k, x, y)
				told = true
			}
			red, green, blue := l.smeared(px, py, look.blur)
			sum[0], sum[1], sum[2] = sum[0]+left*cover*red, sum[1]+left*cover*green, sum[2]+left*cover*blue
			left *= 1 - cover
		}
		look.finish(img.Pix[4*i:4*i+4], sum, x, y)
	}
	return img
}

// smeared is the colour of a point, averaged along its movement while the shutter is open.
func (l *layer) smeared(x, y, open float32) (r, g, b float32) {
	r, g, b = l.colour(x, y)
	if open == 0 {
		return r, g, b
	}
	u, v := l.move(x, y)
	const taps = 5
	for k := range taps {
		t := open * (float32(k)/(taps-1) - 0.5)
		if k != taps/2 {
			dr, dg, db := l.colour(x-t*u, y-t*v)
			r, g, b = r+dr, g+dg, b+db
		}
	}
	return r / taps, g / taps, b / taps
}
