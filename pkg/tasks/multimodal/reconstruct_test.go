// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"
)

// What the published port has decoded in parts, all of it.
func TestPublishedReconstruction(t *testing.T) {
	for _, name := range []string{"multimodal", "multimodal_small"} {
		t.Run(name, func(t *testing.T) {
			folder := paritytest.Folder(t, "tiny", name)
			config, err := os.ReadFile(filepath.Join(folder, "config.json"))
			if err != nil {
				t.Fatal(err)
			}
			custom, err := os.ReadFile(filepath.Join(folder, "custom.json"))
			if err != nil {
				custom = nil
			}
			io := paritytest.Read(t, folder, "io.safetensors")
			var meta struct {
				Bound map[string]float64 `json:"recommended_atol"`
			}
			paritytest.JSON(t, &meta, folder, "meta.json")
			backendtest.Each(t, func(t *testing.T, b compute.Backend) {
				n, err := Published(config, custom)
				if err != nil {
					t.Fatal(err)
				}
				w := paritytest.Load(t, n, paritytest.Read(t, folder, "model.safetensors"))
				r, err := n.NewReconstructor(b, w)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				r.rows = 77 // the last part overlaps the one before it
				for i := range 2 {
					got, err := r.Reconstruct(t.Context(), recording(n.Model, io, i))
					if err != nil {
						t.Fatal(err)
					}
					compare := func(what string, got []float32, fixture, bound string) {
						values := io[fixture].Values
						part := len(values) / 2
						paritytest.Near(t, what, wide(got), values[i*part:(i+1)*part], meta.Bound[bound])
					}
					compare("sound", got.Audio, "full.audio", "logits.audio")
					compare("video", got.Video, "full.image", "logits.image")
					compare("label", got.Label, "full.label", "logits.label")
					compare("latents", got.Latents, "out.last_hidden_state", "last_hidden_state")
				}
			})
		})
	}
}

// recording takes example i out of a batch, where the colours of a frame stand before its pixels.
func recording(m Model, io map[string]paritytest.Array, i int) Recording {
	var c Recording
	video := io["in.image"].Floats()[i*m.pixels()*3:]
	pixels := m.Height * m.Width
	for frame := range m.Frames {
		for pixel := range pixels {
			for colour := range 3 {
				c.Video = append(c.Video, video[(frame*3+colour)*pixels+pixel])
			}
		}
	}
	c.Audio = io["in.audio"].Floats()[i*m.Samples : (i+1)*m.Samples]
	return c
}

func wide(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = float64(x)
	}
	return out
}

func TestReconstructErrors(t *testing.T) {
	n, w := build(t, smallModel())
	r, err := n.NewReconstructor(backendtest.Any(t), w)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	good := Recording{Video: make([]float32, 2*4*6*3), Audio: make([]float32, 12), Label: make([]float32, 5)}
	for _, c := range []struct {
		change func(c *Recording)
		words  []string
	}{
		{func(c *Recording) { c.Video = c.Video[1:] }, []string{"video", "143", "2 frames of 6×4"}},
		{func(c *Recording) { c.Audio = nil }, []string{"sound", "0 values", "12"}},
		{func(c *Recording) { c.Label = c.Label[:4] }, []string{"label", "4 values", "5 classes"}},
	} {
		bad := good
		c.change(&bad)
		_, err := r.Reconstruct(t.Context(), bad)
		if err == nil || slices.ContainsFunc(c.words, func(word string) bool { return !strings.Contains(err.Error(), word) }) {
			t.Errorf("error %v, want one with %q", err, c.words)
		}
	}
	r.rows = 20 // of 48 pixels
	whole, err := r.Reconstruct(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	begun, err := r.Begin(t.Context(), good, 30)
	if err != nil || !slices.Equal(begun.Video[:90], whole.Video[:90]) || slices.Max(begun.Video[90:]) != 0 || !slices.Equal(begun.Audio, whole.Audio) {
		t.Errorf("the first 30 pixels: %v", err)
	}
	if _, err := r.Begin(t.Context(), good, 49); err == nil || !strings.Contains(err.Error(), "has 48") {
		t.Errorf("more pixels than there are: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Reconstruct(ctx, good); !errors.Is(err, context.Canceled) {
		t.Errorf("after an interrupt: error %v", err)
	}
	if _, err := r.Reconstruct(t.Context(), good); err != nil {
		t.Error(err)
	}
}
