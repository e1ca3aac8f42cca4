// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package paritytest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Folder is a folder of shared/parity; the test is skipped where it is not there.
func Folder(t testing.TB, path ...string) string {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for root != filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		root = filepath.Dir(root)
	}
	folder := filepath.Join(append([]string{root, "..", "shared", "parity"}, path...)...)
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the numbers of the published port are not beside this checkout, in ../shared/parity")
	}
	return folder
}

// Array is one array of a fixture, whatever its type in the file. Its zero value is an array that is not there.
type Array struct {
	Shape  []int
	Values []float64
}

// Floats are the values as float32.
func (a Array) Floats() []float32 {
	out := make([]float32, len(a.Values))
	for i, x := range a.Values {
		out[i] = float32(x)
	}
	return out
}

// Tensor is the array as a float32 tensor.
func (a Array) Tensor() *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(a.Floats(), a.Shape...)
}

// Ints is an array of whole numbers as an int32 tensor.
func (a Array) Ints() *tensors.Tensor {
	out := make([]int32, len(a.Values))
	for i, x := range a.Values {
		out[i] = int32(x)
	}
	return tensors.FromFlatDataAndDimensions(out, a.Shape...)
}

// Read reads all arrays of a safetensors file: the length of a JSON header, the header, the values.
func Read(t testing.TB, path ...string) map[string]Array {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	data := raw[8+binary.LittleEndian.Uint64(raw):]
	header := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw[8:len(raw)-len(data)], &header); err != nil {
		t.Fatal(err)
	}
	delete(header, "__metadata__")
	arrays := map[string]Array{}
	for name, text := range header {
		var h struct {
			DType  string `json:"dtype"`
			Shape  []int  `json:"shape"`
			Places [2]int `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &h); err != nil {
			t.Fatal(err)
		}
		values, err := decode(h.DType, data[h.Places[0]:h.Places[1]])
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		arrays[name] = Array{h.Shape, values}
	}
	return arrays
}

func decode(dtype string, raw []byte) ([]float64, error) {
	var out []float64
	switch dtype {
	case "F32":
		for i := 0; i < len(raw); i += 4 {
			out = append(out, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))))
		}
	case "F64":
		for i := 0; i < len(raw); i += 8 {
			out = append(out, math.Float64frombits(binary.LittleEndian.Uint64(raw[i:])))
		}
	case "I64":
		for i := 0; i < len(raw); i += 8 {
			out = append(out, float64(int64(binary.LittleEndian.Uint64(raw[i:]))))
		}
	case "U8":
		for _, x := range raw {
			out = append(out, float64(x))
		}
	default:
		return nil, fmt.Errorf("the type %s is not one of the fixtures", dtype)
	}
	return out, nil
}

// JSON reads a JSON file.
func JSON(t testing.TB, into any, path ...string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Near fails where two arrays are further apart than the tolerance, or one of them has a NaN.
func Near(t testing.TB, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d values, want %d", what, len(got), len(want))
		return
	}
	worst := 0.0
	for i := range got {
		if d := math.Abs(got[i] - want[i]); !(d <= worst) {
			worst = d
		}
	}
	if !(worst <= tolerance) {
		t.Errorf("%s: largest difference %g, want at most %g", what, worst, tolerance)
	}
}

// Load makes the weights of a model from the published ones, of which none may be left over.
func Load(t *testing.T, model interface{ Params() []perceiver.Param }, published map[string]Array) *perceiver.Weights {
	t.Helper()
	w, err := perceiver.NewWeights(model.Params(), dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, p := range w.Params() {
		for _, piece := range p.Pieces {
			known[piece.Name] = true
		}
	}
	for name := range published {
		if !known[name] {
			t.Errorf("the published tensor %s has no place in the model", name)
		}
	}
	err = w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		a, ok := published[piece.Name]
		if !ok || !slices.Equal(a.Shape, piece.Shape) {
			return nil, fmt.Errorf("%s: shape %v, published with %v", piece.Name, piece.Shape, a.Shape)
		}
		return a.Floats(), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}
