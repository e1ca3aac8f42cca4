// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/dsp/fourier"
)

// STFT is the short-time Fourier transform: how much of each frequency there is at each moment. Frame t is centred at
// sample t·Hop, and sees Window samples under a Hann window; outside of the sound there is silence.
type STFT struct {
	Window int // samples that a frame sees, an even number
	Hop    int // samples from frame to frame
}

// Bounds of a transform.
const (
	maxWindow = 1 << 16
	maxFrames = 1 << 22
)

// Validate names the first number that cannot be used.
func (f STFT) Validate() error {
	switch {
	case f.Window < 4 || f.Window > maxWindow || f.Window%2 != 0:
		return fmt.Errorf("window = %d: it must be an even number of samples from 4 to %d", f.Window, maxWindow)
	case f.Hop < 1 || f.Hop > f.Window:
		return fmt.Errorf("hop = %d: it must be from 1 to the window, %d samples", f.Hop, f.Window)
	}
	return nil
}

// Frames is the number of frames of a sound of n samples.
func (f STFT) Frames(n int) int { return (n + f.Hop - 1) / f.Hop }

// Bins is the number of frequencies of a frame: bin k is at k·rate/Window.
func (f STFT) Bins() int { return f.Window/2 + 1 }

// Power is the power of every frame and bin, [Frames][Bins]. A sine wave of amplitude 1 that lies on a bin has power 1
// there.
func (f STFT) Power(samples []float32) ([][]float64, error) {
	if err := f.check(len(samples)); err != nil {
		return nil, err
	}
	out := make([][]float64, f.Frames(len(samples)))
	f.each(samples, func(t int, power []float64) { out[t] = append([]float64(nil), power...) })
	return out, nil
}

func (f STFT) check(samples int) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if n := f.Frames(samples); n > maxFrames {
		return fmt.Errorf("a sound of %d samples has %d frames of hop %d; %d is the most", samples, n, f.Hop, maxFrames)
	}
	return nil
}

// transform is what frames of one window need; gonum's is not for several goroutines at once.
type transform struct {
	fft    *fourier.FFT
	hann   []float64
	frame  []float64
	bins   []complex128
	powers []float64
}

var transforms sync.Map // of *sync.Pool by window

func transformOf(window int) (*transform, *sync.Pool) {
	p, _ := transforms.LoadOrStore(window, &sync.Pool{New: func() any {
		t := &transform{fft: fourier.NewFFT(window), hann: make([]float64, window), frame: make([]float64, window),
			bins: make([]complex128, window/2+1), powers: make([]float64, window/2+1)}
		for i := range t.hann {
			t.hann[i] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/float64(window))
		}
		return t
	}})
	pool := p.(*sync.Pool)
	return pool.Get().(*transform), pool
}

// each computes the frames in order; what use is shown is overwritten by the next.
func (f STFT) each(samples []float32, use func(t int, power []float64)) {
	tr, pool := transformOf(f.Window)
	defer pool.Put(tr)
	norm := 16 / float64(f.Window*f.Window) // a Hann window halves the amplitude, and half of it is at the negative frequency
	for t := range f.Frames(len(samples)) {
		from := t*f.Hop - f.Window/2
		for i := range tr.frame {
			tr.frame[i] = 0
			if k := from + i; k >= 0 && k < len(samples) {
				tr.frame[i] = float64(samples[k]) * tr.hann[i]
			}
		}
		tr.fft.Coefficients(tr.bins, tr.frame)
		for i, c := range tr.bins {
			tr.powers[i] = (real(c)*real(c) + imag(c)*imag(c)) * norm
		}
		use(t, tr.powers)
	}
}
