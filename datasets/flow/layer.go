// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math"
	"math/rand/v2"
)

// layer is a surface that moves: a texture, a shape cut out of it, and where each of its points goes. Points are pixels of
// the first picture.
type layer struct {
	texture        *Texture
	tx, ty, tc, ts float32 // where the texture begins, and its turn and scale
	gain           float32 // of its colours
	offset         [3]float32

	shape            int // whole, blob or box
	cx, cy           float32
	radius           float32
	bumps            [4]float32 // of a blob: two waves around its edge, as cosine and sine
	bc, bs           float32    // of a box: its turn
	halfW, halfH     float32    // of a box
	a, b, c, d       float32    // the movement is (a, b; c, d)·(p - centre) + (u, v) + the wave
	ia, ib, ic, id   float32    // inverse of 1 + (a, b; c, d)
	u, v             float32
	waveU, waveV     float32 // pixels
	kux, kuy, kvx    float32 // radians for each pixel
	kvy, phaseU, phV float32
}

// Shapes of layers.
const (
	whole = iota
	blob
	box
)

// newLayer draws a layer.
func (g *Generator) newLayer(r *rand.Rand, shape int, u, v float32) layer {
	between := func(low, high float64) float32 { return float32(low + (high-low)*r.Float64()) }
	size := float64(min(g.Width, g.Height))
	l := layer{texture: g.Textures[r.IntN(len(g.Textures))], shape: shape, u: u, v: v}
	turn, scale := 2*math.Pi*r.Float64(), math.Exp(float64(between(-0.5, 0.3)))
	l.tc, l.ts = float32(scale*math.Cos(turn)), float32(scale*math.Sin(turn))
	l.tx, l.ty = between(0, float64(l.texture.width)), between(0, float64(l.texture.height))
	l.gain = between(0.7, 1.2)
	light := between(-20, 20) + 128*(1-l.gain)
	// Its mean colour stays, so that layers can still be told apart when there is hardly anything to be seen on them.
	keep := float32(math.Pow(1-g.Faint, r.Float64()))
	for c := range l.offset {
		l.offset[c] = light + l.gain*(1-keep)*l.texture.mean[c]
	}
	l.gain *= keep

	l.cx, l.cy = between(0, float64(g.Width)), between(0, float64(g.Height))
	l.radius = between(0.15, 0.4) * float32(size)
	for i := range l.bumps {
		l.bumps[i] = between(-0.2, 0.2)
	}
	angle := math.Pi * r.Float64()
	l.bc, l.bs = float32(math.Cos(angle)), float32(math.Sin(angle))
	l.halfW, l.halfH = l.radius*between(0.4, 1.2), l.radius*between(0.4, 1.2)

	rotation, zoom, shear := between(-1, 1)*float32(g.Turn), between(-1, 1)*float32(g.Zoom), between(-1, 1)*float32(g.Zoom)/2
	cos, sin := float32(math.Cos(float64(rotation))), float32(math.Sin(float64(rotation)))
	l.a, l.b, l.c, l.d = (1+zoom)*cos-1, -(1+zoom)*sin+shear, (1+zoom)*sin+shear, (1+zoom)*cos-1
	det := (1+l.a)*(1+l.d) - l.b*l.c
	l.ia, l.ib, l.ic, l.id = (1+l.d)/det, -l.b/det, -l.c/det, (1+l.a)/det

	// A wave at most so steep that no two points come to the same place.
	l.waveU, l.waveV = between(-1, 1)*float32(g.Wave), between(-1, 1)*float32(g.Wave)
	longest := math.Max(size, 30*g.Wave)
	for _, k := range []*float32{&l.kux, &l.kuy, &l.kvx, &l.kvy} {
		*k = between(-1, 1) * float32(2*math.Pi/longest) / math.Sqrt2
	}
	l.phaseU, l.phV = between(0, 2*math.Pi), between(0, 2*math.Pi)
	return l
}

// wave is the movement beside the affine one, in pixels.
func (l *layer) wave(x, y float32) (u, v float32) {
	if l.waveU == 0 && l.waveV == 0 {
		return 0, 0
	}
	return l.waveU * sine(l.kux*x+l.kuy*y+l.phaseU), l.waveV * sine(l.kvx*x+l.kvy*y+l.phV)
}

// sine looks the sine up: waves need millions of them.
func sine(x float32) float32 {
	at := x * (float32(len(sines)-1) / (2 * math.Pi))
	i := floor(at)
	k := i & (len(sines) - 2)
	return sines[k] + (at-float32(i))*(sines[k+1]-sines[k])
}

// sines are those of a full turn in 1024 steps, and the first again.
var sines = func() (table [1025]float32) {
	for i := range table {
		table[i] = float32(math.Sin(2 * math.Pi * float64(i) / 1024))
	}
	return table
}()

// move is the movement of the point at (x, y).
func (l *layer) move(x, y float32) (u, v float32) {
	u, v = l.wave(x, y)
	dx, dy := x-l.cx, y-l.cy
	return u + l.u + l.a*dx + l.b*dy, v + l.v + l.c*dx + l.d*dy
}

// origin finds the point that moves to (x, y). Waves are shallow, so that each round comes some 4 times nearer.
func (l *layer) origin(x, y float32) (px, py float32) {
	dx, dy := x-l.cx-l.u, y-l.cy-l.v
	px, py = l.cx+l.ia*dx+l.ib*dy, l.cy+l.ic*dx+l.id*dy
	if l.waveU == 0 && l.waveV == 0 {
		return px, py
	}
	for range 6 {
		u, v := l.wave(px, py)
		px, py = l.cx+l.ia*(dx-u)+l.ib*(dy-v), l.cy+l.ic*(dx-u)+l.id*(dy-v)
	}
	return px, py
}

// cover is how much of the pixel at (x, y) the layer covers: 0 outside, 1 inside, between them at the edge.
func (l *layer) cover(x, y float32) float32 {
	dx, dy := x-l.cx, y-l.cy
	var inside float32 // distance to the edge, in pixels
	switch l.shape {
	case blob:
		far := 1.5 * l.radius // no bump reaches there
		if dx > far || -dx > far || dy > far || -dy > far {
			return 0
		}
		r := float32(math.Sqrt(float64(dx*dx + dy*dy)))
		if r < 0.2*l.radius {
			return 1
		}
		c, s := dx/r, dy/r
		c2, s2 := c*c-s*s, 2*c*s
		c3, s3 := c2*c-s2*s, c2*s+s2*c
		inside = l.radius*(1+l.bumps[0]*c2+l.bumps[1]*s2+l.bumps[2]*c3+l.bumps[3]*s3) - r
	case box:
		a, b := l.bc*dx+l.bs*dy, l.bc*dy-l.bs*dx
		inside = min(l.halfW-abs(a), l.halfH-abs(b))
	default:
		return 1
	}
	return min(1, max(0, inside+0.5))
}

func abs(x float32) float32 { return max(x, -x) }

// colour is the colour of the point at (x, y), 0 to 255.
func (l *layer) colour(x, y float32) (r, g, b float32) {
	r, g, b = l.texture.at(l.tx+l.tc*x-l.ts*y, l.ty+l.ts*x+l.tc*y)
	return l.gain*r + l.offset[0], l.gain*g + l.offset[1], l.gain*b + l.offset[2]
}
