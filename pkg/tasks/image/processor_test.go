// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"encoding/json"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/weights"
)

// parity is the folder with numbers of the published port, beside the repository.
const parity = "../../../../shared/parity"

func fixture(t *testing.T, path ...string) string {
	t.Helper()
	if _, err := os.Stat(parity); err != nil {
		t.Skip("the parity fixtures are not beside this checkout, in ../shared/parity")
	}
	return filepath.Join(append([]string{parity}, path...)...)
}

func openFixture(t *testing.T, path string) *weights.File {
	t.Helper()
	f, err := weights.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func read(t *testing.T, f *weights.File, name string) []float64 {
	t.Helper()
	v, err := f.Float64s(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// bytesImage is an opaque picture of bytes [h, w, 3].
func bytesImage(values []uint8, h, w int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range h * w {
		img.SetNRGBA(i%w, i/w, color.NRGBA{values[3*i], values[3*i+1], values[3*i+2], 255})
	}
	return img
}

// Cropping, resizing to bytes and normalising, against the published processor.
func TestProcessorAgreesWithThePublishedOne(t *testing.T) {
	f := openFixture(t, fixture(t, "units", "image_processor.safetensors"))
	raw, err := os.ReadFile(fixture(t, "units", "image_processor.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases struct {
		Cases []struct {
			Name string
			Side []int `json:"crop_shape"`
		}
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases.Cases {
		x, ok := f.Tensor(c.Name + ".input")
		if !ok {
			continue // the largest picture is made by a formula, and only its result is in the file
		}
		var input []uint8
		for _, v := range read(t, f, x.Name) {
			input = append(input, uint8(v))
		}
		img := bytesImage(input, x.Shape[0], x.Shape[1])
		crop, err := Processor{}.Crop(img)
		if err != nil {
			t.Fatal(err)
		}
		if crop.Side != c.Side[0] {
			t.Errorf("%s: side %d, want %d", c.Name, crop.Side, c.Side[0])
		}
		equalBytes(t, f, c.Name+".cropped", crop.Values)
		equalBytes(t, f, c.Name+".resized", crop.Resize(224).Values)
		pixels, err := Processor{}.Pixels(img)
		if err != nil {
			t.Fatal(err)
		}
		rows, name := []int{0, 57, 223}, c.Name+".pixel_values.rows_0_57_223"
		if _, whole := f.Tensor(c.Name + ".pixel_values"); whole {
			rows, name = nil, c.Name+".pixel_values"
			for y := range 224 {
				rows = append(rows, y)
			}
		}
		want, worst := read(t, f, name), 0.
		for channel := range 3 {
			for i, y := range rows {
				for x := range 224 {
					got := float64(pixels[(y*224+x)*3+channel])
					worst = max(worst, math.Abs(got-want[(channel*len(rows)+i)*224+x]))
				}
			}
		}
		if !(worst <= 1e-6) {
			t.Errorf("%s: pixels are off by %g", name, worst)
		}
	}
}

func equalBytes(t *testing.T, f *weights.File, name string, got []uint8) {
	t.Helper()
	if _, ok := f.Tensor(name); !ok {
		return
	}
	for i, w := range read(t, f, name) {
		if i >= len(got) || float64(got[i]) != w {
			t.Errorf("%s: byte %d of %d differs", name, i, len(got))
			return
		}
	}
}

func TestProcessorByHand(t *testing.T) {
	// A picture of one colour stays one, whatever its size.
	grey := slices.Repeat([]uint8{10, 120, 250}, 37*51)
	s, err := Processor{Size: 50}.Crop(bytesImage(grey, 37, 51))
	if err != nil {
		t.Fatal(err)
	}
	if s.Side != 32 { // 7/8 of 37, rounded down
		t.Errorf("side %d", s.Side)
	}
	if out := s.Resize(50); !slices.Equal(out.Values, slices.Repeat([]uint8{10, 120, 250}, 50*50)) {
		t.Error("the colour changes")
	}
	// The offset of 37-32 = 5 pixels is 2 in the port, 3 in the original.
	img := image.NewNRGBA(image.Rect(5, 5, 42, 42))
	img.SetNRGBA(5+3, 5+3, color.NRGBA{200, 0, 0, 255})
	for original, at := range map[bool]int{false: 1, true: 0} {
		s, err := Processor{OriginalCrop: original}.Crop(img)
		if err != nil {
			t.Fatal(err)
		}
		if s.Values[(at*s.Side+at)*3] != 200 {
			t.Errorf("original %v: the pixel is not at %d", original, at)
		}
	}
}

func TestProcessorRefuses(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 1, 9))
	if _, err := (Processor{}).Pixels(img); err == nil || !strings.Contains(err.Error(), "9×1") {
		t.Errorf("a picture of one column: %v", err)
	}
	if _, err := (Processor{Size: -1}).Pixels(image.NewGray(image.Rect(0, 0, 9, 9))); err == nil {
		t.Error("a negative size is taken")
	}
}

func FuzzResize(f *testing.F) {
	f.Add(uint8(3), uint8(7), uint8(9))
	f.Add(uint8(200), uint8(1), uint8(255))
	f.Fuzz(func(t *testing.T, side, size, value uint8) {
		if side == 0 || size == 0 {
			return
		}
		n := int(side)
		out := Bytes{n, slices.Repeat([]uint8{value}, n*n*3)}.Resize(int(size))
		for _, v := range out.Values {
			if v != value {
				t.Fatalf("%d becomes %d", value, v)
			}
		}
	})
}
