// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/weights"
)

func Example() {
	folder, err := os.MkdirTemp("", "weights")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "model.safetensors")

	tensors := []weights.Tensor{{Name: "latents", Shape: []int{2, 3}}, {Name: "bias", Shape: []int{2}}}
	values := [][]float32{{1, 2, 3, 4, 5, 6}, {0.5, -0.5}}
	err = weights.Write(path, map[string]string{"format": "pt"}, tensors, func(i int) ([]float32, error) { return values[i], nil })
	if err != nil {
		panic(err)
	}

	f, err := weights.Open(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	for _, t := range f.Tensors() {
		v, err := f.Float32s(t.Name)
		fmt.Println(t.Name, t.DType, t.Shape, v, err)
	}
	_, err = f.Float32s("logits")
	fmt.Println(err != nil, f.Metadata())
	// Output:
	// latents F32 [2 3] [1 2 3 4 5 6] <nil>
	// bias F32 [2] [0.5 -0.5] <nil>
	// true map[format:pt]
}
