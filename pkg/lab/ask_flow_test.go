// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
)

// Two pictures larger than the model's tile become a field of movement, in a file that others read, and a picture.
func TestReleasedEstimates(t *testing.T) {
	quiet(t)
	dir := t.TempDir()
	paths := make([]string, 3)
	for i, size := range []int{24, 24, 30} {
		img := image.NewNRGBA(image.Rect(0, 0, size, 18))
		for p := range size * 18 {
			img.SetNRGBA(p%size, p/size, color.NRGBA{uint8(9*(p%size) + 5*i), uint8(11 * (p / size)), uint8(p), 255})
		}
		paths[i] = filepath.Join(dir, string(rune('a'+i))+".png")
		f, err := os.Create(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	r := openReleased(t, "../published/testdata/optical_flow_small")
	p, err := r.Predict(t.Context(), Question{Inputs: paths[:2], Out: filepath.Join(dir, "out")})
	if err != nil {
		t.Fatal(err)
	}
	m := p.JSON.(*Moved)
	if m.Width != 24 || m.Height != 18 || !(m.Mean > 0 && m.Mean <= m.Largest) || len(m.Files) != 2 {
		t.Errorf("%+v", m)
	}
	raw, err := os.ReadFile(m.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) != 12+24*18*8 || math.Float32frombits(binary.LittleEndian.Uint32(raw)) != 202021.25 || binary.LittleEndian.Uint32(raw[4:]) != 24 {
		t.Errorf("the .flo file has %d bytes and begins with %q", len(raw), raw[:12])
	}
	sum := 0.
	for i := 12; i < len(raw); i += 8 {
		sum += math.Hypot(float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))), float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i+4:]))))
	}
	if mean := sum / (24 * 18); math.Abs(mean-m.Mean) > 1e-6 {
		t.Errorf("the file has a mean movement of %g, the answer says %g", mean, m.Mean)
	}
	if img, err := readPicture(m.Files[1]); err != nil || img.Bounds().Dx() != 24 {
		t.Errorf("the picture: %v", err)
	}
	for words, inputs := range map[string][]string{"two pictures": paths[:1], "one size": {paths[0], paths[2]}, "no picture": {paths[0], m.Files[0]}} {
		if _, err := r.Predict(t.Context(), Question{Inputs: inputs, Out: dir}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

// The colours of movement to the right, down, left and up, of half the strength, and of none.
func TestFlowPicture(t *testing.T) {
	f := &flow.Field{Width: 6, Height: 1, UV: []float32{24, 0, 0, 24, -24, 0, 0, -24, 12, 0, 0, 0}}
	img := flowPicture(f)
	for x, want := range []color.NRGBA{{255, 0, 0, 255}, {128, 255, 0, 255}, {0, 255, 255, 255}, {128, 0, 255, 255}, {255, 128, 128, 255}, {255, 255, 255, 255}} {
		if got := img.NRGBAAt(x, 0); got != want {
			t.Errorf("movement %d is %v, want %v", x, got, want)
		}
	}
}
