// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"image"
	"math"
	"math/rand/v2"
)

// change is one of RandAugment's, with a strength from 0 to 1.
type change func(img *image.RGBA, strength float64, r *rand.Rand) *image.RGBA

// changes are those of RandAugment (Cubuk and others, 2019) with the strengths of its first program. Movements are measured
// there in pixels of pictures that are 224 wide; here they are parts of the width.
var changes = []change{
	autoContrast, equalize, invert, rotate, posterize, solarize, solarizeAdd, saturate, contrast, brighten, sharpen,
	shearX, shearY, moveX, moveY, cutOut,
}

const (
	steepest     = 30 * math.Pi / 180 // of a turn
	furthest     = 100. / 224         // of a movement
	mostSheared  = 0.3
	widestCut    = 2 * 40. / 224
	addsMost     = 110
	dropsMost    = 4 // bits
	grey         = 128
	weakestBlend = 0.1
	blendRange   = 1.8
)

func sign(r *rand.Rand) float64 { return float64(2*r.IntN(2) - 1) }

// each maps the colours of every pixel through a table for each of red, green and blue.
func each(img *image.RGBA, f func(channel int, v uint8) float64) *image.RGBA {
	var table [3][256]uint8
	for c := range table {
		for v := range table[c] {
			table[c][v] = clamp(f(c, uint8(v)))
		}
	}
	for i := range img.Pix {
		if c := i % 4; c < 3 {
			img.Pix[i] = table[c][img.Pix[i]]
		}
	}
	return img
}

func clamp(x float64) uint8 { return uint8(min(max(math.Round(x), 0), 255)) }

func histogram(img *image.RGBA) (counts [3][256]int) {
	for i, v := range img.Pix {
		if c := i % 4; c < 3 {
			counts[c][v]++
		}
	}
	return counts
}

func autoContrast(img *image.RGBA, _ float64, _ *rand.Rand) *image.RGBA {
	counts := histogram(img)
	var low, high [3]float64
	for c := range counts {
		for low[c] < 255 && counts[c][int(low[c])] == 0 {
			low[c]++
		}
		for high[c] = 255; high[c] > 0 && counts[c][int(high[c])] == 0; {
			high[c]--
		}
	}
	return each(img, func(c int, v uint8) float64 {
		if high[c] <= low[c] {
			return float64(v)
		}
		return (float64(v) - low[c]) * 255 / (high[c] - low[c])
	})
}

// equalize makes all values of a colour about equally frequent.
func equalize(img *image.RGBA, _ float64, _ *rand.Rand) *image.RGBA {
	counts := histogram(img)
	var below [3][256]int
	var last [3]int
	for c := range counts {
		sum := 0
		for v, n := range counts[c] {
			below[c][v] = sum
			sum += n
			if n > 0 {
				last[c] = n
			}
		}
	}
	pixels := len(img.Pix) / 4
	return each(img, func(c int, v uint8) float64 {
		step := (pixels - last[c]) / 255
		if step == 0 {
			return float64(v)
		}
		return float64((below[c][v] + step/2) / step)
	})
}

func invert(img *image.RGBA, _ float64, _ *rand.Rand) *image.RGBA {
	return each(img, func(_ int, v uint8) float64 { return 255 - float64(v) })
}

func posterize(img *image.RGBA, strength float64, _ *rand.Rand) *image.RGBA {
	drop := 8 - int(strength*dropsMost) // as the first program has it: the weaker, the fewer bits stay
	return each(img, func(_ int, v uint8) float64 { return float64(v >> min(drop, 7) << min(drop, 7)) })
}

func solarize(img *image.RGBA, strength float64, _ *rand.Rand) *image.RGBA {
	return each(img, func(_ int, v uint8) float64 {
		if float64(v) < strength*256 {
			return float64(v)
		}
		return 255 - float64(v)
	})
}

func solarizeAdd(img *image.RGBA, strength float64, _ *rand.Rand) *image.RGBA {
	return each(img, func(_ int, v uint8) float64 {
		if v < grey {
			return float64(v) + strength*addsMost
		}
		return float64(v)
	})
}

func blend(strength float64) float64 { return weakestBlend + blendRange*strength }

func brightness(r, g, b uint8) float64 {
	return 0.299*float64(r) + 0.587*float64(g) + 0.114*float64(b)
}

func saturate(img *image.RGBA, strength float64, _ *rand.Rand) *image.RGBA {
	f := blend(strength)
	for i := 0; i < len(img.Pix); i += 4 {
		l := brightness(img.Pix[i], img.Pix[i+1], img.Pix[i+2])
		for c := range 3 {
			img.Pix[i+c] = clamp(l + f*(float64(img.Pix[i+c])-l))
		}
	}
	return img
}

func contrast(img *image.RGBA, strength float64, _ *rand.Rand) *image.RGBA {
	mean := 0.
	for i := 0; i < len(img.Pix); i += 4 {
		mean += brightness(img.Pix[i], img.Pix[i+1], img.Pix[i+2])
	}
	mean /= float64(len(img.Pix) / 4)
	return each(img, func(_ int, v uint8) float64 { return mean + blend(strength)*(float64(v)-mean) })
}

func brighten(img *image.RGBA, strength float64, _ *rand.Rand) *image.RGBA {
	return each(img, func(_ int, v uint8) float64 { return blend(strength) * float64(v) })
}

// sharpen takes each pixel away from the mean of its neighbours, or nearer to it; those at the edge stay.
func sharpen(img *image.RGBA, strength float64, _ *rand.Rand) *image.RGBA {
	b, f := img.Bounds(), blend(strength)
	out := image.NewRGBA(b)
	copy(out.Pix, img.Pix)
	for y := 1; y < b.Dy()-1; y++ {
		for x := 1; x < b.Dx()-1; x++ {
			at := img.PixOffset(x, y)
			for c := range 3 {
				sum := 4 * float64(img.Pix[at+c]) // the one in the middle counts five times, of 13
				for dy := -1; dy <= 1; dy++ {
					for dx := -1; dx <= 1; dx++ {
						sum += float64(img.Pix[img.PixOffset(x+dx, y+dy)+c])
					}
				}
				smooth := sum / 13
				out.Pix[at+c] = clamp(smooth + f*(float64(img.Pix[at+c])-smooth))
			}
		}
	}
	return out
}

func rotate(img *image.RGBA, strength float64, r *rand.Rand) *image.RGBA {
	sin, cos := math.Sincos(sign(r) * strength * steepest)
	cx, cy := float64(img.Bounds().Dx()-1)/2, float64(img.Bounds().Dy()-1)/2
	return warp(img, func(x, y float64) (float64, float64) {
		return cx + cos*(x-cx) + sin*(y-cy), cy + cos*(y-cy) - sin*(x-cx)
	})
}

func shearX(img *image.RGBA, strength float64, r *rand.Rand) *image.RGBA {
	k := sign(r) * strength * mostSheared
	return warp(img, func(x, y float64) (float64, float64) { return x + k*y, y })
}

func shearY(img *image.RGBA, strength float64, r *rand.Rand) *image.RGBA {
	k := sign(r) * strength * mostSheared
	return warp(img, func(x, y float64) (float64, float64) { return x, y + k*x })
}

func moveX(img *image.RGBA, strength float64, r *rand.Rand) *image.RGBA {
	return shift(img, int(sign(r)*strength*furthest*float64(img.Bounds().Dx())), 0)
}

func moveY(img *image.RGBA, strength float64, r *rand.Rand) *image.RGBA {
	return shift(img, 0, int(sign(r)*strength*furthest*float64(img.Bounds().Dy())))
}

// cutOut makes a square grey.
func cutOut(img *image.RGBA, strength float64, r *rand.Rand) *image.RGBA {
	b := img.Bounds()
	half := int(strength * widestCut / 2 * float64(b.Dx()))
	cx, cy := r.IntN(b.Dx()), r.IntN(b.Dy())
	for y := max(cy-half, 0); y < min(cy+half, b.Dy()); y++ {
		for x := max(cx-half, 0); x < min(cx+half, b.Dx()); x++ {
			at := img.PixOffset(x, y)
			img.Pix[at], img.Pix[at+1], img.Pix[at+2] = grey, grey, grey
		}
	}
	return img
}
