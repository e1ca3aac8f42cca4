// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"slices"
	"testing"
)

func TestParsePublished(t *testing.T) {
	c, err := ParsePublished([]byte(`{"num_latents": 6, "d_latents": 20, "num_blocks": 2, "num_self_attends_per_block": 3, "num_self_attention_heads": 5,
		"num_cross_attention_heads": 1, "qk_channels": null, "v_channels": 40, "hidden_act": "gelu_new", "use_query_residual": false,
		"cross_attention_shape_for_attention": "q", "self_attention_widening_factor": 3, "cross_attention_widening_factor": 2,
		"train_size": [7, 10], "id2label": {"0": "cat"}, "seq_len": 3}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Latents: 6, LatentDim: 20, Blocks: 2, LayersPerBlock: 3, SelfHeads: 5, CrossHeads: 1, VWidth: 40, WidthRule: "q",
		SelfWidening: 3, CrossWidening: 2, NoEncoderResidual: true, Activation: GELUTanh}
	if got := c.Config(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if !slices.Equal(c.TrainSize, []int{7, 10}) || len(c.Labels) != 1 {
		t.Errorf("got %v and %v", c.TrainSize, c.Labels)
	}
}

// An old file has few fields; the rest are those of the language model, and of the sizes that other models were trained with.
func TestParsePublishedDefaults(t *testing.T) {
	c, err := ParsePublished([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Latents: 256, LatentDim: 1280, Blocks: 1, LayersPerBlock: 26, SelfHeads: 8, CrossHeads: 8, WidthRule: "kv",
		SelfWidening: 1, CrossWidening: 1, Activation: GELU}
	if got := c.Config(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if c.Frames != 16 || c.FrameSamples != 1920 || !slices.Equal(c.OutputShape, []int{1, 16, 224, 224}) || len(c.Labels) != 2 {
		t.Errorf("got %+v", c)
	}
}

func TestParsePublishedErrors(t *testing.T) {
	for config, words := range map[string][]string{
		`{`:                           {"not JSON"},
		`[]`:                          {"config.json"},
		`{"num_latents": "many"}`:     {"num_latents", "string"},
		`{"num_latents": 0}`:          {"num_latents", "0"},
		`{"d_latents": 99999999}`:     {"d_latents", "99999999"},
		`{"qk_channels": -1}`:         {"qk_channels", "-1"},
		`{"train_size": [3]}`:         {"train_size", "[3]"},
		`{"train_size": [3, -4]}`:     {"train_size[1]", "-4"},
		`{"output_shape": [1, 2, 3]}`: {"output_shape"},
		`{"num_blocks": 999999}`:      {"num_blocks", "999999", "layers"},
		`{"hidden_act": "relu"}`:      {"hidden_act", "relu"},
		`{"model_type": "bert"}`:      {"model_type", "bert"},
		`{"num_blocks": 999999, "num_self_attends_per_block": 999999}`: {"num_blocks", "4096"},
		`{"id2label": {}}`:                {"id2label"},
		`{"num_latents": 3.5}`:            {"num_latents"},
		`{"output_shape": [1,2,3,4e300]}`: {"output_shape"},
	} {
		_, err := ParsePublished([]byte(config))
		wantError(t, err, words...)
	}
}

func FuzzParsePublished(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"num_latents": 6, "qk_channels": null, "train_size": [7, 10], "id2label": {"0": "a"}}`))
	f.Add([]byte(`{"output_shape": [1, 1048576, 1048576, 1048576]}`))
	f.Fuzz(func(t *testing.T, config []byte) {
		c, err := ParsePublished(config)
		if err != nil {
			return
		}
		if err := c.Config().Validate(); err == nil && (c.Latents < 1 || c.LatentDim%c.SelfHeads != 0) {
			t.Errorf("%+v was accepted", c)
		}
	})
}
