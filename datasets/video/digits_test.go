// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/audio"
)

// spoken is a format with the rate of spoken digits.
var spoken = Format{Frames: 4, Height: 16, Width: 16, Samples: 1280, Speed: 25} // 8000 samples in a second

// digitFolder writes a sheet in which the brightness of a picture is that of its digit, dimmer where it is held out, and
// voices that are as long as their digit.
func digitFolder(t *testing.T, speakers ...string) string {
	t.Helper()
	root := t.TempDir()
	sheet, voices := filepath.Join(root, "image", "opencv-digits.png"), filepath.Join(root, "audio", "fsdd")
	for _, dir := range []string{filepath.Dir(sheet), voices} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	img := image.NewGray(image.Rect(0, 0, 2000, 1000))
	for y := range 1000 {
		for x := range 2000 {
			v := 30 + 20*(y/100)
			if x >= 1600 {
				v -= 10
			}
			img.SetGray(x, y, color.Gray{uint8(v)})
		}
	}
	file, err := os.Create(sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}
	for digit := range 10 {
		for k, speaker := range speakers {
			s := &audio.Sound{Rate: 8000, Samples: make([]float32, 100*(digit+1)+10*k)}
			for i := range s.Samples {
				s.Samples[i] = 0.5
			}
			if err := audio.WriteFile(filepath.Join(voices, fmt.Sprintf("%d_%s_0.wav", digit, speaker)), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

// Picture, voice and class are of one digit; the pictures and the speaker that are held out are in no training clip.
func TestDigits(t *testing.T) {
	d, err := OpenDigits(t.Context(), digitFolder(t, "anna", "zoe"), spoken, 1, 40)
	if err != nil {
		t.Fatal(err)
	}
	must := get(t)
	classes := map[int]bool{}
	for i := range 40 {
		for part, c := range []*Clip{must(d.Train(uint64(i))), must(d.HeldOut(i))} {
			classes[c.Label] = true
			length := 0
			for _, x := range c.Audio {
				if x != 0 {
					length++
				}
			}
			if want := 100*(c.Label+1) + 10*part; length != want {
				t.Errorf("part %d: the voice of a %d has %d samples, want %d", part, c.Label, length, want)
			}
		}
	}
	if len(classes) != 10 || len(d.Classes()) != 10 {
		t.Errorf("the digits are %v", classes)
	}
	for digit := range 10 {
		if len(d.pictures[0][digit]) != 400 || len(d.pictures[1][digit]) != 100 {
			t.Fatalf("%d pictures of a %d to train on, %d held out", len(d.pictures[0][digit]), digit, len(d.pictures[1][digit]))
		}
		for part, ink := range []int{30, 20} {
			if got := int(d.pictures[part][digit][50].Pix[0]); got != ink+20*digit {
				t.Errorf("part %d: a picture of a %d has ink %d, want %d", part, digit, got, ink+20*digit)
			}
		}
	}
	if !same(must(d.Train(9)), must(d.Train(9))) || same(must(d.Train(9)), must(d.Train(10))) {
		t.Error("a clip is not a function of its draw")
	}
}

// A picture that is twice as large shows each of its pixels, and what is between them.
func TestSample(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 2, 1))
	img.Pix[0], img.Pix[1] = 51, 255
	for at, want := range map[[2]float64]float64{{0, 0}: 0.2, {1, 0}: 1, {0.5, 0}: 0.6, {-1, 0}: 0, {1.5, 0}: 0.5, {0, 0.5}: 0.1, {9, 9}: 0} {
		if got := sample(img, at[0], at[1]); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("the ink at %v is %g, want %g", at, got, want)
		}
	}
}

// Voices lose the silence around them and have one loudness; one that is too long is cut.
func TestVoices(t *testing.T) {
	v := loud([]float32{0, 0.001, 0.2, 0, -0.1, 0.001})
	if want := (voice{0.7, 0, -0.35}); !slices.EqualFunc(v, want, func(a, b float32) bool { return a-b < 1e-6 && b-a < 1e-6 }) {
		t.Errorf("%v, want %v", v, want)
	}
	if got := loud(make([]float32, 3)); len(got) != 3 {
		t.Errorf("silence becomes %v", got)
	}
	out := make([]float32, 2)
	v.place(out, rand.New(rand.NewPCG(1, 1)))
	if out[0] != v[0] || out[1] != v[1] {
		t.Errorf("a voice that is too long becomes %v", out)
	}
}

func TestDigitsRefuse(t *testing.T) {
	one, small, mute := digitFolder(t, "anna"), digitFolder(t, "a", "b"), digitFolder(t, "a", "b")
	file, err := os.Create(filepath.Join(small, "image", "opencv-digits.png"))
	if err != nil {
		t.Fatal(err)
	}
	png.Encode(file, grey(20, 20, 0))
	file.Close()
	os.Remove(filepath.Join(mute, "audio", "fsdd", "7_b_0.wav"))
	for words, c := range map[string]struct {
		root string
		f    Format
	}{
		"--data":                  {"", spoken},
		"no such file":            {t.TempDir(), spoken},
		"of 1 speakers":           {one, spoken},
		"20×20 pixels":            {small, spoken},
		"nobody says the digit 7": {mute, spoken},
	} {
		if _, err := OpenDigits(t.Context(), c.root, c.f, 1, 9); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want an error with %q, got %v", words, err)
		}
	}
}

// The real digits, where they are.
func TestRealDigits(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(filepath.Join(root, sheetName)); err != nil {
		t.Skip("real digits and voices are not beside the checkout, in ../shared/data")
	}
	f := Format{Frames: 16, Height: 32, Width: 32, Samples: 5120, Speed: 25}
	d, err := OpenDigits(t.Context(), root, f, 1, 9)
	if err != nil {
		t.Fatal(err)
	}
	for digit := range 10 {
		if len(d.voices[0][digit]) != 250 || len(d.voices[1][digit]) != 50 {
			t.Errorf("the digit %d is said %d and %d times, want 250 and 50", digit, len(d.voices[0][digit]), len(d.voices[1][digit]))
		}
	}
	if c := get(t)(d.HeldOut(0)); slices.Max(c.Video) < 150 || slices.Max(c.Audio) < 0.3 {
		t.Error("the first held-out clip shows or says nothing")
	}
}
