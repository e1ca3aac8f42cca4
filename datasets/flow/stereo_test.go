// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// npz is a file with one array.
func npz(tb testing.TB, name, head string, values ...float32) []byte {
	tb.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create(name)
	if err != nil {
		tb.Fatal(err)
	}
	content := append([]byte("\x93NUMPY\x01\x00"), byte(len(head)), byte(len(head)>>8))
	content = append(content, head...)
	for _, v := range values {
		content = binary.LittleEndian.AppendUint32(content, math.Float32bits(v))
	}
	if _, err := w.Write(content); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func npyShape(height, width int) string {
	return fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }   \n", height, width)
}

func TestNPZ(t *testing.T) {
	b := npz(t, "arr_0.npy", npyShape(2, 1), 3.5, float32(math.Inf(1)))
	f, err := ReadNPZ(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if u, v := f.At(0, 0); f.Width != 1 || f.Height != 2 || u != -3.5 || v != 0 || !f.IsKnown(0, 0) || f.IsKnown(0, 1) {
		t.Errorf("got %+v", f)
	}
	for want, bad := range map[string][]byte{
		"no .npz":        []byte("PK, but no more"),
		"no array":       npz(t, "readme.txt", npyShape(1, 1), 1),
		"two axes":       npz(t, "a.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 1, 2),
		"float32":        npz(t, "a.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }", 1, 2),
		"between 1 and":  npz(t, "a.npy", npyShape(999999999, 999999999), 1),
		"ends before":    npz(t, "a.npy", npyShape(8000, 8000), 1),
		"announces 4":    npz(t, "a.npy", npyShape(2, 2), 1, 2, 3),
		"no .npz file, ": b[:len(b)-5],
	} {
		if _, err := ReadNPZ(bytes.NewReader(bad), int64(len(bad))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestReadHomography(t *testing.T) {
	want := [9]float64{1, 0, 2, 0, 1, -1.5, 0, 0, 1}
	for _, content := range []string{"1 0 2\n0 1 -1.5\n0 0 1\n", "<?xml version=\"1.0\"?><opencv_storage><H><data> 1 0 2 0 1 -1.5 0 0 1 </data></H></opencv_storage>"} {
		if got, err := ReadHomography(strings.NewReader(content)); err != nil || got != want {
			t.Errorf("%q: %v, %v", content, got, err)
		}
	}
	for content, want := range map[string]string{"": "there are 0", "1 2 3": "there are 3", "1 0 0 0 1 0 0 0 x": "\"x\" is none", "1 0 0 0 1 0 0 0 NaN": "is none", "<a/>": "without an element data"} {
		if _, err := ReadHomography(strings.NewReader(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %q", content, err, want)
		}
	}
}

// Stereo pairs and planes are found beside their pictures, and those without are passed over.
func TestFindStereo(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var plain, disparity bytes.Buffer
	if err := png.Encode(&plain, image.NewNRGBA(image.Rect(0, 0, 4, 1))); err != nil {
		t.Fatal(err)
	}
	d := image.NewGray(image.Rect(0, 0, 4, 1))
	d.SetGray(3, 0, color.Gray{2})
	if err := png.Encode(&disparity, d); err != nil {
		t.Fatal(err)
	}
	var pfm bytes.Buffer
	pfm.WriteString("Pf\n4 1\n-1\n")
	for range 4 {
		_ = binary.Write(&pfm, binary.LittleEndian, float32(1.5)) // memory takes everything
	}
	for _, name := range []string{"a/aloeL.png", "a/aloeR.png", "b/bike_left.png", "b/bike_right.png", "c/im0.png", "c/im1.png", "d/graf1.png", "d/graf3.png", "d/graf11.png", "e/x1.png", "e/y1.png", "e/x2.png", "e/y2.png"} {
		write(name, plain.Bytes())
	}
	write("a/aloeGT.png", disparity.Bytes())
	write("b/bike_disp.npz", npz(t, "arr_0.npy", npyShape(1, 4), 1, 2, 3, 4))
	write("c/disp0.pfm", pfm.Bytes())
	write("d/H1to3p", []byte("1 0 2 0 1 0 0 0 1"))
	write("d/H1to4p", []byte("1 0 2 0 1 0 0 0 1"))     // has no picture graf4
	write("e/H1to2p.txt", []byte("1 0 2 0 1 0 0 0 1")) // of x or of y?
	files, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		p, err := f.Read()
		if err != nil {
			t.Fatal(err)
		}
		u, v := p.Flow.At(3, 0)
		got = append(got, fmt.Sprint(f.Name, u, v, p.Flow.IsKnown(0, 0), p.Occluded))
	}
	if want := "a/aloeGT-2 0 false [], b/bike_disp-4 0 true [], c/disp0-1.5 0 true [], d/H1to3p2 0 true [false false true true]"; strings.Join(got, ", ") != want {
		t.Errorf("got  %v\nwant %s", strings.Join(got, ", "), want)
	}
}

func FuzzNPZ(f *testing.F) {
	b := npz(f, "arr_0.npy", npyShape(2, 1), 3.5, float32(math.Inf(1)))
	f.Add(b)
	f.Add(b[:len(b)-3])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if field, err := ReadNPZ(bytes.NewReader(b), int64(len(b))); err == nil {
			if err := field.sound(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzNPY looks at the array itself: damage inside a zip file is found by its checksum.
func FuzzNPY(f *testing.F) {
	f.Add([]byte("\x93NUMPY\x01\x00\x3c\x00" + npyShape(1, 1) + "\x00\x00\x80\x3f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if field, err := readNPY(bytes.NewReader(b)); err == nil {
			if err := field.sound(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzHomography(f *testing.F) {
	f.Add("1 0 2\n0 1 -1.5\n0 0 1\n", uint8(3), uint8(2))
	f.Add("<data>1 0 2 0 1 -1.5 1e300 1e-300 0</data>", uint8(9), uint8(1))
	f.Fuzz(func(t *testing.T, content string, width, height uint8) {
		h, err := ReadHomography(strings.NewReader(content))
		if err != nil || width == 0 || height == 0 {
			return
		}
		field := Homography(h, int(width), int(height))
		if err := field.sound(); err != nil {
			t.Fatal(err)
		}
		for i, x := range field.UV {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				t.Fatalf("number %d of the movement is %g", i, x)
			}
		}
	})
}
