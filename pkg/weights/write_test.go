// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// write writes flat tensors in the order of their names.
func write(t *testing.T, path string, tensors map[string][]float32) {
	t.Helper()
	names := slices.Sorted(maps.Keys(tensors))
	var list []Tensor
	for _, n := range names {
		list = append(list, Tensor{Name: n, Shape: []int{len(tensors[n])}})
	}
	if err := Write(path, nil, list, func(i int) ([]float32, error) { return tensors[names[i]], nil }); err != nil {
		t.Fatal(err)
	}
}

// The bytes of a small file, so that no change goes unnoticed in what other programs read.
func TestWrittenBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	err := Write(path, map[string]string{"z": "<1>", "a": "2"}, []Tensor{{Name: "w", Shape: []int{1, 2}}, {Name: "a", DType: "F32"}},
		func(i int) ([]float32, error) { return [][]float32{{1, -2.5}, {0}}[i], nil })
	if err != nil {
		t.Fatal(err)
	}
	header := `{"__metadata__":{"a":"2","z":"<1>"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}`
	for len(header)%8 != 0 {
		header += " "
	}
	want := append(fileOf(header, 0), 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 0, 0, 0, 0)
	if got, err := os.ReadFile(path); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the file is\n%q, want\n%q (%v)", got, want, err)
	}
}

func TestRoundTrip(t *testing.T) {
	names := []string{"b", "", "a.weight", "<&> é 😀 \"\\\n", "empty", "scalar", "long"}
	shapes := [][]int{{3}, {1}, {2, 3}, {2}, {0, 5}, {}, {chunk/4 + 7}}
	var tensors []Tensor
	var values [][]float32
	for i, shape := range shapes {
		x := Tensor{Name: names[i], Shape: shape}
		v := make([]float32, x.Size())
		for k := range v {
			v[k] = float32(k) + float32(i)/8
		}
		tensors, values = append(tensors, x), append(values, v)
	}
	values[0] = []float32{float32(math.Inf(-1)), math.Float32frombits(0x7fc00123), float32(math.Copysign(0, -1))}
	metadata := map[string]string{"format": "pt", "": "</script> é"}
	path := filepath.Join(t.TempDir(), "a.safetensors")
	var asked []int
	err := Write(path, metadata, tensors, func(i int) ([]float32, error) { asked = append(asked, i); return values[i], nil })
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(asked, []int{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("values were asked for in the order %v", asked)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !reflect.DeepEqual(f.Metadata(), metadata) {
		t.Errorf("metadata %q, want %q", f.Metadata(), metadata)
	}
	for i, x := range f.Tensors() {
		got, err := f.Float32s(x.Name)
		if err != nil || x.Name != names[i] || x.DType != "F32" || !reflect.DeepEqual(x.Shape, shapes[i]) {
			t.Fatalf("tensor %d is %+v, want %q %v (%v)", i, x, names[i], shapes[i], err)
		}
		for k := range got {
			if math.Float32bits(got[k]) != math.Float32bits(values[i][k]) {
				t.Fatalf("%q[%d] is %g, want %g", x.Name, k, got[k], values[i][k])
			}
		}
	}
}

func TestDataIsAligned(t *testing.T) {
	for n := range 8 {
		b, err := encodeHeader(nil, []Tensor{{Name: strings.Repeat("x", n)}})
		if err != nil || len(b)%8 != 0 || int(binary.LittleEndian.Uint64(b)) != len(b)-8 {
			t.Errorf("a name of %d bytes: a header of %d bytes that says %d, want a multiple of 8 (%v)", n, len(b), binary.LittleEndian.Uint64(b), err)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		tensors []Tensor
		want    string
	}{
		"name twice": {[]Tensor{{Name: "a"}, {Name: "a"}}, "taken"},
		"metadata":   {[]Tensor{{Name: "__metadata__"}}, "taken"},
		"not UTF-8":  {[]Tensor{{Name: "a\xff"}}, "Unicode"},
		"type":       {[]Tensor{{Name: "a", DType: "F16"}}, "F16"},
		"negative":   {[]Tensor{{Name: "a", Shape: []int{-1}}}, "negative"},
		"too large":  {[]Tensor{{Name: "a", Shape: []int{1 << 40, 1 << 40}}}, "too large"},
		"too large a sum": {slices.Collect(func(yield func(Tensor) bool) {
			for _, n := range "abcdefghijklmnopqrstuvwxyz" {
				if !yield(Tensor{Name: string(n), Shape: []int{1 << 57}}) {
					return
				}
			}
		}), "too large"},
		"too few values": {[]Tensor{{Name: "a", Shape: []int{2}}}, "1 values"},
	} {
		folder := t.TempDir()
		err := Write(filepath.Join(folder, "a"), nil, test.tensors, func(int) ([]float32, error) { return []float32{1}, nil })
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s: the error is %v, which does not name the file and say %q", name, err, test.want)
		}
		if left, _ := os.ReadDir(folder); len(left) != 0 {
			t.Errorf("%s: %v is left behind", name, left)
		}
	}
}

// A write that stops in the middle, by an error or a panic, leaves what was there and nothing else.
func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "model.safetensors")
	write(t, path, map[string][]float32{"a": {1, 2}})
	before, _ := os.ReadFile(path)
	full := errors.New("the source is gone")
	tensors := []Tensor{{Name: "a", Shape: []int{1 << 18}}, {Name: "b", Shape: []int{1}}}
	try := func(second func() ([]float32, error)) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = r.(error)
			}
		}()
		return Write(path, nil, tensors, func(i int) ([]float32, error) {
			if i == 0 {
				return make([]float32, 1<<18), nil
			}
			if files, _ := os.ReadDir(folder); len(files) != 2 {
				t.Errorf("in the middle of a write the folder holds %v, want the old file and one aside", files)
			}
			return second()
		})
	}
	for name, second := range map[string]func() ([]float32, error){
		"error": func() ([]float32, error) { return nil, full },
		"panic": func() ([]float32, error) { panic(full) },
	} {
		if err := try(second); !errors.Is(err, full) {
			t.Errorf("%s: the error is %v", name, err)
		}
		if after, _ := os.ReadFile(path); !reflect.DeepEqual(after, before) {
			t.Errorf("%s: the old file has changed", name)
		}
		if files, _ := os.ReadDir(folder); len(files) != 1 {
			t.Errorf("%s: the folder holds %v, want the old file alone", name, files)
		}
	}
}

func TestWriteIntoAMissingFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "a.safetensors")
	if err := Write(path, nil, nil, nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("the error is %v", err)
	}
}
