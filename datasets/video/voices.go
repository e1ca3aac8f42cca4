// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/perceiver-go/perceiver/datasets/audio"
)

// voice is a spoken digit.
type voice []float32

// take is the name of a recording: digit, speaker, number.
var take = regexp.MustCompile(`^([0-9])_([A-Za-z]+)_[0-9]+\.wav$`)

// readVoices reads the recordings of a folder. The speaker whose name is the last in the alphabet is held out.
func (d *Digits) readVoices(dir string) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return fmt.Errorf("%s: there is no such folder; it has the recordings of the Free Spoken Digit Dataset", dir)
	} else if err != nil {
		return err
	}
	var speakers []string
	for _, e := range entries {
		if m := take.FindStringSubmatch(e.Name()); m != nil && !slices.Contains(speakers, m[2]) {
			speakers = append(speakers, m[2])
		}
	}
	if len(speakers) < 2 {
		return fmt.Errorf("%s: there are recordings (as 7_jackson_32.wav) of %d speakers; two are needed, so that one can be held out", dir, len(speakers))
	}
	last := slices.Max(speakers)
	for _, e := range entries {
		m := take.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		path := filepath.Join(dir, e.Name())
		s, err := audio.ReadFile(path)
		if err != nil {
			return err
		}
		if s.Rate != d.Rate() {
			return fmt.Errorf("%s: it has %d samples in a second and the clips have %d; model.samples = %d makes them equal", path, s.Rate, d.Rate(), s.Rate*d.Frames/d.Speed)
		}
		part, digit := 0, m[1][0]-'0'
		if m[2] == last {
			part = 1
		}
		d.voices[part][digit] = append(d.voices[part][digit], loud(s.Samples))
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
