// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"encoding/json"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Published is the network of a published configuration: the file config.json of the port's class
// PerceiverForMultimodalAutoencoding. The class fixes some sizes in code; a file custom.json may give others, and is nil
// where there is none.
//
// The published model hides the class always, so that the input of it has no effect.
func Published(config, custom []byte) (*Network, error) {
	c, err := perceiver.ParsePublished(config)
	if err != nil {
		return nil, fmt.Errorf("multimodal: %w", err)
	}
	m := Model{Config: c.Config(), Frames: c.OutputShape[1], Height: c.OutputShape[2], Width: c.OutputShape[3],
		Samples: c.Frames * c.FrameSamples, Classes: len(c.Labels), PatchSamples: c.PatchSamples,
		ImageResolution: []int{c.Frames, c.ImageSize, c.ImageSize}, LabelQueryDim: c.LabelDim, OutputDim: c.OutputDim,
		MaskLabel: 1, RowPositions: "published"}
	if custom != nil {
		var sizes struct {
			AudioBands   int `json:"audio_num_bands"`
			ImageBands   int `json:"image_num_bands"`
			InputPadding int `json:"encoder_min_padding_size"`
			QueryPadding int `json:"decoder_min_padding_size"`
			PatchSide    int `json:"spatial_downsample"`
			PatchFrames  int `json:"temporal_downsample"`
		}
		if err := json.Unmarshal(custom, &sizes); err != nil {
			return nil, fmt.Errorf("multimodal: custom.json: %w", err)
		}
		m.AudioBands, m.ImageBands, m.InputPadding, m.QueryPadding = sizes.AudioBands, sizes.ImageBands, sizes.InputPadding, sizes.QueryPadding
		m.PatchSide, m.PatchFrames = sizes.PatchSide, sizes.PatchFrames
	}
	n, err := m.Network()
	if err != nil {
		return nil, fmt.Errorf("multimodal: the published configuration cannot be built: %w", err)
	}
	return n, nil
}
