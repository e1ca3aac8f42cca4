// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"fmt"
	"slices"

	"github.com/perceiver-go/perceiver/pkg/weights"
)

// formulaInputs makes the inputs of a model in full size, batch 1.
func formulaInputs(name string, expected *weights.File) (map[string]array, error) {
	switch name {
	case "language":
		return languageInputs(), nil
	case "image_learned", "image_fourier", "image_conv":
		return map[string]array{"in.pixel_values": uniform("input:pixel_values", 2, 0, 1, 3, 224, 224)}, nil
	case "optical_flow":
		return map[string]array{"in.patches": flowPatches(368, 496)}, nil
	case "multimodal":
		in := map[string]array{
			"in.image": uniform("input:image", 0.5, 0.5, 1, 16, 3, 224, 224),
			"in.audio": uniform("input:audio", 1, 0, 1, 30720, 1),
			"in.label": {shape: []int{1, 700}, floats: make([]float32, 700)},
		}
		for _, name := range []string{"in.subsampled.audio", "in.subsampled.image"} {
			ids, err := wholeNumbers(expected, name)
			if err != nil {
				return nil, err
			}
			in[name] = array{shape: []int{len(ids)}, ids: ids}
		}
		return in, nil
	}
	return nil, fmt.Errorf("there are no inputs for a model %q", name)
}

func uniform(name string, a, offset float64, shape ...int) array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	x := array{shape: shape, floats: make([]float32, n)}
	formula(x.floats, name, a, offset)
	return x
}

// languageInputs are 1900 bytes between [CLS] and [SEP], every seventh of them masked, and padding.
func languageInputs() map[string]array {
	const length, used = 2048, 1900
	const pad, mask, cls, sep, firstByte = 0, 3, 4, 5, 6
	ids, keep := make([]int32, length), make([]int32, length)
	start := seed("input:input_ids")
	for i := range used {
		keep[i] = 1
		ids[i] = firstByte + int32(mix(start+uint64(i))>>40)%256
		if i%7 == 3 {
			ids[i] = mask
		}
	}
	ids[0], ids[used-1] = cls, sep
	for i := used; i < length; i++ {
		ids[i] = pad
	}
	shape := []int{1, length}
	return map[string]array{"in.input_ids": {shape: shape, ids: ids}, "in.attention_mask": {shape: shape, ids: keep}}
}

// flowPatches are two frames of random bytes, for each pixel its 3×3 neighbourhood with zeros outside: [1, 2, 27, H, W]
// with channels in the order row, column, colour.
func flowPatches(height, width int) array {
	x := array{shape: []int{1, 2, 27, height, width}, floats: make([]float32, 2*27*height*width)}
	start := seed("input:frames")
	at := func(frame, y, x, colour int) float32 {
		if y < 0 || y >= height || x < 0 || x >= width {
			return 0
		}
		i := ((frame*height+y)*width+x)*3 + colour
		unit := float32(mix(start+uint64(i))>>56) / 255
		return float32(unit*2) - 1
	}
	i := 0
	for frame := range 2 {
		for channel := range 27 {
			dy, dx, colour := channel/9-1, channel/3%3-1, channel%3
			for y := range height {
				for column := range width {
					x.floats[i] = at(frame, y+dy, column+dx, colour)
					i++
				}
			}
		}
	}
	return x
}

// inputNames are the keys of the inputs in expected.json, where they differ from those here.
func inputName(key string, in map[string]array) string {
	if name := "in." + key; slices.Contains(sortedKeys(in), name) {
		return name
	}
	for _, name := range []string{"in.input_ids", "in.pixel_values", "in.patches"} {
		if _, ok := in[name]; ok {
			return name
		}
	}
	return ""
}
