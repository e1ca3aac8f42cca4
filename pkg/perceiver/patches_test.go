// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

func TestPatches(t *testing.T) {
	w := testWeights(t, nil, dtypes.Float32)
	x := floats(dtypes.Float32, []float32{0, 1, 2, 3, 4, 5, 6, 7}, 1, 2, 4, 1)
	out := call{goBackend(t), w}.run(t, func(p *Pass, in []*Node) ([]*Node, error) {
		return []*Node{Patches(in[0], 2, 2), Patches(in[0], 1, 2)}, nil
	}, x)
	if want := []float64{0, 1, 4, 5, 2, 3, 6, 7}; !slices.Equal(out[0], want) {
		t.Errorf("got %v, want %v", out[0], want)
	}
	if want := []float64{0, 1, 2, 3, 4, 5, 6, 7}; !slices.Equal(out[1], want) {
		t.Errorf("got %v, want %v", out[1], want)
	}
	for _, block := range [][]int{{2}, {3, 1}, {0, 1}, {1, 8}} {
		_, err := call{goBackend(t), w}.try(func(p *Pass, in []*Node) ([]*Node, error) {
			return []*Node{Patches(in[0], block...)}, nil
		}, x)
		wantError(t, err, "blocks")
	}
}

// The published arrays have their channels before the picture's axes.
func TestPublishedPatches(t *testing.T) {
	const path = allGolden + "/units/space_to_depth.safetensors"
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the folder shared/parity is not beside the repository")
	}
	units := readGolden(t, path)
	w := testWeights(t, nil, dtypes.Float32)
	eachBackend(t, func(t *testing.T, b compute.Backend) {
		for name, c := range map[string]struct {
			in    string
			block []int
		}{
			"image.block2":       {"image.in", []int{2, 2}},
			"flow.t2s1_squeezed": {"flow.in", []int{2, 1, 1}},
			"video.t1s2":         {"video.in", []int{1, 2, 2}},
			"video.t2s1":         {"video.in", []int{2, 1, 1}},
			"video.t2s2":         {"video.in", []int{2, 2, 2}},
			"video.t4s2":         {"video.in", []int{4, 2, 2}},
		} {
			in := units[c.in]
			out := call{b, w}.run(t, func(p *Pass, args []*Node) ([]*Node, error) {
				x := args[0]
				if x.Rank() == 4 {
					x = TransposeAllAxes(x, 0, 2, 3, 1)
				} else {
					x = TransposeAllAxes(x, 0, 1, 3, 4, 2)
				}
				return []*Node{Patches(x, c.block...)}, nil
			}, floats(dtypes.Float32, in.narrow(), in.shape...))
			near(t, name, out[0], units[name].values, 0)
		}
	})
}
