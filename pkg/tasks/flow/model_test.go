// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// published is config.json of the published weights, without what does not matter.
const published = `{"num_latents": 2048, "d_latents": 512, "num_blocks": 1, "num_self_attends_per_block": 24, "num_self_attention_heads": 16,
	"num_cross_attention_heads": 1, "train_size": [368, 496], "hidden_act": "gelu"}`

func TestPublishedModel(t *testing.T) {
	n, err := Published([]byte(published), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := perceiver.Count(n.Params()); got != 41_057_134 {
		t.Errorf("%d parameters, want 41057134", got)
	}
	tensors := 0
	for _, p := range n.Params() {
		if p.Trainable() {
			tensors += len(p.Pieces)
		}
	}
	if tensors != 425 {
		t.Errorf("%d published tensors, want 425", tensors)
	}
	cost := n.Cost()
	if cost.Total().Params != 41_057_134 {
		t.Errorf("the cost counts %d parameters", cost.Total().Params)
	}
	if flops := cost.Total().FLOPs; math.Abs(flops/1e9-1886.7) > 1 {
		t.Errorf("%.1f billion FLOPs, want 1886.7", flops/1e9)
	}
	if n.FlowUnit != 20 || n.OutputDivisor != 100 || n.TileOverlap != 20 {
		t.Errorf("scales %g and %g, overlap %d", n.FlowUnit, n.OutputDivisor, n.TileOverlap)
	}
}

// A file beside the configuration sets what the port's class fixes in code.
func TestCustomSizes(t *testing.T) {
	n, err := Published([]byte(published), []byte(`{"input_preprocessor": {"out_channels": 13, "conv_after_patching_in_channels": 54,
		"fourier_position_encoding_kwargs": {"num_bands": 4, "max_resolution": [9, 12], "sine_only": false, "concat_pos": true}},
		"decoder": {"output_num_channels": 2, "rescale_factor": 50}}`))
	if err != nil {
		t.Fatal(err)
	}
	if n.FeatureDim != 13 || n.Bands != 4 || !slices.Equal(n.places.MaxResolution, []int{9, 12}) || n.OutputDivisor != 50 || n.encoder.InputDim != 31 {
		t.Errorf("got %+v", n.Model)
	}
}

func TestModelErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *Model)
		words  string
	}{
		"height":         {func(m *Model) { m.Height = -1 }, "model.height"},
		"even patch":     {func(m *Model) { m.Patch = 4 }, "model.patch = 4"},
		"large patch":    {func(m *Model) { m.Patch = 33 }, "model.patch = 33"},
		"bands":          {func(m *Model) { m.Bands = -1 }, "model.bands"},
		"resolution":     {func(m *Model) { m.MaxResolution = []int{3} }, "model.max_resolution"},
		"divisor":        {func(m *Model) { m.OutputDivisor = math.NaN() }, "model.output_divisor"},
		"unit":           {func(m *Model) { m.FlowUnit = -20 }, "model.flow_unit"},
		"overlap":        {func(m *Model) { m.TileOverlap = 6 }, "model.tile_overlap = 6"},
		"heads":          {func(m *Model) { m.CrossHeads = 4 }, "model.cross_heads = 4"},
		"decoder heads":  {func(m *Model) { m.DecoderHeads = 3 }, "heads"},
		"activation":     {func(m *Model) { m.Activation = "relu" }, "relu"},
		"no latents":     {func(m *Model) { m.Latents = 0 }, "model.latents"},
		"frames":         {func(m *Model) { m.Frames = "three" }, "model.frames"},
		"stem":           {func(m *Model) { m.Stem = "pool" }, "model.stem"},
		"conv size":      {func(m *Model) { m.Stem = "conv" }, "multiples of 4"},
		"huge":           {func(m *Model) { m.Width = 1 << 40 }, "model.width"},
		"decoder widths": {func(m *Model) { m.DecoderQKWidth = -8 }, "model.decoder_qk_width"},
	} {
		m := smallModel()
		c.change(&m)
		if _, err := m.Network(); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.words)
		}
	}
}

func TestPublishedErrors(t *testing.T) {
	for _, c := range []struct{ config, custom, words string }{
		{`{`, ``, "config.json"},
		{`{"num_cross_attention_heads": 5}`, ``, "cross_heads"},
		{published, `{`, "custom.json"},
		{published, `{"decoder": {"output_num_channels": 3}}`, "output_num_channels is 3"},
		{published, `{"input_preprocessor": {"conv_after_patching_in_channels": 55}}`, "conv_after_patching_in_channels is 55"},
		{published, `{"input_preprocessor": {"fourier_position_encoding_kwargs": {"concat_pos": false}}}`, "Fourier"},
	} {
		var custom []byte
		if c.custom != "" {
			custom = []byte(c.custom)
		}
		if _, err := Published([]byte(c.config), custom); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s, %s: error %v, want one with %q", c.config, c.custom, err, c.words)
		}
	}
}

func FuzzPublished(f *testing.F) {
	f.Add([]byte(published), []byte(nil))
	f.Add([]byte(`{"train_size": [7, 10], "d_latents": 20, "num_cross_attention_heads": 1}`), []byte(`{"input_preprocessor": {"out_channels": 13}}`))
	f.Add([]byte(`{"train_size": [1048576, 1048576]}`), []byte(`{"decoder": {"rescale_factor": -1}}`))
	f.Fuzz(func(t *testing.T, config, custom []byte) {
		n, err := Published(config, custom)
		if err == nil && (n.pixels() < 1 || n.OutputDivisor <= 0 || n.encoder.InputDim != n.queries.Width()) {
			t.Errorf("%+v was accepted", n.Model)
		}
	})
}
