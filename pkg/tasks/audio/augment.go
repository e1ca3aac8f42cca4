// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import "math/rand/v2"

// augment makes another sound of the same class: longer or shorter, elsewhere in the window, with stretches of time and of
// bands hidden (SpecAugment, Park et al. 2019), and brighter or darker.
func (f *features) augment(a array, n int, r *rand.Rand) array {
	if s := f.data.Stretch; s > 0 {
		a = stretch(a, 1+s*(2*r.Float64()-1))
	}
	a = f.window(a, n, r)
	if tilt := f.data.Tilt; tilt > 0 && f.mel != nil && a.channels > 1 {
		slope := float32(tilt / (span / 4) * (2*r.Float64() - 1))
		for t := range a.frames {
			row := a.frame(t)
			for c := range row {
				row[c] = max(quiet, row[c]+slope*(2*float32(c)/float32(a.channels-1)-1))
			}
		}
	}
	for range f.data.Masks {
		f.hideTime(a, r)
		f.hideBands(a, r)
	}
	return a
}

// stretch makes a sound longer by a factor, or shorter: what lies between two frames is taken from both.
func stretch(a array, factor float64) array {
	n := max(1, int(float64(a.frames)*factor+0.5))
	if a.frames < 2 {
		return a
	}
	out := newArray(n, a.channels)
	for t := range n {
		at := min(float64(t)/factor, float64(a.frames-1))
		k := min(int(at), a.frames-2)
		w := float32(at - float64(k))
		low, high, row := a.frame(k), a.frame(k+1), out.frame(t)
		for c := range row {
			row[c] = low[c] + w*(high[c]-low[c])
		}
	}
	return out
}

// hideTime makes a stretch of time as quiet as the mean of the window.
func (f *features) hideTime(a array, r *rand.Rand) {
	most := min(a.frames, int(f.data.TimeMask*float64(f.data.Rate)/float64(f.data.hop())))
	if most < 1 {
		return
	}
	width := r.IntN(most + 1)
	from, fill := r.IntN(a.frames-width+1), a.mean()
	for t := from; t < from+width; t++ {
		for c := range a.channels {
			a.frame(t)[c] = fill
		}
	}
}

// hideBands does the same to neighbouring bands.
func (f *features) hideBands(a array, r *rand.Rand) {
	if f.mel == nil || f.data.BandMask < 1 {
		return
	}
	width := r.IntN(min(a.channels, f.data.BandMask) + 1)
	from, fill := r.IntN(a.channels-width+1), a.mean()
	for t := range a.frames {
		row := a.frame(t)
		for c := from; c < from+width; c++ {
			row[c] = fill
		}
	}
}

func (a array) mean() float32 {
	sum := 0.
	for _, x := range a.values {
		sum += float64(x)
	}
	return float32(sum / float64(len(a.values)))
}
