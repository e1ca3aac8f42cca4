// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package perceiver

import (
	"encoding/json"
	"errors"
	"fmt"
)

// PublishedConfig is the file config.json that lies beside published weights: the fields that the published port reads.
// It serves all published models, so each has fields that mean nothing to it. What the port's classes fix in code,
// such as the numbers of bands, is no field; the task packages know it.
type PublishedConfig struct {
	Architectures []string          `json:"architectures"` // the class, for example "PerceiverForOpticalFlow"; empty in some folders
	ModelType     string            `json:"model_type"`    // "perceiver", or empty
	Labels        map[string]string `json:"id2label"`      // the number of classes is the number of entries

	Latents       int    `json:"num_latents"`
	LatentDim     int    `json:"d_latents"`
	ModelDim      int    `json:"d_model"` // width of the text embedding; elsewhere without effect
	Blocks        int    `json:"num_blocks"`
	Layers        int    `json:"num_self_attends_per_block"`
	SelfHeads     int    `json:"num_self_attention_heads"`
	CrossHeads    int    `json:"num_cross_attention_heads"` // of the encoder
	QK            int    `json:"qk_channels"`               // null: 0
	V             int    `json:"v_channels"`
	WidthRule     string `json:"cross_attention_shape_for_attention"`
	SelfWidening  int    `json:"self_attention_widening_factor"`
	CrossWidening int    `json:"cross_attention_widening_factor"`
	HiddenAct     string `json:"hidden_act"`
	QueryResidual bool   `json:"use_query_residual"` // of the encoder

	Vocabulary   int   `json:"vocab_size"`
	Positions    int   `json:"max_position_embeddings"`
	ImageSize    int   `json:"image_size"` // in the multimodal model the resolution of the bands
	TrainSize    []int `json:"train_size"` // height and width of the flow model
	Frames       int   `json:"num_frames"`
	FrameSamples int   `json:"audio_samples_per_frame"`
	PatchSamples int   `json:"samples_per_patch"`
	OutputShape  []int `json:"output_shape"` // 1, frames, height, width of the multimodal model
	OutputDim    int   `json:"output_num_channels"`
	LabelDim     int   `json:"_label_trainable_num_channels"`
}

// ParsePublished reads config.json. Fields that are absent have the port's defaults, as in old files.
func ParsePublished(config []byte) (PublishedConfig, error) {
	c := PublishedConfig{
		Latents: 256, LatentDim: 1280, ModelDim: 768, Blocks: 1, Layers: 26, SelfHeads: 8, CrossHeads: 8, WidthRule: "kv",
		SelfWidening: 1, CrossWidening: 1, HiddenAct: "gelu", QueryResidual: true, Vocabulary: 262, Positions: 2048, ImageSize: 56,
		Frames: 16, FrameSamples: 1920, PatchSamples: 16, OutputDim: 512, LabelDim: 1024,
	}
	if err := json.Unmarshal(config, &c); err != nil {
		if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return c, fmt.Errorf("config.json: the field %s holds a %s, which is not a %s", bad.Field, bad.Value, bad.Type)
		}
		return c, fmt.Errorf("config.json is not JSON: %w", err)
	}
	if c.TrainSize == nil {
		c.TrainSize = []int{368, 496}
	}
	if c.OutputShape == nil {
		c.OutputShape = []int{1, 16, 224, 224}
	}
	if c.Labels == nil {
		c.Labels = map[string]string{"0": "LABEL_0", "1": "LABEL_1"}
	}
	return c, c.validate()
}

func (c PublishedConfig) validate() error {
	if c.ModelType != "" && c.ModelType != "perceiver" {
		return fmt.Errorf("config.json: model_type is %q; only \"perceiver\" can be read", c.ModelType)
	}
	sizes := map[string]int{"num_latents": c.Latents, "d_latents": c.LatentDim, "d_model": c.ModelDim, "num_blocks": c.Blocks,
		"num_self_attends_per_block": c.Layers, "num_self_attention_heads": c.SelfHeads, "num_cross_attention_heads": c.CrossHeads,
		"self_attention_widening_factor": c.SelfWidening, "cross_attention_widening_factor": c.CrossWidening, "vocab_size": c.Vocabulary,
		"max_position_embeddings": c.Positions, "image_size": c.ImageSize, "num_frames": c.Frames, "audio_samples_per_frame": c.FrameSamples,
		"samples_per_patch": c.PatchSamples, "output_num_channels": c.OutputDim, "_label_trainable_num_channels": c.LabelDim,
		"qk_channels": max(c.QK, 1), "v_channels": max(c.V, 1)} // these two may be null
	if len(c.TrainSize) != 2 || len(c.OutputShape) != 4 {
		return fmt.Errorf("config.json: train_size must be two numbers and output_shape four, got %v and %v", c.TrainSize, c.OutputShape)
	}
	for i, n := range c.TrainSize {
		sizes[fmt.Sprintf("train_size[%d]", i)] = n
	}
	for i, n := range c.OutputShape {
		sizes[fmt.Sprintf("output_shape[%d]", i)] = n
	}
	for name, n := range sizes {
		if n < 1 || n > MaxSize {
			return fmt.Errorf("config.json: %s is %d; it must be from 1 to %d", name, n, MaxSize)
		}
	}
	if c.QK < 0 || c.V < 0 || c.QK > MaxSize || c.V > MaxSize {
		return fmt.Errorf("config.json: qk_channels and v_channels must be null or from 1 to %d, got %d and %d", MaxSize, c.QK, c.V)
	}
	if c.Blocks*c.Layers > maxDepth {
		return fmt.Errorf("config.json: num_blocks is %d and num_self_attends_per_block %d; together they may make %d layers", c.Blocks, c.Layers, maxDepth)
	}
	if len(c.Labels) == 0 {
		return errors.New("config.json: id2label is empty; it must have one entry for each class")
	}
	if c.activation() == "" {
		return fmt.Errorf("config.json: hidden_act is %q; it must be \"gelu\", \"gelu_new\" or \"gelu_pytorch_tanh\"", c.HiddenAct)
	}
	return nil
}

func (c PublishedConfig) activation() Activation {
	switch c.HiddenAct {
	case "gelu":
		return GELU
	case "gelu_new", "gelu_pytorch_tanh":
		return GELUTanh
	}
	return ""
}

// Config is the part of the configuration that every model has: latents, encoder and tower.
func (c PublishedConfig) Config() Config {
	return Config{Latents: c.Latents, LatentDim: c.LatentDim, Blocks: c.Blocks, LayersPerBlock: c.Layers, SelfHeads: c.SelfHeads, CrossHeads: c.CrossHeads,
		QKWidth: c.QK, VWidth: c.V, WidthRule: c.WidthRule, SelfWidening: c.SelfWidening, CrossWidening: c.CrossWidening,
		NoEncoderResidual: !c.QueryResidual, Activation: c.activation()}
}
