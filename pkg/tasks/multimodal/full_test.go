// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"
)

func TestFullPublishedModel(t *testing.T) {
	sound, pixels := make([]int32, 480), make([]int32, 4096)
	for k := range sound {
		sound[k] = int32(k * 17 % 1920)
	}
	for k := range pixels {
		pixels[k] = int32(k * 7919 % 802816)
	}
	outputs, stored := paritytest.Full(t, "multimodal", open, map[string]*tensors.Tensor{
		"in.image":            tensors.FromFlatDataAndDimensions(paritytest.Formula("input:image", 16*3*224*224, 0.5, 0.5), 1, 16, 3, 224, 224),
		"in.audio":            tensors.FromFlatDataAndDimensions(paritytest.Formula("input:audio", 30720, 1, 0), 1, 30720, 1),
		"in.label":            tensors.FromFlatDataAndDimensions(make([]float32, 700), 1, 700),
		"in.subsampled.audio": tensors.FromFlatDataAndDimensions(sound, len(sound)),
		"in.subsampled.image": tensors.FromFlatDataAndDimensions(pixels, len(pixels)),
	})
	for _, name := range []string{"logits.audio", "logits.image", "logits.label"} {
		if len(outputs[name]) != len(stored[name].Values) {
			t.Errorf("%s is not stored whole", name)
		}
	}
	order := make([]int, 700)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if outputs["logits.label"][a] > outputs["logits.label"][b] {
			return -1
		}
		return 1
	})
	if want := []int{2, 90, 532, 664, 620, 693, 385, 571, 247, 67}; !slices.Equal(order[:10], want) {
		t.Errorf("the ten best classes are %v, want %v", order[:10], want)
	}
}
