// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Shapes makes clips in which a coloured shape moves over a coloured ground and is heard: its form is its class and sets
// the tone, and it is the louder the nearer it is to the middle of the picture and the larger it is. So picture, sound
// and class tell of each other. A clip is a function of the seed and its number alone, and no two are alike.
type Shapes struct {
	Format
	Seed uint64 // of the clips to train on; those held out are the same for all seeds
	Held int    // number of held-out clips
}

// forms are the classes, and the tone of each in Hz: a scale of five tones that goes up, so that neighbours are far enough
// apart to be told from each other within a clip.
var forms = []struct {
	name    string
	outline func(x, y float64) float64 // distance to the edge of the shape of radius 1, above 0 inside
	tone    float64
}{
	{"disc", disc, 196},
	{"square", square, 220},
	{"triangle", triangle, 262},
	{"cross", cross, 294},
	{"ring", ring, 330},
	{"star", star, 392},
}

// Classes implements Source.
func (s *Shapes) Classes() []string {
	var names []string
	for _, f := range forms {
		names = append(names, f.name)
	}
	return names
}

// Tone is the tone of a class, in Hz.
func (s *Shapes) Tone(class int) float64 { return forms[class].tone }

// heldSeed is that of the held-out clips: no seed of a run is drawn with it, because those are drawn with its complement.
const heldSeed = 0x5AA5E5

// Train implements Source.
func (s *Shapes) Train(draw uint64) (*Clip, error) {
	return s.clip(fmt.Sprintf("generated clip %d", draw), rand.New(rand.NewPCG(^s.Seed, draw))), nil
}

// HeldOuts implements Source.
func (s *Shapes) HeldOuts() int { return s.Held }

// HeldOut implements Source.
func (s *Shapes) HeldOut(i int) (*Clip, error) {
	if err := heldOut(i, s.Held); err != nil {
		return nil, err
	}
	return s.clip(fmt.Sprintf("held-out generated clip %d", i), rand.New(rand.NewPCG(heldSeed, uint64(i)))), nil
}

// scene is what is drawn of a clip before any pixel is. Lengths are in halves of the shorter side of the frame, and the
// middle of the frame is at 0.
type scene struct {
	form           int
	radius         float64
	turn, spin     float64 // radians, and radians for each frame
	path           [2]path
	ground, colour [3]float64 // 0 to 255
	slope          [2]float64 // of the ground's brightness, along x and y
}

// path is a movement along one axis, which turns round at the walls.
type path struct{ start, speed, wall float64 }

// at is the place at frame t.
func (p path) at(t float64) float64 {
	round := 4 * p.wall
	x := math.Mod(p.start+p.wall+p.speed*t, round)
	if x < 0 {
		x += round
	}
	if x > 2*p.wall {
		x = round - x
	}
	return x - p.wall
}

func (s *Shapes) scene(r *rand.Rand) scene {
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	c := scene{form: r.IntN(len(forms)), radius: between(0.35, 0.6), turn: between(0, 2*math.Pi), spin: between(-0.15, 0.15)}
	side := float64(min(s.Height, s.Width))
	for axis, length := range []int{s.Width, s.Height} {
		wall := max(0.1, float64(length)/side-0.8*c.radius)
		c.path[axis] = path{between(-wall, wall), between(0.04, 0.16) * float64(1-2*r.IntN(2)), wall}
	}
	for k := range 3 {
		c.ground[k] = between(20, 150)
		c.colour[k] = between(60, 255)
	}
	for c.distance() < 120 { // a shape that can be seen
		for k := range 3 {
			c.colour[k] = between(60, 255)
		}
	}
	for k := range 2 {
		c.slope[k] = between(-40, 40)
	}
	return c
}

// distance is how far the colours of shape and ground are apart.
func (c *scene) distance() float64 {
	sum := 0.
	for k := range 3 {
		sum += math.Abs(c.colour[k] - c.ground[k])
	}
	return sum
}

func (s *Shapes) clip(name string, r *rand.Rand) *Clip {
	c := s.scene(r)
	clip := s.blank(name, c.form)
	for t := range s.Frames {
		s.draw(s.frame(clip, t), &c, float64(t))
	}
	s.sound(clip.Audio, &c)
	return clip
}

// draw fills a frame: the ground, then the shape over it with soft edges.
func (s *Shapes) draw(frame []uint8, c *scene, t float64) {
	half := float64(min(s.Height, s.Width)) / 2
	cx, cy := c.path[0].at(t), c.path[1].at(t)
	sin, cos := math.Sincos(c.turn + c.spin*t)
	edge := c.radius * half // turns a distance on the shape of radius 1 into pixels
	for py := range s.Height {
		y := (float64(py) + 0.5 - float64(s.Height)/2) / half
		for px := range s.Width {
			x := (float64(px) + 0.5 - float64(s.Width)/2) / half
			cover, light := 0., c.slope[0]*x+c.slope[1]*y
			if dx, dy := x-cx, y-cy; dx*dx+dy*dy < 1.2*c.radius*c.radius {
				d := forms[c.form].outline((cos*dx+sin*dy)/c.radius, (cos*dy-sin*dx)/c.radius)
				cover = min(1, max(0, d*edge+0.5))
			}
			at := 3 * (py*s.Width + px)
			for k := range 3 {
				v := (1-cover)*(c.ground[k]+light) + cover*c.colour[k]
				frame[at+k] = uint8(min(255, max(0, v)) + 0.5)
			}
		}
	}
}

// sound plays the tone of the form and, softer, the octave below it, with the loudness of the moment.
func (s *Shapes) sound(out []float32, c *scene) {
	rate := float64(s.Rate())
	tone := 2 * math.Pi * forms[c.form].tone / rate
	for i := range out {
		t := float64(i) * float64(s.Frames) / float64(s.Samples)
		x, y := c.path[0].at(t), c.path[1].at(t)
		loud := 0.9 * (0.4 + 1.2*c.radius) * math.Exp(-1.5*(x*x+y*y))
		p := tone * float64(i)
		out[i] = float32(loud * (0.75*math.Sin(p) + 0.25*math.Sin(p/2)))
	}
}
