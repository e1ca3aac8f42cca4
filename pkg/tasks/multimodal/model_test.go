// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// published is config.json of the published weights, without what does not matter.
var published = fmt.Sprintf(`{"num_latents": 784, "d_latents": 512, "num_blocks": 1, "num_self_attends_per_block": 8, "num_self_attention_heads": 8,
	"num_cross_attention_heads": 1, "num_frames": 16, "audio_samples_per_frame": 1920, "samples_per_patch": 16, "image_size": 56,
	"output_shape": [1, 16, 224, 224], "output_num_channels": 512, "_label_trainable_num_channels": 1024, "id2label": {%s}}`, classes(700))

func classes(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`"%d": "LABEL_%d"`, i, i))
	}
	return strings.Join(all, ", ")
}

func TestPublishedModel(t *testing.T) {
	n, err := Published([]byte(published), nil)
	if err != nil {
		t.Fatal(err)
	}
	tensors := 0
	for _, p := range n.Params() {
		if p.Trainable() {
			tensors += len(p.Pieces)
		}
	}
	if got := perceiver.Count(n.Params()); got != 19_858_855 || tensors != 183 {
		t.Errorf("%d parameters in %d tensors, want 19858855 in 183", got, tensors)
	}
	if got := n.inputCount(); got != 52_097 || n.encoder.InputDim != 704 || n.decoder.QueryDim != 1026 {
		t.Errorf("%d inputs of width %d, queries of width %d", got, n.encoder.InputDim, n.decoder.QueryDim)
	}
	for _, c := range []struct {
		patches, pixels int
		want            float64 // in units of 10⁹
	}{{n.patches(), n.pixels(), 7470}, {512, 512, 260}, {15, 6272, 307}} {
		cost := n.Cost(c.patches, c.pixels).Total()
		if got := cost.FLOPs / 1e9; math.Abs(got-c.want) > 0.004*c.want {
			t.Errorf("%d and %d outputs: %.1f billion FLOPs, want %g", c.patches, c.pixels, got, c.want)
		}
		if cost.Params != 19_858_855 {
			t.Errorf("the cost counts %d parameters", cost.Params)
		}
	}
	// The zero values of the sizes are the published ones.
	zero, err := Model{Config: n.Config, MaskLabel: 1, RowPositions: "published"}.Network()
	if err != nil {
		t.Fatal(err)
	}
	if a, b := fmt.Sprint(zero.Model), fmt.Sprint(n.Model); a != b {
		t.Errorf("the zero value is\n%s, published\n%s", a, b)
	}
}

// The bands follow the fields of their own, the grids the shape of the output.
func TestPublishedSizes(t *testing.T) {
	n, err := Published([]byte(`{"num_cross_attention_heads": 1, "num_frames": 3, "audio_samples_per_frame": 8, "samples_per_patch": 4, "image_size": 7,
		"output_shape": [1, 2, 8, 12], "id2label": {"0": "a"}}`), []byte(`{"temporal_downsample": 2, "image_num_bands": 5}`))
	if err != nil {
		t.Fatal(err)
	}
	in, out := n.places[image], n.queries[image].Parts[0].(perceiver.Fourier)
	if fmt.Sprint(in.Grid, in.MaxResolution, out.Grid, out.MaxResolution) != "[1 2 3] [3 7 7] [2 8 12] [3 7 7]" || in.Bands != 5 || n.Samples != 24 || n.Classes != 1 {
		t.Errorf("got %+v and %+v of %+v", in, out, n.Model)
	}
}

func TestModelErrors(t *testing.T) {
	for name, c := range map[string]struct {
		change func(m *Model)
		words  string
	}{
		"height":         {func(m *Model) { m.Height = 5 }, "model.height = 5"},
		"frames":         {func(m *Model) { m.Frames, m.PatchFrames = 3, 2 }, "model.frames = 3"},
		"samples":        {func(m *Model) { m.Samples = 13 }, "model.samples = 13"},
		"classes":        {func(m *Model) { m.Classes = -1 }, "model.classes = -1"},
		"resolution":     {func(m *Model) { m.ImageResolution = []int{1, 2} }, "model.image_resolution"},
		"sound bands":    {func(m *Model) { m.AudioResolution = -3 }, "model.audio_resolution"},
		"mask":           {func(m *Model) { m.MaskLabel = 1.5 }, "model.mask_label = 1.5"},
		"NaN":            {func(m *Model) { m.MaskAudio = math.NaN() }, "model.mask_audio"},
		"rule":           {func(m *Model) { m.RowPositions = "both" }, "model.row_positions = \"both\""},
		"heads":          {func(m *Model) { m.CrossHeads = 4 }, "model.cross_heads = 4"},
		"decoder heads":  {func(m *Model) { m.DecoderHeads = 3 }, "heads"},
		"huge":           {func(m *Model) { m.Height, m.Width = 1<<20, 1<<20 }, "model.frames"},
		"no latents":     {func(m *Model) { m.Latents = 0 }, "model.latents"},
		"query padding":  {func(m *Model) { m.QueryPadding = -1 }, "model.query_padding"},
		"decoder widths": {func(m *Model) { m.DecoderVWidth = -8 }, "model.decoder_v_width"},
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
		{`{"num_frames": 3, "audio_samples_per_frame": 5, "samples_per_patch": 4}`, ``, "model.samples = 15"},
		{`{"output_shape": [1, 16, 9, 9], "num_cross_attention_heads": 1}`, ``, "model.height = 9"},
		{published, `[]`, "custom.json"},
		{published, `{"encoder_min_padding_size": -1}`, "model.input_padding = -1"},
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
	f.Add([]byte(`{"num_latents": 784, "d_latents": 512, "num_cross_attention_heads": 1}`), []byte(nil))
	f.Add([]byte(`{"d_latents": 24, "num_cross_attention_heads": 1, "output_shape": [1, 4, 8, 10]}`), []byte(`{"spatial_downsample": 2, "temporal_downsample": 2}`))
	f.Add([]byte(`{"output_shape": [1, 1048576, 1048576, 1048576]}`), []byte(`{"audio_num_bands": -1}`))
	f.Fuzz(func(t *testing.T, config, custom []byte) {
		n, err := Published(config, custom)
		if err == nil && (n.pixels() < 1 || n.inputCount() < 3 || n.encoder.InputDim <= n.widths[label]) {
			t.Errorf("%+v was accepted", n.Model)
		}
	})
}
