// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"fmt"
	"math"
	"sync"
)

// The kernel of resampling: a sinc under a Kaiser window (Smith, Digital Audio Resampling). What lies above the lower of
// the two Nyquist frequencies is weakened by about 90 dB, but for a narrow band below it where the filter falls.
const (
	crossings = 32   // zero crossings on each side
	steps     = 1024 // entries of the table for each of them; between entries it is interpolated
	kaiser    = 9.
	rolloff   = 0.94 // of the lower Nyquist frequency, where the filter begins to fall
)

var kernel = sync.OnceValue(func() []float64 {
	table := make([]float64, crossings*steps+2)
	for i := range table {
		t := float64(i) / steps
		if t >= crossings {
			break
		}
		w := bessel0(kaiser*math.Sqrt(1-(t/crossings)*(t/crossings))) / bessel0(kaiser)
		table[i] = w
		if t > 0 {
			table[i] *= math.Sin(math.Pi*t) / (math.Pi * t)
		}
	}
	return table
})

// bessel0 is the modified Bessel function of the first kind, of order 0.
func bessel0(x float64) float64 {
	sum, term := 1., 1.
	for k := 1.; term > 1e-12*sum; k++ {
		term *= x / 2 / k * x / 2 / k
		sum += term
	}
	return sum
}

// MaxRate bounds the samples in a second that are read and made.
const MaxRate = 768000

// Resample gives the sound with another number of samples in a second; any two rates will do. Frequencies that the new
// rate cannot hold are left out. A sound of that rate already is returned as it is.
func (s *Sound) Resample(rate int) (*Sound, error) {
	switch {
	case rate < 1 || rate > MaxRate || s.Rate < 1 || s.Rate > MaxRate:
		return nil, fmt.Errorf("a sound of %d samples in a second cannot become one of %d: both must be 1 to %d", s.Rate, rate, MaxRate)
	case rate == s.Rate:
		return s, nil
	}
	ratio := float64(rate) / float64(s.Rate)
	n := (len(s.Samples)*rate + s.Rate - 1) / s.Rate
	if n > MaxBytes/4 {
		return nil, fmt.Errorf("a sound of %d samples at %d in a second would have %d at %d; %d is the most", len(s.Samples), s.Rate, n, rate, MaxBytes/4)
	}
	table := kernel()
	scale := min(1, ratio) * rolloff // of the kernel's argument: below 1 the filter is lower, and the kernel longer
	reach := crossings / scale
	out := &Sound{rate, make([]float32, n)}
	for i := range out.Samples {
		at := float64(i) * float64(s.Rate) / float64(rate)
		from, to := max(0, int(math.Ceil(at-reach))), min(len(s.Samples)-1, int(math.Floor(at+reach)))
		sum := 0.
		for k := from; k <= to; k++ {
			t := math.Abs(at-float64(k)) * scale * steps
			j := int(t)
			if j >= crossings*steps {
				continue
			}
			f := t - float64(j)
			sum += float64(s.Samples[k]) * (table[j] + f*(table[j+1]-table[j]))
		}
		out.Samples[i] = float32(sum * scale)
	}
	return out, nil
}
