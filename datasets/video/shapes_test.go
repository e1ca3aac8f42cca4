// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
)

func smallShapes(seed uint64) *Shapes {
	return &Shapes{Format: Format{Frames: 16, Height: 24, Width: 32, Samples: 2560, Speed: 25}, Seed: seed, Held: 60}
}

func get(t *testing.T) func(c *Clip, err error) *Clip {
	return func(c *Clip, err error) *Clip {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

func same(a, b *Clip) bool {
	return bytes.Equal(a.Video, b.Video) && slices.Equal(a.Audio, b.Audio) && a.Label == b.Label
}

// A clip is a function of seed and draw; the held-out clips are the same for every seed, and no clip that is trained on.
func TestShapesDraws(t *testing.T) {
	must := get(t)
	a, b := smallShapes(1), smallShapes(2)
	first := must(a.Train(7))
	if !same(first, must(smallShapes(1).Train(7))) {
		t.Error("a draw differs when it is made again")
	}
	for what, other := range map[string]*Clip{"another draw": must(a.Train(8)), "another seed": must(b.Train(7)), "held out": must(a.HeldOut(7))} {
		if same(first, other) {
			t.Errorf("%s gives the same clip", what)
		}
	}
	if !same(must(a.HeldOut(5)), must(b.HeldOut(5))) {
		t.Error("the held-out clips depend on the seed")
	}
	for _, i := range []int{-1, 60} {
		if _, err := a.HeldOut(i); err == nil || !strings.Contains(err.Error(), "there are 60") {
			t.Errorf("held-out clip %d: %v", i, err)
		}
	}
}

// Every class occurs, is heard at its own tone, and can be seen.
func TestShapesTellTheirClass(t *testing.T) {
	s := smallShapes(0)
	s.Samples = 5120 // 8000 in a second
	found := make([]int, len(s.Classes()))
	for i := range s.Held {
		c := get(t)(s.HeldOut(i))
		found[c.Label]++
		tone := math.Round(strongest(c.Audio, float64(s.Rate())))
		if want := s.Tone(c.Label); math.Abs(tone-want) > 8 {
			t.Errorf("clip %d, a %s: the tone has %g Hz, want %g", i, s.Classes()[c.Label], tone, want)
		}
		if peak := slices.Max(c.Audio); peak > 1 || peak < 0.01 {
			t.Errorf("clip %d: the loudest sample is %g", i, peak)
		}
		if slices.Max(c.Video)-slices.Min(c.Video) < 40 {
			t.Errorf("clip %d: nothing can be seen", i)
		}
	}
	if slices.Min(found) < 2 {
		t.Errorf("the classes occur %v times", found)
	}
}

// strongest is the frequency, in Hz, with the most energy from 150 to 450.
func strongest(sound []float32, rate float64) (best float64) {
	most := 0.
	for f := 150.; f <= 450; f += 4 {
		var re, im float64
		for i, x := range sound {
			sin, cos := math.Sincos(2 * math.Pi * f * float64(i) / rate)
			re, im = re+float64(x)*cos, im+float64(x)*sin
		}
		if e := re*re + im*im; e > most {
			best, most = f, e
		}
	}
	return best
}

// The shape moves, stays within the walls, and turns round at them.
func TestPath(t *testing.T) {
	p := path{start: 0.5, speed: 0.15, wall: 0.7}
	before, turned := p.start, 0
	for frame := 1.; frame < 40; frame++ {
		x := p.at(frame)
		if math.Abs(x) > 0.7+1e-9 {
			t.Fatalf("frame %g: it is at %g, behind the wall", frame, x)
		}
		if step := math.Abs(x - before); step > 0.15+1e-9 {
			t.Fatalf("frame %g: it jumps by %g", frame, step)
		}
		if math.Abs(math.Abs(x-before)-0.15) > 1e-9 {
			turned++
		}
		before = x
	}
	if p.at(0) != p.start || turned < 4 {
		t.Errorf("it starts at %g and turns round %d times", p.at(0), turned)
	}
	if got := (path{0, -0.1, 1}).at(15); math.Abs(got+0.5) > 1e-9 {
		t.Errorf("from 0, 1.5 to the left and back from the wall at -1 is %g, want -0.5", got)
	}
}

// Outlines reach from the middle towards the radius 1, and not beyond; the ring has a hole.
func TestOutlines(t *testing.T) {
	for _, f := range forms {
		for angle := 0.; angle < 2*math.Pi; angle += 0.1 {
			if sin, cos := math.Sincos(angle); f.outline(1.08*cos, 1.08*sin) > 0 {
				t.Errorf("a %s reaches beyond its radius at %g", f.name, angle)
			}
		}
		if in := f.outline(0, 0) > 0; in == (f.name == "ring") {
			t.Errorf("the middle of a %s is inside: %v", f.name, in)
		}
	}
	if star(0, 0.95) < 0 || star(0, -0.95) > 0 || cross(0.9, 0.9) > 0 || square(0.7, 0.7) < 0 || triangle(0, -0.95) < 0 {
		t.Error("the outlines have changed")
	}
}

func TestFormat(t *testing.T) {
	good := Format{16, 32, 32, 2560, 25}
	if err := good.Validate(); err != nil || good.Rate() != 4000 || good.Values() != 49152 {
		t.Errorf("%v, %d samples in a second, %d values", err, good.Rate(), good.Values())
	}
	for words, f := range map[string]Format{
		"0 frames":            {0, 32, 32, 2560, 25},
		"5000 width":          {16, 32, 5000, 2560, 25},
		"-1 samples":          {16, 32, 32, -1, 25},
		"0 frames in a":       {16, 32, 32, 2560, 0},
		"has 805306368":       {16, 4096, 4096, 2560, 25},
		"less than one in a ": {4096, 2, 2, 1, 25},
	} {
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%+v: %v, want an error with %q", f, err, words)
		}
	}
}

func BenchmarkShapes(b *testing.B) {
	s := Shapes{Format: Format{16, 32, 32, 2560, 25}}
	for i := range b.N {
		if _, err := s.Train(uint64(i)); err != nil {
			b.Fatal(err)
		}
	}
}
