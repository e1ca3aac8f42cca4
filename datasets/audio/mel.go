// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"fmt"
	"math"
)

// Mel is the log-mel spectrogram: the power of each frame of an STFT in bands that are as wide as the ear's, in decibels.
// Bands are triangles over the mel scale, 2595·log10(1 + f/700) for f in Hz, half overlapping.
type Mel struct {
	STFT
	Rate  int // samples in a second
	Bands int
	Low   float64 // Hz, where the lowest band begins
	High  float64 // Hz, where the highest ends; 0: Rate/2

	bands []band
}

// band is a triangle over neighbouring bins.
type band struct {
	from    int
	weights []float64
}

// floor is the power that stands for none: -100 dB.
const floor = 1e-10

// NewMel makes the bands of m. It names the first number that cannot be used.
func NewMel(m Mel) (*Mel, error) {
	if m.High == 0 {
		m.High = float64(m.Rate) / 2
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	switch {
	case m.Rate < 1 || m.Rate > MaxRate:
		return nil, fmt.Errorf("rate = %d: it must be 1 to %d samples in a second", m.Rate, MaxRate)
	case m.Bands < 1 || m.Bands > m.Bins():
		return nil, fmt.Errorf("bands = %d: a window of %d samples has room for 1 to %d", m.Bands, m.Window, m.Bins())
	case !(m.Low >= 0 && m.Low < m.High && m.High <= float64(m.Rate)/2):
		return nil, fmt.Errorf("bands from %g to %g Hz: they must lie between 0 and %g, half of the samples in a second", m.Low, m.High, float64(m.Rate)/2)
	}
	low, high := mel(m.Low), mel(m.High)
	edge := func(i int) float64 { // in bins
		return hertz(low+(high-low)*float64(i)/float64(m.Bands+1)) * float64(m.Window) / float64(m.Rate)
	}
	m.bands = nil
	for i := range m.Bands {
		m.bands = append(m.bands, triangle(edge(i), edge(i+1), edge(i+2), m.Bins()))
	}
	return &m, nil
}

func mel(f float64) float64 { return 2595 * math.Log10(1+f/700) }

func hertz(mel float64) float64 { return 700 * (math.Pow(10, mel/2595) - 1) }

// Centre is the frequency, in Hz, at which band i is highest.
func (m *Mel) Centre(i int) float64 {
	low, high := mel(m.Low), mel(m.High)
	return hertz(low + (high-low)*float64(i+1)/float64(m.Bands+1))
}

// triangle is a band that rises from a to b and falls to c. One that is too narrow to hold a bin takes what lies between
// the two bins around its centre.
func triangle(a, b, c float64, bins int) band {
	t := band{from: max(0, int(math.Ceil(a)))}
	sum := 0.
	for k := t.from; k < bins && float64(k) < c; k++ {
		w := (float64(k) - a) / (b - a)
		if float64(k) > b {
			w = (c - float64(k)) / (c - b)
		}
		t.weights = append(t.weights, w)
		sum += w
	}
	if sum < 0.5 {
		k := min(int(b), bins-2)
		f := b - float64(k)
		return band{k, []float64{1 - f, f}}
	}
	return t
}

// Spectrogram is a sound over time and frequency.
type Spectrogram struct {
	Frames, Bands int
	DB            []float32 // [Frames, Bands], in decibels: 0 is a sine wave of amplitude 1, -100 the least
}

// Spectrogram describes samples of the rate that the bands are made for.
func (m *Mel) Spectrogram(samples []float32) (*Spectrogram, error) {
	if err := m.check(len(samples)); err != nil {
		return nil, err
	}
	s := &Spectrogram{Frames: m.Frames(len(samples)), Bands: m.Bands}
	s.DB = make([]float32, 0, s.Frames*s.Bands)
	m.each(samples, func(_ int, power []float64) {
		for _, b := range m.bands {
			sum := floor
			for i, w := range b.weights {
				sum += w * power[b.from+i]
			}
			s.DB = append(s.DB, float32(10*math.Log10(sum)))
		}
	})
	return s, nil
}

// Rows are the frames as float64, for pictures: [Frames][Bands].
func (s *Spectrogram) Rows() [][]float64 {
	out := make([][]float64, s.Frames)
	for t := range out {
		out[t] = make([]float64, s.Bands)
		for b := range out[t] {
			out[t][b] = float64(s.DB[t*s.Bands+b])
		}
	}
	return out
}
