// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// A file made by hand: two values of each readable type and an integer, not in the order of their names.
func TestOpenByHand(t *testing.T) {
	b := fileOf(`{"__metadata__":{"format":"pt"},`+
		`"f16":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"f32":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},`+
		`"bf16":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]},"f64":{"dtype":"F64","shape":[1],"data_offsets":[16,24]},`+
		`"ids":{"dtype":"U64","shape":[1],"data_offsets":[24,32]}}`, 0)
	b = append(b, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0) // 1, -2.5
	b = append(b, 0, 0x3e, 0x01, 0x80)                // 1.5, -2^-24
	b = append(b, 0x80, 0x3f, 0x40, 0xc0)             // 1, -3
	b = append(b, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f)       // 0.5
	b = append(b, 7, 0, 0, 0, 0, 0, 0, 0)
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, want := range map[string][]float32{"f32": {1, -2.5}, "f16": {1.5, float32(-math.Pow(2, -24))}, "bf16": {1, -3}, "f64": {0.5}} {
		if got, err := f.Float32s(name); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	if x, ok := f.Tensor("f32"); !ok || x.DType != "F32" || !reflect.DeepEqual(x.Shape, []int{2, 1}) || x.Size() != 2 {
		t.Errorf("f32 is %+v, %v", x, ok)
	}
	if _, ok := f.Tensor("nothing"); ok {
		t.Error("there is a tensor that is not there")
	}
	if got := f.Metadata(); !reflect.DeepEqual(got, map[string]string{"format": "pt"}) {
		t.Errorf("metadata %v", got)
	}
	for name, want := range map[string]string{"ids": "U64", "nothing": `no tensor "nothing"`} {
		if _, err := f.Float32s(name); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: the error is %v; it must name the file and say %s", name, err, want)
		}
	}
	f.Tensors()[0].Shape[0] = 99
	if f.Tensors()[0].Shape[0] == 99 {
		t.Error("a caller can change the header")
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	if _, err := Open(filepath.Join(folder, "missing")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Open(folder); err == nil {
		t.Error("a folder is opened")
	}
	path := filepath.Join(folder, "a.bin")
	if err := os.WriteFile(path, []byte("PK\x03\x04 this is a pickle"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("another format: %v", err)
	}
}

// A sparse file takes no disk, so what it announces is no measure of the memory there is.
func TestHugeSparseTensorIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge.safetensors")
	head := fileOf(`{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}`, 0)
	if err := os.WriteFile(path, head, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(len(head))+4e12); err != nil {
		t.Skip("this file system has no sparse files of this size")
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Float32s("a"); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("4 TB are read: %v", err)
	}
}

func TestFileCutWhileOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	write(t, path, map[string][]float32{"a": make([]float32, 1000)})
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.Truncate(path, 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Float32s("a"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("half a tensor is read: %v", err)
	}
}

func TestReadingAtTheSameTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.safetensors")
	want := map[string][]float32{"a": make([]float32, 200_000), "b": make([]float32, 300_000)}
	for i := range want["a"] {
		want["a"][i] = float32(i)
	}
	for i := range want["b"] {
		want["b"][i] = -float32(i)
	}
	write(t, path, want)
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var wait sync.WaitGroup
	for range 4 {
		for name := range want {
			wait.Go(func() {
				if got, err := f.Float32s(name); err != nil || !reflect.DeepEqual(got, want[name]) {
					t.Errorf("%s is read wrongly: %v", name, err)
				}
			})
		}
	}
	wait.Wait()
}
