// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Tones makes sounds whose class is to be heard: a steady tone, one that rises, a bell, clicks. Pitch, length, beginning
// and loudness are of chance, and there is noise behind. A clip is a function of the seed and its number, and no two are
// alike.
type Tones struct {
	Rate    int
	Samples int    // of a clip
	Mix     int    // most classes that are heard at once; 0 and 1: one
	Seed    uint64 // of the clips to train on; those held out are the same for all seeds
	Held    int    // number of held-out clips
}

// ToneClasses are the classes of generated sounds.
var ToneClasses = func() []string {
	var names []string
	for _, v := range voices {
		names = append(names, v.name)
	}
	return names
}()

// Validate names the first number that cannot be used.
func (t *Tones) Validate() error {
	switch {
	case t.Rate < 4000 || t.Rate > MaxRate:
		return fmt.Errorf("rate = %d: generated sounds need 4000 to %d samples in a second", t.Rate, MaxRate)
	case t.Samples < t.Rate/4 || t.Samples > 60*t.Rate:
		return fmt.Errorf("a generated sound of %d samples at %d in a second: it must last from a quarter of a second to a minute", t.Samples, t.Rate)
	case t.Mix < 0 || t.Mix > len(voices):
		return fmt.Errorf("mix = %d: it must be from 0 to %d classes", t.Mix, len(voices))
	case t.Held < 1:
		return fmt.Errorf("held-out sounds = %d: there must be at least 1", t.Held)
	}
	return nil
}

// Classes implements Source.
func (t *Tones) Classes() []string { return ToneClasses }

// Several implements Source.
func (t *Tones) Several() bool { return t.Mix > 1 }

// Trains implements Source.
func (t *Tones) Trains() int { return 0 }

// HeldOuts implements Source.
func (t *Tones) HeldOuts() int { return t.Held }

// heldSeed is the seed of all held-out clips. Those to train on are drawn from another stream, whatever their seed.
const (
	heldSeed   = 20210304
	heldStream = 1 << 63
)

// Train implements Source.
func (t *Tones) Train(draw uint64) *Clip { return t.clip(t.Seed, draw&^heldStream, "tones") }

// HeldOut implements Source.
func (t *Tones) HeldOut(i int) *Clip { return t.clip(heldSeed, heldStream|uint64(i), "held-out tones") }

func (t *Tones) clip(seed, number uint64, name string) *Clip {
	r := rand.New(rand.NewPCG(seed, number))
	c := &Clip{Name: fmt.Sprintf("%s %d", name, number&^heldStream), Sound: &Sound{t.Rate, make([]float32, t.Samples)}}
	many := 1
	if t.Mix > 1 {
		many += r.IntN(t.Mix)
	}
	c.Classes = r.Perm(len(voices))[:many]
	slices.Sort(c.Classes)
	for _, k := range c.Classes {
		play(voices[k].sound, c.Sound, r)
	}
	hiss := float32(between(r, 0.002, 0.03))
	peak := float32(0)
	for i := range c.Samples {
		c.Samples[i] += hiss * float32(r.NormFloat64())
		peak = max(peak, c.Samples[i], -c.Samples[i])
	}
	for i := range c.Samples {
		c.Samples[i] /= max(1, peak)
	}
	return c
}
