// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"math"
	"strings"
	"testing"
)

func TestSTFTOfATone(t *testing.T) {
	f := STFT{Window: 256, Hop: 80}
	power, err := f.Power(wave(8000, 1000, 0.5).Samples) // bin 32
	if err != nil {
		t.Fatal(err)
	}
	if len(power) != 100 || len(power[0]) != f.Bins() || f.Bins() != 129 {
		t.Fatalf("%d frames of %d bins", len(power), len(power[0]))
	}
	for k, want := range map[int]float64{32: 0.25, 31: 0.0625, 33: 0.0625, 60: 0} { // a Hann window gives half to the neighbours
		if got := power[50][k]; math.Abs(got-want) > 1e-6 {
			t.Errorf("bin %d has power %g, want %g", k, got, want)
		}
	}
	// Frame 0 is centred at sample 0, so half of what it sees is before the sound.
	if p := power[0][32]; math.Abs(p-0.0625) > 0.01 {
		t.Errorf("the first frame has power %g, want a quarter of the others", p)
	}
}

// A transform is the same when several are under way, and after another of the same window.
func TestSTFTTogether(t *testing.T) {
	f := STFT{64, 16}
	a, b := wave(8000, 1000, 1).Samples, wave(8000, 3000, 1).Samples
	want, _ := f.Power(a)
	done := make(chan [][]float64)
	for range 4 {
		go func() {
			for range 20 {
				_, _ = f.Power(b)
			}
			p, _ := f.Power(a)
			done <- p
		}()
	}
	for range 4 {
		got := <-done
		for t2 := range want {
			for k := range want[t2] {
				if got[t2][k] != want[t2][k] {
					t.Fatalf("frame %d, bin %d: %g, alone %g", t2, k, got[t2][k], want[t2][k])
				}
			}
		}
	}
}

func TestMel(t *testing.T) {
	m, err := NewMel(Mel{STFT: STFT{256, 80}, Rate: 8000, Bands: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 7, 20, 39} {
		s, err := m.Spectrogram(wave(8000, m.Centre(i), 0.5).Samples)
		if err != nil {
			t.Fatal(err)
		}
		if s.Frames != 100 || s.Bands != 40 || len(s.DB) != 4000 {
			t.Fatalf("%d frames of %d bands", s.Frames, s.Bands)
		}
		row := s.Rows()[50]
		best := 0
		for k, db := range row {
			if db > row[best] {
				best = k
			}
		}
		if best < i-1 || best > i+1 {
			t.Errorf("a tone of %g Hz, the centre of band %d, is loudest in band %d", m.Centre(i), i, best)
		}
		if row[best] < -12 || row[best] > -2 { // -6 dB where one band had it all
			t.Errorf("a tone of amplitude a half has %g dB in band %d", row[best], best)
		}
	}
	silent, err := m.Spectrogram(make([]float32, 161))
	if err != nil || silent.Frames != 3 || silent.DB[5] != -100 {
		t.Errorf("silence: %+v, %v", silent, err)
	}
	if none, err := m.Spectrogram(nil); err != nil || none.Frames != 0 {
		t.Errorf("no sound: %+v, %v", none, err)
	}
}

func TestMelRefuses(t *testing.T) {
	for words, m := range map[string]Mel{
		"window = 3":        {STFT: STFT{3, 1}, Rate: 8000, Bands: 1},
		"hop = 300":         {STFT: STFT{256, 300}, Rate: 8000, Bands: 40},
		"rate = 0":          {STFT: STFT{256, 80}, Bands: 40},
		"bands = 200":       {STFT: STFT{256, 80}, Rate: 8000, Bands: 200},
		"between 0 and 400": {STFT: STFT{256, 80}, Rate: 8000, Bands: 40, High: 5000},
	} {
		if _, err := NewMel(m); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
	if _, err := (STFT{4, 1}).Power(make([]float32, maxFrames+1)); err == nil {
		t.Error("a transform of too many frames was made")
	}
}
