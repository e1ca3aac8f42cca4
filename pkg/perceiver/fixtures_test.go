// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// The golden values were made with the published port (PyTorch, float32). A few of them are in testdata/parity. All of
// them are in shared/parity beside the repository, where that folder is there; files have the same names in both.
const (
	fewGolden = "testdata/parity"
	allGolden = "../../../shared/parity"
)

// golden runs a test on the golden values in testdata and on those beside the repository.
func golden(t *testing.T, test func(t *testing.T, folder string)) {
	t.Run("testdata", func(t *testing.T) { test(t, fewGolden) })
	t.Run("shared", func(t *testing.T) {
		if _, err := os.Stat(allGolden); errors.Is(err, fs.ErrNotExist) {
			t.Skip("the folder shared/parity is not beside the repository; only the values in testdata were checked")
		}
		test(t, allGolden)
	})
}

// goldenArray is one array of a golden file, whatever its type there.
type goldenArray struct {
	shape  []int
	values []float64
}

func (a goldenArray) narrow() []float32 {
	out := make([]float32, len(a.values))
	for i, x := range a.values {
		out[i] = float32(x)
	}
	return out
}

// readGolden reads a whole file in the safetensors format: the length of a JSON header, the header, the values.
func readGolden(t testing.TB, path ...string) map[string]goldenArray {
	t.Helper()
	name := filepath.Join(path...)
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data := raw[8+binary.LittleEndian.Uint64(raw):]
	header := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw[8:len(raw)-len(data)], &header); err != nil {
		t.Fatal(err)
	}
	delete(header, "__metadata__")
	arrays := map[string]goldenArray{}
	for key, text := range header {
		var h struct {
			DType  string `json:"dtype"`
			Shape  []int  `json:"shape"`
			Places [2]int `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &h); err != nil {
			t.Fatal(err)
		}
		a := goldenArray{h.Shape, nil}
		if a.values, err = decodeNumbers(h.DType, data[h.Places[0]:h.Places[1]]); err != nil {
			t.Fatalf("%s: %s: %v", name, key, err)
		}
		arrays[key] = a
	}
	return arrays
}

func decodeNumbers(dtype string, raw []byte) ([]float64, error) {
	var out []float64
	switch dtype {
	case "F32":
		for i := 0; i < len(raw); i += 4 {
			out = append(out, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))))
		}
	case "F64":
		out = make([]float64, len(raw)/8)
		if err := binary.Read(bytes.NewReader(raw), binary.LittleEndian, out); err != nil {
			return nil, err
		}
	case "I64":
		for i := 0; i < len(raw); i += 8 {
			out = append(out, float64(int64(binary.LittleEndian.Uint64(raw[i:]))))
		}
	default:
		return nil, fmt.Errorf("the type %s is not one of the golden files", dtype)
	}
	return out, nil
}

func readJSON(t testing.TB, into any, path ...string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}
