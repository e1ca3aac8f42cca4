// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"
)

func TestFullPublishedModel(t *testing.T) {
	const height, width = 368, 496
	bytes, frames := paritytest.Bits("input:frames"), make([]float32, 2*height*width*3)
	for i := range frames {
		frames[i] = normal[bytes(i)>>56]
	}
	outputs, stored := paritytest.Full(t, "optical_flow", open, map[string]*tensors.Tensor{
		"in.frames": tensors.FromFlatDataAndDimensions(frames, 1, 2, height, width, 3)})
	logits := wide(outputs["logits"])
	var every16 []float64
	for y := 0; y < height; y += 16 {
		for x := 0; x < width; x += 16 {
			every16 = append(every16, logits[2*(y*width+x):2*(y*width+x)+2]...)
		}
	}
	for _, c := range []struct {
		name string
		got  []float64
	}{{"logits.every16", every16}, {"logits64.every16", every16}, {"logits.row183", logits[2*183*width : 2*184*width]}} {
		const bound, rms = 6e-6, 3e-7 // as in expected.json
		paritytest.Near(t, c.name, c.got, stored[c.name].Values, bound)
		paritytest.RMS(t, c.name, c.got, stored[c.name].Values, rms)
	}
}
