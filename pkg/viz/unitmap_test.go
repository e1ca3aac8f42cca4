// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"bytes"
	"image/gif"
	"math"
	"strings"
	"testing"
)

// field is a made-up battle at a time from 0 to 1.
func field(t float64) UnitMap {
	m := UnitMap{Title: "after a while", Side: 64}
	for i := range 12 {
		team := i % 2
		a := float64(i) * math.Pi / 6
		u := UnitMark{X: 32 + (24-14*t)*math.Cos(a), Y: 32 + (24-14*t)*math.Sin(a), Team: team, Size: 3 + float64(i%3), Value: float64(i) / 11, Target: 1 + (i+1)%12}
		u.Fallen = i == 4 && t > 0.5
		m.Units = append(m.Units, u)
	}
	return m
}

func TestUnitMaps(t *testing.T) {
	teams := field(0)
	teams.Title = "teams"
	for i := range teams.Units {
		teams.Units[i].Value = math.NaN()
	}
	third := UnitMap{Title: "a third side, and what lies outside", Side: 10, Units: []UnitMark{{X: 5, Y: 5, Team: 2, Value: 0.5}, {X: -3, Y: 99, Team: 0, Value: 7}, {X: 2, Y: 2, Team: 1, Target: 99}}}
	golden(t, "testdata", exhibit{file: "unitmaps", figure: UnitMaps("Who survives", "probability", 0, 1, field(0), field(1), teams, third)}, goldenDPI)
	// Strange values are drawn somehow, and none is a reason to panic.
	for _, d := range []*Drawing{
		UnitMaps("", "", 0, 0), UnitMaps("x", "y", 1, 0, field(0)), UnitMaps("x", "y", 0, 1, UnitMap{}),
		UnitMaps("many", "y", 0, 1, make([]UnitMap, 100)...), UnitMaps("x", "y", 0, 1, UnitMap{Side: math.NaN(), Units: field(0).Units}),
		UnitMaps("x", "y", 0, 1, UnitMap{Side: 1, Units: []UnitMark{{X: math.Inf(1), Y: math.NaN(), Size: -1, Team: -5, Target: -9}}}),
	} {
		if _, _, err := render(d, 0, 0, 36); err != nil {
			t.Error(err)
		}
	}
}

func TestAnimate(t *testing.T) {
	var frames []Figure
	for k := range 5 {
		frames = append(frames, UnitMaps("A battle", "", 0, 0, field(float64(k)/4)))
	}
	file, err := Animate(10, frames...)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Image) != 5 || g.Delay[0] != 10 || g.LoopCount != 0 {
		t.Errorf("%d frames of %d hundredths, %d loops", len(g.Image), g.Delay[0], g.LoopCount)
	}
	img, _, err := render(frames[3], 0, 0, DPI/2)
	if err != nil {
		t.Fatal(err)
	}
	far := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			a, b, c, _ := img.At(x, y).RGBA()
			d, e, f, _ := g.Image[3].At(x, y).RGBA()
			if max(a, d)-min(a, d) > 0x1000 || max(b, e)-min(b, e) > 0x1000 || max(c, f)-min(c, f) > 0x1000 {
				far++
			}
		}
	}
	if far > img.Bounds().Dx()*img.Bounds().Dy()/200 {
		t.Errorf("%d pixels of a frame differ from the picture", far)
	}
	for words, call := range map[string]func() ([]byte, error){
		"0 figures":   func() ([]byte, error) { return Animate(5) },
		"0 in a sec":  func() ([]byte, error) { return Animate(0, frames...) },
		"figure 1 of": func() ([]byte, error) { return Animate(5, frames[0], UnitMaps("two", "", 0, 0, field(0), field(1))) },
		"no figure":   func() ([]byte, error) { return Animate(5, nil) },
	} {
		if _, err := call(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: the error is %v", words, err)
		}
	}
}
