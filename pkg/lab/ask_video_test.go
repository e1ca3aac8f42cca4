// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
)

const smallVideo = `, "output_shape": [1, 2, 8, 8], "num_frames": 2, "audio_samples_per_frame": 160, "samples_per_patch": 16, "image_size": 2` + threeClasses

// A folder of pictures and a sound become pictures and a sound again.
func TestReleasedReconstructs(t *testing.T) {
	quiet(t)
	dir := t.TempDir()
	frames := filepath.Join(dir, "frames")
	if err := os.Mkdir(frames, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		img := image.NewNRGBA(image.Rect(0, 0, 20, 14))
		for p := range 280 {
			img.SetNRGBA(p%20, p/20, color.NRGBA{uint8(9 * (p % 20)), uint8(50 * i), uint8(p), 255})
		}
		f, err := os.Create(filepath.Join(frames, fmt.Sprintf("%d.png", i)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	sound, other := filepath.Join(dir, "a.wav"), filepath.Join(dir, "b.wav")
	for path, rate := range map[string]int{sound: 4000, other: 44100} {
		if err := audio.WriteFile(path, &audio.Sound{Rate: rate, Samples: []float32{0.5, -0.5, 0.25}}); err != nil {
			t.Fatal(err)
		}
	}
	r := openReleased(t, released(t, "PerceiverForMultimodalAutoencoding", smallVideo))
	p, err := r.Predict(t.Context(), Question{Inputs: []string{frames, sound}})
	if err != nil {
		t.Fatal(err)
	}
	a := p.JSON.(*Reconstructed)
	if len(p.Files) != 4 || len(a.Classes) != 3 || a.AudioPSNR == nil || math.IsNaN(a.VideoPSNR) {
		t.Errorf("%+v", a)
	}
	if img, err := png.Decode(bytes.NewReader(p.Files[1].Content)); err != nil || img.Bounds() != image.Rect(0, 0, 8, 8) || p.Files[1].Name != "frame-002.png" {
		t.Errorf("the second frame, %s: %v", p.Files[1].Name, err)
	}
	if s, err := audio.Read(bytes.NewReader(p.Files[3].Content)); err != nil || p.Files[3].Name != "sound.wav" || s.Rate != 4000 || len(s.Samples) != 320 {
		t.Errorf("the sound: %v", err)
	}
	if p, err := r.Predict(t.Context(), Question{Inputs: []string{frames}}); err != nil || p.JSON.(*Reconstructed).AudioPSNR != nil {
		t.Errorf("without sound: %v", err)
	}
	if p, err := r.Predict(t.Context(), Question{Inputs: []string{frames, other}}); err != nil || p.JSON.(*Reconstructed).AudioPSNR == nil {
		t.Errorf("a sound of another rate: %v", err)
	}

	// A film: a GIF, and the WAV file of its name beside it.
	gif, err := video.EncodeGIF([]image.Image{image.NewNRGBA(image.Rect(0, 0, 20, 14)), image.NewNRGBA(image.Rect(0, 0, 20, 14)), image.NewNRGBA(image.Rect(0, 0, 20, 14))}, 25)
	if err != nil {
		t.Fatal(err)
	}
	film := filepath.Join(dir, "film.gif")
	if err := os.WriteFile(film, gif, 0o644); err != nil {
		t.Fatal(err)
	}
	if p, err := r.Predict(t.Context(), Question{Inputs: []string{film}}); err != nil || p.JSON.(*Reconstructed).AudioPSNR != nil || len(p.Files) != 4 {
		t.Errorf("a film without sound: %v", err)
	}
	if err := audio.WriteFile(filepath.Join(dir, "film.wav"), &audio.Sound{Rate: 44100, Samples: make([]float32, 44100)}); err != nil {
		t.Fatal(err)
	}
	if p, err := r.Predict(t.Context(), Question{Inputs: []string{film}}); err != nil || p.JSON.(*Reconstructed).AudioPSNR == nil {
		t.Errorf("a film with sound: %v", err)
	}

	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	for words, inputs := range map[string][]string{
		"has 0 picture": {empty},
		"no such":       {filepath.Join(dir, "nothing")},
		"no film":       {sound},
		"sound track":   {frames, filepath.Join(frames, "0.png")},
		"a WAV file":    {frames, sound, sound},
	} {
		if _, err := r.Predict(t.Context(), Question{Inputs: inputs}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}
