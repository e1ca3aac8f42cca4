// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"image"
	"image/color"
	"math"

	xdraw "golang.org/x/image/draw"
	"gonum.org/v1/plot/vg"
)

// Look is what one latent, or one output, looks at: a weight for each cell of a grid that lies over a picture.
type Look struct {
	Name    string
	Weights [][]float64 // [rows][columns]
}

// Grid cuts the weights of one latent over M = rows·columns inputs, in reading order, into the rows of a Look.
func Grid(weights []float64, columns int) [][]float64 {
	var rows [][]float64
	for columns > 0 && len(weights) > 0 {
		n := min(columns, len(weights))
		rows = append(rows, weights[:n])
		weights = weights[n:]
	}
	return rows
}

// AttentionOnImage draws where chosen latents look in a picture: the picture, and behind it a copy for each latent, dark
// where the latent does not look and bright where it does. Read off whether latents have shared the picture among them,
// each its own place, or look everywhere. All share one scale, so a latent that spreads its attention stays dark.
func AttentionOnImage(title string, picture image.Image, looks ...Look) *Drawing {
	const (
		most = 64
		edge = 8.
		gap  = 10.
		top  = 30.
		tile = 108. // the longer side
	)
	looks = looks[:min(len(looks), most)]
	if picture == nil || picture.Bounds().Empty() || len(looks) == 0 {
		return empty(title, "no picture, or nobody who looks at it")
	}
	var all [][]float64
	for _, l := range looks {
		all = append(all, l.Weights...)
	}
	_, high := span(all)
	size := picture.Bounds().Size()
	f := tile / float64(max(size.X, size.Y))
	w, h := max(8, math.Round(f*float64(size.X)/pixel)*pixel), max(8, math.Round(f*float64(size.Y)/pixel)*pixel)
	perRow := min(len(looks)+1, max(3, int(480/(w+gap))))
	rows := (len(looks) + perRow) / perRow // the picture is one more
	base := resample(picture, int(math.Round(w/pixel)), int(math.Round(h/pixel)))
	x0, step := edge, h+16+gap
	right := x0 + float64(perRow)*(w+gap)
	bar := &heatmap{Map: Map{Min: 0, Max: max(high, 1e-12), Unit: "attention"}}
	labels := bar.widestTick()
	total := right + 10.5 + 4 + labels + 20 + edge

	return &Drawing{vg.Length(total), vg.Length(top + float64(rows)*step - gap + edge), func(p pen) {
		p.text(x0, 14, shorten(title, bold(11), total-2*edge), bold(11), ink, left)
		for i := range len(looks) + 1 {
			x, y := x0+float64(i%perRow)*(w+gap), top+float64(i/perRow)*step
			name, img := "picture", image.Image(base)
			if i > 0 {
				name, img = looks[i-1].Name, lit(base, looks[i-1].Weights, high)
			}
			p.image(x, y, w, h, img)
			p.frame(x-0.375, y-0.375, w+0.75, h+0.75, 0.375, line)
			p.text(x+w/2, y+h+9, shorten(name, sans(8), w), sans(8), label, center)
		}
		bar.bar(p, right, top, 10.5, max(h, 60), labels)
	}}
}

// resample makes a picture w by h pixels; a small one keeps the edges of its pixels.
func resample(src image.Image, w, h int) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	xdraw.Draw(dst, dst.Rect, image.NewUniform(paper), image.Point{}, xdraw.Src)
	var scaler xdraw.Scaler = xdraw.CatmullRom
	if src.Bounds().Dx() < w/3 {
		scaler = xdraw.NearestNeighbor
	}
	scaler.Scale(dst, dst.Rect, src, src.Bounds(), xdraw.Over, nil)
	return dst
}

// lit colours a picture by weights: the hue says how much, and the picture stays to be seen through it.
func lit(base *image.RGBA, weights [][]float64, high float64) image.Image {
	out := image.NewRGBA(base.Rect)
	for y := range base.Rect.Dy() {
		for x := range base.Rect.Dx() {
			v := math.NaN()
			if r := y * len(weights) / base.Rect.Dy(); r < len(weights) {
				if c := x * len(weights[r]) / base.Rect.Dx(); c < len(weights[r]) {
					v = weights[r][c] / max(high, 1e-12)
				}
			}
			at := base.RGBAAt(x, y)
			grey := uint8(0.299*float64(at.R) + 0.587*float64(at.G) + 0.114*float64(at.B))
			out.SetRGBA(x, y, mix(Shade(v), color.RGBA{grey, grey, grey, 0xff}, 0.35))
		}
	}
	return out
}
