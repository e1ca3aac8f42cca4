// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"encoding/json"
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Published is the network of a published configuration: the file config.json of the port's class PerceiverForOpticalFlow.
// The class fixes some sizes in code; a file custom.json may give others, and is nil where there is none.
func Published(config, custom []byte) (*Network, error) {
	c, err := perceiver.ParsePublished(config)
	if err != nil {
		return nil, fmt.Errorf("flow: %w", err)
	}
	m := Model{Config: c.Config(), Height: c.TrainSize[0], Width: c.TrainSize[1]}
	if custom != nil {
		if err := m.customize(custom); err != nil {
			return nil, fmt.Errorf("flow: custom.json: %w", err)
		}
	}
	n, err := m.Network()
	if err != nil {
		return nil, fmt.Errorf("flow: the published configuration cannot be built: %w", err)
	}
	return n, nil
}

func (m *Model) customize(custom []byte) error {
	var c struct {
		Input struct {
			Channels      int `json:"out_channels"`
			PatchChannels int `json:"conv_after_patching_in_channels"`
			Fourier       struct {
				Bands         int   `json:"num_bands"`
				MaxResolution []int `json:"max_resolution"`
				SineOnly      bool  `json:"sine_only"`
				Positions     *bool `json:"concat_pos"`
			} `json:"fourier_position_encoding_kwargs"`
		} `json:"input_preprocessor"`
		Decoder struct {
			Channels int     `json:"output_num_channels"`
			Divisor  float64 `json:"rescale_factor"`
		} `json:"decoder"`
	}
	if err := json.Unmarshal(custom, &c); err != nil {
		return err
	}
	f := c.Input.Fourier
	switch {
	case f.SineOnly || (f.Positions != nil && !*f.Positions):
		return fmt.Errorf("the Fourier positions must have sines, cosines and the positions themselves")
	case c.Decoder.Channels != 0 && c.Decoder.Channels != 2:
		return fmt.Errorf("output_num_channels is %d; a movement has 2", c.Decoder.Channels)
	case c.Input.PatchChannels != 0 && c.Input.PatchChannels != 54:
		return fmt.Errorf("conv_after_patching_in_channels is %d; two 3×3 neighbourhoods have 54", c.Input.PatchChannels)
	}
	m.FeatureDim, m.Bands, m.MaxResolution, m.OutputDivisor = c.Input.Channels, f.Bands, f.MaxResolution, c.Decoder.Divisor
	return nil
}
