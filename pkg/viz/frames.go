// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"image"
	"math"

	"gonum.org/v1/plot/vg"
)

// Strip is a video as its frames, or what belongs to them, as their errors.
type Strip struct {
	Name   string
	Frames []image.Image
}

// FrameStrips draws videos as strips of their frames, one below the other, each moment below the same moment. Read off what
// of an original comes back in a reconstruction, and where in a strip of FrameErrors it does not. Of long videos every
// second, third, … frame is shown, so that there are at most 16.
func FrameStrips(title string, strips ...Strip) *Drawing {
	const (
		most     = 64 // strips
		mostCols = 16
		edge     = 8.
		top      = 30.
		gap      = 2.25
		wide     = 520. // of the frames together
		largest  = 72.
	)
	strips = strips[:min(len(strips), most)]
	longest, room := 0, 0.
	var size image.Point
	names := make([]string, len(strips))
	for i, s := range strips {
		longest = max(longest, len(s.Frames))
		for _, f := range s.Frames {
			if f != nil && size == (image.Point{}) {
				size = f.Bounds().Size()
			}
		}
		names[i] = shorten(s.Name, sans(8), 110)
		room = max(room, width(names[i], sans(8))+6)
	}
	if size.X < 1 || size.Y < 1 {
		return empty(title, "no frames to draw")
	}
	every := (longest + mostCols - 1) / mostCols
	cols := (longest + every - 1) / every
	w := math.Round(min(largest, wide/float64(cols)-gap)/pixel) * pixel
	h := max(pixel, math.Round(w*float64(size.Y)/float64(size.X)/pixel)*pixel)
	x0 := math.Ceil((edge+room)/pixel) * pixel
	bottom := top + float64(len(strips))*(h+gap) - gap
	total := x0 + float64(cols)*(w+gap) - gap + edge

	return &Drawing{vg.Length(max(total, 200)), vg.Length(bottom + 20), func(p pen) {
		p.text(edge, 14, shorten(title, bold(11), max(total, 200)-2*edge), bold(11), ink, left)
		for i, s := range strips {
			y := top + float64(i)*(h+gap)
			p.text(x0-5, y+h/2, names[i], sans(8), label, right)
			for k := 0; k < cols && k*every < len(s.Frames); k++ {
				if f := s.Frames[k*every]; f != nil && !f.Bounds().Empty() {
					p.image(x0+float64(k)*(w+gap), y, w, h, resample(f, int(math.Round(w/pixel)), int(math.Round(h/pixel))))
				}
			}
		}
		for k := range cols {
			p.text(x0+float64(k)*(w+gap)+w/2, bottom+8, fmt.Sprint(k*every), sans(7), label, center)
		}
	}}
}

// FrameErrors are pictures of how far the frames of two videos are apart, as far as both go: dark where they are alike, and
// the brighter the larger the mean absolute difference of the three colours is; from most on, as 0.5 of the range of
// colours, they are brightest.
func FrameErrors(a, b []image.Image, most float64) []image.Image {
	var out []image.Image
	for i := range min(len(a), len(b)) {
		if a[i] == nil || b[i] == nil || a[i].Bounds().Size() != b[i].Bounds().Size() {
			out = append(out, nil)
			continue
		}
		from, to := a[i].Bounds(), b[i].Bounds()
		img := image.NewRGBA(image.Rect(0, 0, from.Dx(), from.Dy()))
		for y := range from.Dy() {
			for x := range from.Dx() {
				r1, g1, b1, _ := a[i].At(from.Min.X+x, from.Min.Y+y).RGBA()
				r2, g2, b2, _ := b[i].At(to.Min.X+x, to.Min.Y+y).RGBA()
				sum := 0.
				for _, pair := range [][2]uint32{{r1, r2}, {g1, g2}, {b1, b2}} {
					sum += math.Abs(float64(pair[0])-float64(pair[1])) / 0xffff / 3
				}
				img.SetRGBA(x, y, Shade(min(1, sum/max(most, 1e-12))))
			}
		}
		out = append(out, img)
	}
	return out
}

// Sound is a wave with a name.
type Sound struct {
	Name    string
	Samples []float64
}

// Waves draws sounds below each other, over the same seconds and in one scale. Read off whether a sound that came back is as
// loud as the original at each moment; whether it has the tone, only the ear or a spectrogram tells. A rate of 0 counts
// samples.
func Waves(title string, rate float64, sounds ...Sound) *Drawing {
	const (
		most = 16
		edge = 8.
		top  = 30.
		high = 48.
		gap  = 6.
		wide = 432.
	)
	sounds = sounds[:min(len(sounds), most)]
	longest, room, loudest := 0, 0., 0.
	names := make([]string, len(sounds))
	for i, s := range sounds {
		longest = max(longest, len(s.Samples))
		for _, v := range s.Samples {
			if drawn(v) {
				loudest = max(loudest, math.Abs(v))
			}
		}
		names[i] = shorten(s.Name, sans(8), 110)
		room = max(room, width(names[i], sans(8))+6)
	}
	if longest == 0 {
		return empty(title, "no sound to draw")
	}
	x0 := math.Ceil((edge+room)/pixel) * pixel
	bottom := top + float64(len(sounds))*(high+gap) - gap
	end, unit := float64(longest), "sample"
	if rate > 0 {
		end, unit = end/rate, "s"
	}
	return &Drawing{vg.Length(x0 + wide + 2*edge), vg.Length(bottom + 36), func(p pen) {
		p.text(edge, 14, shorten(title, bold(11), x0+wide), bold(11), ink, left)
		for i, s := range sounds {
			y := top + float64(i)*(high+gap)
			p.text(x0-5, y+high/2, names[i], sans(8), label, right)
			quiet, part := 0., wide*float64(len(s.Samples))/float64(longest)
			for _, v := range s.Samples {
				if drawn(v) {
					quiet = max(quiet, math.Abs(v))
				}
			}
			if quiet > 0 { // a wave fills its height, so a softer one gets less of it
				share := high * quiet / loudest
				p.wave(x0, y+(high-share)/2, part, share, dense(s.Samples))
			}
		}
		for _, t := range (Ticks{}).Ticks(0, end) {
			x := x0 + wide*t.Value/end
			p.path(0.75, line, false, [2]float64{x, bottom}, [2]float64{x, bottom + 3})
			p.text(x, bottom+10, t.Label, sans(8), label, center)
		}
		p.text(x0+wide/2, bottom+24, unit, sans(8.5), label, center)
	}}
}

// dense puts points between samples where there are fewer of them than the columns of a wave need to be joined.
func dense(samples []float64) []float64 {
	const times, enough = 8, 8000
	if len(samples) >= enough {
		return samples
	}
	var out []float64
	for i, v := range samples {
		next := samples[min(i+1, len(samples)-1)]
		for k := range times {
			out = append(out, v+(next-v)*float64(k)/times)
		}
	}
	return out
}
