// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small is a field with one unknown pixel whose numbers every format can keep.
func small() *Field {
	f := &Field{Width: 3, Height: 2, UV: []float32{1, -2, 0.5, 0, -511.5, 511.25, 0, 0, 3, 4, -0.25, 8}}
	f.forget(3)
	return f
}

func same(a, b *Field) bool {
	known := func(f *Field) []bool {
		out := make([]bool, f.Width*f.Height)
		for i := range out {
			out[i] = f.IsKnown(i%f.Width, i/f.Width)
		}
		return out
	}
	return a.Width == b.Width && a.Height == b.Height && slices.Equal(a.UV, b.UV) && slices.Equal(known(a), known(b))
}

func TestFormatsKeepFields(t *testing.T) {
	for _, name := range []string{"a.flo", "a.png", "a.PFM"} {
		path := filepath.Join(t.TempDir(), name)
		if err := WriteField(path, small()); err != nil {
			t.Fatal(err)
		}
		back, err := ReadField(path)
		if err != nil {
			t.Fatal(err)
		}
		if !same(back, small()) {
			t.Errorf("%s: read back %+v, written %+v", name, back, small())
		}
	}
}

// The bytes of a .flo file by hand, as its format says.
func TestFloBytes(t *testing.T) {
	b := []byte("PIEH")
	b = binary.LittleEndian.AppendUint32(b, 2)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = append(b, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0) // 1, -2
	b = append(b, 0xf9, 0x02, 0x15, 0x50, 0, 0, 0, 0)
	f, err := ReadFlo(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	u, v := f.At(0, 0)
	if u != 1 || v != -2 || !f.IsKnown(0, 0) || f.IsKnown(1, 0) {
		t.Errorf("got %+v", f)
	}
}

// A PFM file begins with its lowest row; a grey one is a disparity.
func TestPFMRows(t *testing.T) {
	b := []byte("Pf\n1 2\n-1\n")
	b = append(b, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40) // 1, then 2 above it
	f, err := ReadPFM(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.UV, []float32{-2, 0, -1, 0}) {
		t.Errorf("got %v", f.UV)
	}
}

func TestPPM(t *testing.T) {
	img, err := ReadPPM(strings.NewReader("P6 # a remark\n2 1\n255\nabcdef"))
	if err != nil {
		t.Fatal(err)
	}
	if got := img.At(1, 0); got != (color.NRGBA{'d', 'e', 'f', 255}) {
		t.Errorf("the second pixel is %v", got)
	}
	var b bytes.Buffer
	if err := WritePPM(&b, img); err != nil || b.String() != "P6\n2 1\n255\nabcdef" {
		t.Errorf("written again: %q, %v", b.String(), err)
	}
	grey, err := ReadPPM(strings.NewReader("P5 1 1 15 \x0f"))
	if err != nil || grey.At(0, 0) != (color.NRGBA{255, 255, 255, 255}) {
		t.Errorf("grey: %v, %v", grey, err)
	}
}

// Grey, 16 bits and transparency become 8 bits of three colours; palettes are read, too.
func TestPictures(t *testing.T) {
	write := func(name string, img image.Image) string {
		path := filepath.Join(t.TempDir(), name)
		var b bytes.Buffer
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	r := image.Rect(0, 0, 1, 1)
	grey, deep, clear, listed := image.NewGray(r), image.NewNRGBA64(r), image.NewNRGBA(r), image.NewPaletted(r, color.Palette{color.White, color.RGBA{1, 2, 3, 255}})
	grey.Set(0, 0, color.Gray{7})
	deep.Set(0, 0, color.NRGBA64{0x1234, 0x5678, 0x9abc, 0xffff})
	clear.Set(0, 0, color.NRGBA{200, 100, 50, 0})
	listed.SetColorIndex(0, 0, 1)
	for i, want := range []struct {
		img image.Image
		c   color.NRGBA
	}{{grey, color.NRGBA{7, 7, 7, 255}}, {deep, color.NRGBA{0x12, 0x56, 0x9a, 255}}, {clear, color.NRGBA{0, 0, 0, 255}}, {listed, color.NRGBA{1, 2, 3, 255}}} {
		got, err := ReadPicture(write("p.png", want.img))
		if err != nil || got.NRGBAAt(0, 0) != want.c {
			t.Errorf("picture %d: %v, %v; want %v", i, got, err, want.c)
		}
		if want.img == deep {
			continue // which could be one
		}
		if _, err := ReadField(write("p.png", want.img)); err == nil || !strings.Contains(err.Error(), "16 bits each") {
			t.Errorf("picture %d taken for a movement: %v", i, err)
		}
	}
}

func TestBadFiles(t *testing.T) {
	flo := func(w, h uint32, rest int) string {
		b := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32([]byte("PIEH"), w), h)
		return string(append(b, make([]byte, rest)...))
	}
	for _, c := range []struct {
		read    func(io.Reader) (*Field, error)
		content string
		want    string
	}{
		{ReadFlo, "", "ends before"},
		{ReadFlo, "PIEHPIEH", "ends before"},
		{ReadFlo, "HEIPxxxxxxxx", "instead of"},
		{ReadFlo, flo(2, 2, 31), "announces 8 numbers"},
		{ReadFlo, flo(0, 2, 0), "between 1 and"},
		{ReadFlo, flo(1<<31, 1, 0), "between 1 and"},
		{ReadFlo, flo(1<<25, 1<<25, 0), "between 1 and"},
		{ReadFlo, flo(1<<13, 1<<13, 100), "ends before"},
		{ReadKITTI, "\x89PNG\r\n", "no PNG"},
		{ReadPFM, "P7\n", "instead of"},
		{ReadPFM, "PF\n3 x\n", "whole number"},
		{ReadPFM, "PF\n3 3\n0\n", "not 0"},
		{ReadPFM, "PF\n3 3\nnan\n", "not 0"},
		{ReadPFM, "PF\n3 3\n-1\n1234", "ends before"},
		{ReadPFM, "PF " + strings.Repeat("9", 100), "on and on"},
		{ReadDisparity, "", "no PNG"},
	} {
		if _, err := c.read(strings.NewReader(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v; want %q", c.content, err, c.want)
		}
	}
	for content, want := range map[string]string{"": "begins with", "P6 2 2 255 abc": "ends before", "P6 2 2 65535 abc": "from 1 to 255", "P6 0 2 255 ": "between 1", "P6 # no end": "largest value"} {
		if _, err := ReadPPM(strings.NewReader(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", content, err, want)
		}
	}
	if err := WriteField(filepath.Join(t.TempDir(), "a.png"), &Field{Width: 1, Height: 1, UV: []float32{600, 0}}); err == nil || !strings.Contains(err.Error(), "±512") {
		t.Errorf("a movement that does not fit: %v", err)
	}
	for _, name := range []string{"a.txt", "none.flo"} {
		if _, err := ReadField(filepath.Join(t.TempDir(), name)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := WriteField(filepath.Join(t.TempDir(), "a.txt"), small()); err == nil {
		t.Error("a field was written as text")
	}
}

// Whatever reads a damaged file gives an error or a sound field, which can be written and read again.
func fuzz(f *testing.F, read func(io.Reader) (*Field, error), write func(io.Writer, *Field) error) {
	var good bytes.Buffer
	if err := write(&good, small()); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add(good.Bytes()[:good.Len()-3])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		field, err := read(bytes.NewReader(b))
		if err != nil {
			return
		}
		if err := field.sound(); err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := write(&again, field); err != nil {
			t.Fatal(err)
		}
		if back, err := read(&again); err != nil || !same(back, field) {
			t.Fatalf("written and read again: %v", err)
		}
	})
}

func FuzzFlo(f *testing.F)   { fuzz(f, ReadFlo, WriteFlo) }
func FuzzKITTI(f *testing.F) { fuzz(f, ReadKITTI, WriteKITTI) }
func FuzzPFM(f *testing.F)   { fuzz(f, ReadPFM, WritePFM) }

func FuzzPPM(f *testing.F) {
	f.Add([]byte("P6 2 1 255 abcdef"))
	f.Add([]byte("P5\n# x\n1 1\n1\n\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if img, err := ReadPPM(bytes.NewReader(b)); err == nil {
			if err := WritePPM(io.Discard, img); err != nil {
				t.Fatal(err)
			}
		}
	})
}
