// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import "math/rand/v2"

// Masked is a window with some of its bytes hidden.
type Masked struct {
	IDs    []int32 // what the model sees: Mask where a byte is hidden
	Labels []int32 // the true ids
	Masked []bool  // which are hidden; one at least
}

// MaskRand is the source of randomness of one window: a function of the seed, the step and the place in the batch.
func MaskRand(seed uint64, step, row int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, hash("mask", uint64(step)<<20^uint64(row))))
}

// MaskBytes hides each byte with the given probability.
func MaskBytes(window []byte, rate float64, r *rand.Rand) Masked {
	return hide(window, r, func(masked []bool) {
		for i := range masked {
			masked[i] = r.Float64() < rate
		}
	})
}

// MaskWords hides each word with the given probability. Words are separated by white space, and a word is hidden with
// the one space character before it, where it has one: the published model answers best when asked so.
func MaskWords(window []byte, rate float64, r *rand.Rand) Masked {
	return hide(window, r, func(masked []bool) {
		for i := 0; i < len(window); {
			from := i
			for i < len(window) && isSpace(window[i]) {
				i++
			}
			word := i
			for i < len(window) && !isSpace(window[i]) {
				i++
			}
			if word == i || r.Float64() >= rate {
				continue
			}
			if word > from {
				word--
			}
			for k := word; k < i; k++ {
				masked[k] = true
			}
		}
	})
}

// hide masks what choose says. A window in which nothing was chosen gets one hidden byte at a random place, so that
// every window has something to learn from.
func hide(window []byte, r *rand.Rand, choose func(masked []bool)) Masked {
	m := Masked{IDs: make([]int32, len(window)), Labels: make([]int32, len(window)), Masked: make([]bool, len(window))}
	choose(m.Masked)
	any := false
	for _, hidden := range m.Masked {
		any = any || hidden
	}
	if !any {
		m.Masked[r.IntN(len(window))] = true
	}
	for i, b := range window {
		m.Labels[i] = int32(b) + FirstByte
		m.IDs[i] = m.Labels[i]
		if m.Masked[i] {
			m.IDs[i] = Mask
		}
	}
	return m
}

func isSpace(b byte) bool { return b == ' ' || (b >= '\t' && b <= '\r') }
