// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"image"
	"math"
	"math/rand/v2"
)

// ShapesName is the name of the generator's collection.
const ShapesName = "shapes"

const (
	shapesSide  = 32
	shapesTrain = 1 << 16
	shapesHeld  = 2000
	shapesEdge  = 0.04 // width over which a form fades into the ground, where the picture is 2 wide
)

// shape is a form around (0, 0): how far a point is outside of it, negative within, about 1 where the form is that large.
type shape struct {
	name    string
	outside func(x, y float64) float64
}

func box(x, y, w, h float64) float64 { return max(math.Abs(x)-w, math.Abs(y)-h) }

// star is a form with n points, whose radius swings around its mean.
func star(x, y float64, n, swing float64) float64 {
	return math.Hypot(x, y) - (0.72 + swing*math.Cos(n*math.Atan2(y, x)))
}

var shapeForms = []shape{
	{"disc", func(x, y float64) float64 { return math.Hypot(x, y) - 0.85 }},
	{"ring", func(x, y float64) float64 { return math.Abs(math.Hypot(x, y)-0.7) - 0.18 }},
	{"square", func(x, y float64) float64 { return box(x, y, 0.75, 0.75) }},
	{"frame", func(x, y float64) float64 { return max(box(x, y, 0.85, 0.85), -box(x, y, 0.5, 0.5)) }},
	{"bar", func(x, y float64) float64 { return box(x, y, 1, 0.3) }},
	{"cross", func(x, y float64) float64 { return min(box(x, y, 1, 0.28), box(x, y, 0.28, 1)) }},
	{"triangle", func(x, y float64) float64 { return max(y-0.6, 0.866*math.Abs(x)-0.5*y-0.5) }},
	{"star", func(x, y float64) float64 { return star(x, y, 5, 0.28) }},
	{"moon", func(x, y float64) float64 { return max(math.Hypot(x, y)-0.9, 0.75-math.Hypot(x-0.5, y)) }},
	{"pair", func(x, y float64) float64 { return math.Hypot(math.Abs(x)-0.55, y) - 0.42 }},
}

// NewShapes is the generator's collection: ten kinds of forms, each of a random size, place, turn and bright colour on a
// dark ground, with noise. A picture is a function of the seed and its number; those that are held out are the same for every seed.
func NewShapes(seed uint64) *Set {
	s := &Set{Name: ShapesName, Train: shapes{seed: seed, n: shapesTrain}, Held: shapes{n: shapesHeld, held: true}}
	for _, f := range shapeForms {
		s.Labels = append(s.Labels, f.name)
	}
	return s
}

type shapes struct {
	seed uint64
	n    int
	held bool
}

func (s shapes) Len() int        { return s.n }
func (s shapes) Class(i int) int { return i % len(shapeForms) }

func (s shapes) Picture(i int) (*image.RGBA, error) {
	stream := uint64(i) << 1
	if s.held {
		stream |= 1 // which is the stream of no picture to train on, whatever the seed
	}
	return drawShape(shapeForms[s.Class(i)], rand.New(rand.NewPCG(s.seed, stream))), nil
}

func drawShape(f shape, r *rand.Rand) *image.RGBA {
	uniform := func(from, to float64) float64 { return from + (to-from)*r.Float64() }
	size := uniform(0.3, 0.8)
	free := 1 - size
	cx, cy := uniform(-free, free), uniform(-free, free)
	sin, cos := math.Sincos(uniform(0, 2*math.Pi))
	form, ground := colours(r)
	tilt := [2]float64{uniform(-30, 30), uniform(-30, 30)} // the ground gets brighter in some direction
	noise := uniform(0, 12)
	img := image.NewRGBA(image.Rect(0, 0, shapesSide, shapesSide))
	for py := range shapesSide {
		for px := range shapesSide {
			x, y := (float64(px)+0.5)*2/shapesSide-1, (float64(py)+0.5)*2/shapesSide-1
			u, v := (x-cx)/size, (y-cy)/size
			in := 0.5 - f.outside(cos*u+sin*v, cos*v-sin*u)*size/(2*shapesEdge)
			in = min(max(in, 0), 1)
			at := img.PixOffset(px, py)
			for c := range 3 {
				value := in*form[c] + (1-in)*(ground[c]+tilt[0]*x+tilt[1]*y) + noise*r.NormFloat64()
				img.Pix[at+c] = uint8(min(max(value, 0), 255))
			}
			img.Pix[at+3] = 255
		}
	}
	return img
}

// colours are a bright one for the form and a dark one for the ground.
func colours(r *rand.Rand) (form, ground [3]float64) {
	for c := range 3 {
		form[c], ground[c] = 150+105*r.Float64(), 110*r.Float64()
	}
	return form, ground
}
