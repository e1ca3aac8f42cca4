// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/perceiver-go/perceiver/datasets/audio"
)

// voice is a spoken digit.
type voice []float32

// readVoices reads the recordings of a folder. The speaker whose name is the last in the alphabet is held out.
func (d *Digits) readVoices(ctx context.Context, dir string) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return fmt.Errorf("%s: there is no such folder; it has the recordings of the free spoken digit dataset", dir)
	} else if err != nil {
		return err
	}
	last, speakers := "", map[string]bool{}
	for _, e := range entries {
		if parts := strings.Split(e.Name(), "_"); len(parts) == 3 {
			speakers[parts[1]] = true
			last = max(last, parts[1])
		}
	}
	if len(speakers) < 2 {
		return fmt.Errorf("%s: there are recordings (as 7_jackson_32.wav) of %d speakers; two are needed, so that one can be held out", dir, len(speakers))
	}
	set, err := audio.FSDD(ctx, dir, last, d.Rate(), d.Seed)
	if err != nil {
		return err
	}
	for i := range set.Trains() {
		d.addVoice(0, set.TrainClip(i))
	}
	for i := range set.HeldOuts() {
		d.addVoice(1, set.HeldOut(i))
	}
	for part := range d.voices {
		for digit, said := range d.voices[part] {
			if len(said) == 0 {
				return fmt.Errorf("%s: nobody says the digit %d in one of the two parts; all digits must be said by the speaker %s, and by another one", dir, digit, last)
			}
		}
	}
	return nil
}

func (d *Digits) addVoice(part int, c *audio.Clip) {
	digit := c.Classes[0]
	d.voices[part][digit] = append(d.voices[part][digit], loud(c.Samples))
}

// loud gives a recording the loudness of the others, and leaves out the silence around it.
func loud(samples []float32) voice {
	peak := float32(0)
	for _, x := range samples {
		peak = max(peak, x, -x)
	}
	if peak == 0 {
		return samples
	}
	from, to := 0, len(samples)
	quiet := func(x float32) bool { return x < 0.03*peak && -x < 0.03*peak }
	for from < to && quiet(samples[from]) {
		from++
	}
	for to > from && quiet(samples[to-1]) {
		to--
	}
	out := make(voice, to-from)
	for i := range out {
		out[i] = samples[from+i] * 0.7 / peak
	}
	return out
}

// place puts a voice somewhere into a silent sound, whole if it fits, else as much of its beginning as does.
func (v voice) place(out []float32, r *rand.Rand) {
	from := 0
	if room := len(out) - len(v); room > 0 {
		from = r.IntN(room + 1)
	}
	copy(out[from:], v)
}
