// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package pictures

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func encoded(t *testing.T, width, height int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.Set(i%width, i/width, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOpenReadsAFolderForEachClass(t *testing.T) {
	dir := t.TempDir()
	for _, part := range []string{"train", "val"} {
		write(t, filepath.Join(dir, part, "cat", "1.png"), encoded(t, 3, 2, color.NRGBA{R: 9, A: 255}))
		write(t, filepath.Join(dir, part, "dog", "deeper", "2.PNG"), encoded(t, 4, 2, color.NRGBA{G: 7, A: 0}))
		write(t, filepath.Join(dir, part, "dog", "notes.txt"), nil)
	}
	s, err := Open(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Labels, []string{"cat", "dog"}) || s.Train.Len() != 2 || s.Held.Len() != 2 || s.Train.Class(1) != 1 {
		t.Fatalf("got %v, %d and %d pictures", s.Labels, s.Train.Len(), s.Held.Len())
	}
	img, err := s.Train.Picture(1)
	if err != nil || img.Bounds() != image.Rect(0, 0, 4, 2) || img.RGBAAt(3, 1) != (color.RGBA{G: 7, A: 255}) {
		t.Errorf("the dog is %v, %v; what is transparent keeps its colour", img, err)
	}
	if got := Labels(dir, 2); !slices.Equal(got, s.Labels) {
		t.Errorf("Labels are %v", got)
	}
}

// Where nothing says what is held out, the names of files do, so that a picture stays in its part when others come.
func TestOpenSplitsByName(t *testing.T) {
	dir := t.TempDir()
	picture := encoded(t, 1, 1, color.White)
	for i := range 60 {
		for _, class := range []string{"a", "b"} {
			write(t, filepath.Join(dir, class, string(rune('A'+i))+".png"), picture)
		}
	}
	first, err := Open(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	held := slices.Clone(first.Held.(*files).paths)
	if n := len(held); n == 0 || n > 40 || n+first.Train.Len() != 120 {
		t.Fatalf("%d are held out of 120", n)
	}
	for _, path := range held {
		if slices.Contains(first.Train.(*files).paths, path) {
			t.Errorf("%s is in both parts", path)
		}
	}
	write(t, filepath.Join(dir, "a", "new.png"), picture)
	second, err := Open(dir, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range held {
		if !slices.Contains(second.Held.(*files).paths, path) {
			t.Errorf("%s is held out no more since there is another picture", path)
		}
	}
}

func TestOpenReadsCIFAR(t *testing.T) {
	dir := t.TempDir()
	record := make([]byte, cifarRecord)
	record[0], record[1], record[1+1024+33], record[1+2048+1023] = 3, 10, 20, 30
	write(t, filepath.Join(dir, "data_batch_1.bin"), slices.Concat(record, record))
	write(t, filepath.Join(dir, "test_batch.bin"), record)
	s, err := Open(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	img, err := s.Train.Picture(1)
	if err != nil || s.Train.Len() != 2 || s.Labels[s.Train.Class(1)] != "cat" {
		t.Fatal(err, s.Train.Len(), s.Train.Class(1))
	}
	if img.RGBAAt(0, 0).R != 10 || img.RGBAAt(1, 1).G != 20 || img.RGBAAt(31, 31).B != 30 {
		t.Error("the colours are at other places")
	}
	record[0] = 10
	write(t, filepath.Join(dir, "test_batch.bin"), record)
	if _, err := Open(dir, 0); err == nil || !strings.Contains(err.Error(), "class 10") {
		t.Errorf("a class that does not exist: %v", err)
	}
}

func idxFile(magic uint32, content []byte, sizes ...uint32) []byte {
	b := binary.BigEndian.AppendUint32(nil, magic)
	for _, n := range sizes {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return append(b, content...)
}

func TestOpenReadsIDX(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"train", "t10k"} {
		write(t, filepath.Join(dir, name+"-images-idx3-ubyte"), idxFile(idxPictures, []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 2, 3))
		write(t, filepath.Join(dir, name+"-labels-idx1-ubyte"), idxFile(idxLabels, []byte{4, 1}, 2))
	}
	s, err := Open(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	img, err := s.Held.Picture(1)
	if err != nil || img.Bounds() != image.Rect(0, 0, 3, 2) || img.RGBAAt(0, 1) != (color.RGBA{10, 10, 10, 255}) || s.Held.Class(0) != 4 || len(s.Labels) != 5 {
		t.Errorf("got %v of class %d, %v", img, s.Held.Class(0), err)
	}
	write(t, filepath.Join(dir, "t10k-labels-idx1-ubyte"), idxFile(idxLabels, []byte{4}, 1))
	if _, err := Open(dir, 0); err == nil || !strings.Contains(err.Error(), "2 pictures and 1 labels") {
		t.Errorf("labels that do not match: %v", err)
	}
}

func TestOpenReadsTheSheetOfDigits(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, sheetColumns*sheetCell, sheetRows*sheetCell))
	img.SetGray(2*sheetCell+5, 14*sheetCell+7, color.Gray{200}) // row 14: held out, a 2
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "digits.png")
	write(t, path, b.Bytes())
	s, err := Open(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if s.Train.Len() != 4000 || s.Held.Len() != 1000 || s.Held.Class(202) != 2 {
		t.Errorf("%d and %d digits", s.Train.Len(), s.Held.Len())
	}
	digit, err := s.Held.Picture(202)
	if err != nil || digit.RGBAAt(5, 7).G != 200 {
		t.Errorf("the digit is not where it was drawn: %v", err)
	}
}

// The real picture, where it is.
func TestOpenReadsRealDigits(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "image", "opencv-digits.png")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the picture of real digits is not beside the checkout, in ../shared/data/image")
	}
	s, err := Open(path, 0)
	if err != nil || s.Train.Len()+s.Held.Len() != 5000 {
		t.Fatal(err)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	picture := encoded(t, 2, 2, color.White)
	write(t, filepath.Join(dir, "odd", "train", "a", "1.png"), picture)
	write(t, filepath.Join(dir, "odd", "test", "b", "1.png"), picture)
	write(t, filepath.Join(dir, "empty", "train", "a", "readme"), nil)
	write(t, filepath.Join(dir, "empty", "test", "a", "readme"), nil)
	write(t, filepath.Join(dir, "nothing", "readme"), nil)
	write(t, filepath.Join(dir, "cifar.tar.gz"), nil)
	write(t, filepath.Join(dir, "one.png"), picture)
	write(t, filepath.Join(dir, "text.png"), []byte("no picture"))
	write(t, filepath.Join(dir, "batches", "data_batch_1.bin"), []byte{1, 2})
	write(t, filepath.Join(dir, "idx", "train-images-idx3-ubyte"), idxFile(idxPictures, nil, 1<<31, 1<<31, 1<<31))
	for name, words := range map[string]string{
		"gone": "no such file", "odd": "is in one of them only", "empty": "0 pictures to train on", "nothing": "no labelled pictures",
		"cifar.tar.gz": "unpack it", "one.png": "2×2", "text.png": "no picture that can be read", "batches": "multiple of 3073", "idx": "axis 0",
	} {
		if _, err := Open(filepath.Join(dir, name), 0); err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v; it should name the path and say %q", name, err, words)
		}
	}
}

func TestReadBoundsWhatAHeaderPromises(t *testing.T) {
	b := encoded(t, 2, 2, color.White)
	binary.BigEndian.PutUint32(b[16:], 1<<30) // the width
	path := filepath.Join(t.TempDir(), "huge.png")
	write(t, path, b)
	if _, err := Read(path); err == nil {
		t.Error("a picture of a thousand million pixels was read")
	}
	var j bytes.Buffer
	if err := jpeg.Encode(&j, ramp(200, 200), nil); err != nil {
		t.Fatal(err)
	}
	write(t, path, j.Bytes()[:j.Len()-100])
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "damaged or cut off") {
		t.Errorf("half a picture: %v", err)
	}
}

func FuzzParseIDX(f *testing.F) {
	f.Add(idxFile(idxPictures, []byte{1, 2, 3, 4}, 1, 2, 2))
	f.Add(idxFile(idxPictures, nil, 1<<31, 4, 4))
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := parseIDX(b, idxPictures); err == nil && x.sizes[0]*x.sizes[1]*x.sizes[2] != len(x.values) {
			t.Error("the sizes do not fit the content")
		}
	})
}
