// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/viz"
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
	text := filepath.Join(dir, "text.png")
	if err := os.WriteFile(text, []byte("no picture at all"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := openReleased(t, "../published/testdata/optical_flow_small")
	p, err := r.Predict(t.Context(), Question{Inputs: paths[:2]})
	if err != nil {
		t.Fatal(err)
	}
	m := p.JSON.(flow.Moved)
	if m.Width != 24 || m.Height != 18 || !(m.Mean > 0 && m.Mean <= m.Largest) || len(p.Files) != 2 || p.Files[0].Name != "flow.flo" || p.Files[1].Name != "flow.png" {
		t.Fatalf("%+v with %d files", m, len(p.Files))
	}
	field, err := movement.ReadFlo(bytes.NewReader(p.Files[0].Content))
	if err != nil {
		t.Fatal(err)
	}
	still := movement.NewField(24, 18)
	if e, err := movement.Compare(field, still, nil); err != nil || math.Abs(e.EPE-m.Mean) > 1e-6 || math.Abs(field.Largest()-m.Largest) > 1e-6 {
		t.Errorf("the file has a mean movement of %g (%v), the answer says %g", e.EPE, err, m.Mean)
	}
	picture, err := png.Decode(bytes.NewReader(p.Files[1].Content))
	if err != nil {
		t.Fatal(err)
	}
	u, v := field.At(5, 7)
	if got, want := color.RGBAModel.Convert(picture.At(5, 7)), viz.FlowColor(float64(u), float64(v), m.Largest); got != want {
		t.Errorf("the picture has %v at (5, 7), the movement's colour is %v", got, want)
	}
	for words, inputs := range map[string][]string{"two pictures": paths[:1], "one size": {paths[0], paths[2]}, "no picture": {paths[0], text}} {
		if _, err := r.Predict(t.Context(), Question{Inputs: inputs}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

// A movement that cannot be read is an error, and what is no movement stays as it is.
func TestIllustrated(t *testing.T) {
	p, err := illustrated(tasks.Prediction{Files: []tasks.File{{Name: "sound.wav", Content: []byte{1}}}})
	if err != nil || len(p.Files) != 1 {
		t.Errorf("%d files, %v", len(p.Files), err)
	}
	if _, err := illustrated(tasks.Prediction{Files: []tasks.File{{Name: "a.flo", Content: []byte("PIEH")}}}); err == nil || !strings.Contains(err.Error(), "a.flo") {
		t.Errorf("a short file: %v", err)
	}
}
