// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A counter is written as I64, read as it was, and refused where float32 cannot carry it.
func TestWholeNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counters.safetensors")
	counts := []float32{0, 7, -3, 1 << 24}
	write := func(v []float32) error {
		return Write(path, nil, []Tensor{{Name: "x", Shape: []int{2}}, {Name: "n", DType: "I64", Shape: []int{4}}},
			func(i int) ([]float32, error) { return [][]float32{{0.5, 1}, v}[i], nil })
	}
	if err := write(counts); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, _ := f.Tensor("n"); n.DType != "I64" {
		t.Errorf("the type is %s", n.DType)
	}
	if got, err := f.Float32s("n"); err != nil || !slices.Equal(got, counts) {
		t.Errorf("got %v, error %v", got, err)
	}
	if got, err := f.Float64s("n"); err != nil || !slices.Equal(got, []float64{0, 7, -3, 1 << 24}) {
		t.Errorf("got %v, error %v", got, err)
	}
	if got, err := f.Float64s("x"); err != nil || !slices.Equal(got, []float64{0.5, 1}) {
		t.Errorf("got %v, error %v", got, err)
	}
	for _, bad := range []float32{0.5, 1 << 25} {
		if err := write([]float32{0, 0, bad, 0}); err == nil || !strings.Contains(err.Error(), "not a whole number") {
			t.Errorf("%g was written: %v", bad, err)
		}
	}
}

// A file in memory is read like one on the disk.
func TestFromBytes(t *testing.T) {
	b := append(fileOf(`{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 0), 0, 0, 0x80, 0x3f)
	f, err := FromBytes("memory", b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if x, err := f.Float32s("x"); err != nil || x[0] != 1 {
		t.Errorf("got %v, error %v", x, err)
	}
	if _, err := FromBytes("memory", b[:len(b)-1]); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("a file that is cut short: %v", err)
	}
}

func TestReadWholeNumbers(t *testing.T) {
	into := make([]float64, 2)
	for dtype, raw := range map[string]string{
		"I64": "\x05\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff",
		"I32": "\x05\x00\x00\x00\xff\xff\xff\xff",
	} {
		if err := widen64(into, []byte(raw), dtype); err != nil || into[0] != 5 || into[1] != -1 {
			t.Errorf("%s: %v, error %v", dtype, into, err)
		}
	}
	if err := widen64(into, []byte{5, 255}, "U8"); err != nil || into[0] != 5 || into[1] != 255 {
		t.Errorf("U8: %v, error %v", into, err)
	}
	for dtype, raw := range map[string]string{"I64": "\xff\xff\xff\xff\xff\xff\xff\x7f", "U64": "", "F4": ""} {
		if err := widen64(into[:len(raw)/8], []byte(raw), dtype); err == nil {
			t.Errorf("%s was read", dtype)
		}
	}
	if err := widen(make([]float32, 1), []byte("\x01\x00\x00\x01\x00\x00\x00\x00"), "I64"); err == nil {
		t.Error("2^24+1 was read as float32")
	}
}
