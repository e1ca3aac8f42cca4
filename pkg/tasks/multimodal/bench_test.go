// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"math"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// The networks that are measured have as many outputs as the published one; its sizes are those of the paper and its code.
func TestBenchmarks(t *testing.T) {
	all := Benchmarks()
	for name, n := range all {
		if patches, pixels, classes := n.Outputs(); patches+pixels+classes != 804_737 {
			t.Errorf("%s has %d outputs, want 804,737", name, patches+pixels+classes)
		}
		if c := n.Noise(1); n.check(Recording{c.Video, c.Audio, make([]float32, n.Classes)}) != nil || c.Video[5] == n.Noise(2).Video[5] {
			t.Errorf("%s: the noise does not fit, or is the same for each seed", name)
		}
	}
	f := all["F"]
	// The published count, and the tables of positions, which are no weights.
	if got := perceiver.Count(f.Params()); got != f.Cost(0, 0).Total().Params {
		t.Errorf("%d weights, and the cost counts %d", got, f.Cost(0, 0).Total().Params)
	}
	if m, c := f.inputCount(), f.encoder.InputDim; m != 52_097 || c != 704 || math.Abs(float64(m*c)/(784*512)-91.4) > 0.05 {
		t.Errorf("the inputs are %d × %d, want 52,097 × 704", m, c)
	}
	if flops := f.Cost(512, 512).Total().FLOPs; flops < 150e9 || flops > 400e9 {
		t.Errorf("an example that is trained on costs %g FLOP; the paper says 310 billion", flops)
	}
	if small := all["S"].Cost(1920, 802816).Total().FLOPs; small > f.Cost(1920, 802816).Total().FLOPs/10 {
		t.Errorf("the small network costs %g FLOP", small)
	}
}
