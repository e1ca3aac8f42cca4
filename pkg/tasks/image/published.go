// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// The classes of the published port.
const (
	ClassLearned = "PerceiverForImageClassificationLearned"
	ClassFourier = "PerceiverForImageClassificationFourier"
	ClassConv    = "PerceiverForImageClassificationConvProcessing"
)

// publishedSize is the height and width of the pictures that the published models were trained with.
const publishedSize = 224

// custom is what custom.json may give in place of what a published class fixes in code.
type custom struct {
	Input struct {
		Channels   int `json:"out_channels"`
		ProjectDim int `json:"project_pos_dim"`
		Fourier    struct {
			Bands         int   `json:"num_bands"`
			MaxResolution []int `json:"max_resolution"`
		} `json:"fourier_position_encoding_kwargs"`
		Trainable struct {
			Channels int `json:"num_channels"`
		} `json:"trainable_position_encoding_kwargs"`
	} `json:"input_preprocessor"`
}

// Published is the model of a published configuration, config.json, for pictures of a height and a width; 0 is what the
// model was trained with. What the published class fixes in code, customJSON may replace; it is nil for published models.
func Published(configJSON, customJSON []byte, height, width int) (*Network, error) {
	c, err := perceiver.ParsePublished(configJSON)
	if err != nil {
		return nil, err
	}
	class := ""
	if len(c.Architectures) > 0 {
		class = c.Architectures[0]
	}
	m := Model{Config: c.Config(), Bands: 64, PositionDim: 256, ProjectDim: 256, Classes: len(c.Labels)}
	size := publishedSize
	switch class {
	case ClassLearned:
		m.Input, m.Channels, size = "learned", 256, c.ImageSize
	case ClassFourier:
		m.Input, m.Channels, m.MaxResolution = "fourier", colours, []int{publishedSize, publishedSize}
	case ClassConv:
		m.Input, m.Channels, m.MaxResolution = "conv", 64, []int{56, 56}
	default:
		return nil, fmt.Errorf("config.json: the class %q is no image model; known: %s, %s, %s", class, ClassLearned, ClassFourier, ClassConv)
	}
	if err := m.customise(customJSON); err != nil {
		return nil, err
	}
	if height == 0 {
		height = size
	}
	if width == 0 {
		width = size
	}
	n, err := m.Network(height, width)
	if err != nil {
		return nil, fmt.Errorf("config.json: %w", err)
	}
	n.Labels = labels(c.Labels)
	return n, nil
}

func (m *Model) customise(customJSON []byte) error {
	if customJSON == nil {
		return nil
	}
	var c custom
	if err := json.Unmarshal(customJSON, &c); err != nil {
		return fmt.Errorf("custom.json: %w", err)
	}
	replace := func(value *int, by int) {
		if by != 0 {
			*value = by
		}
	}
	replace(&m.Channels, c.Input.Channels)
	replace(&m.ProjectDim, c.Input.ProjectDim)
	replace(&m.Bands, c.Input.Fourier.Bands)
	replace(&m.PositionDim, c.Input.Trainable.Channels)
	if c.Input.Fourier.MaxResolution != nil {
		m.MaxResolution = c.Input.Fourier.MaxResolution
	}
	for _, size := range []int{m.Channels, m.ProjectDim, m.Bands, m.PositionDim} {
		if size < 0 || size > math.MaxUint16 {
			return fmt.Errorf("custom.json: a size is %d; it must be from 1 to %d", size, math.MaxUint16)
		}
	}
	return nil
}

// labels are the names of the classes by number, as id2label has them.
func labels(byID map[string]string) []string {
	names := make([]string, len(byID))
	for i := range names {
		names[i] = byID[strconv.Itoa(i)]
	}
	return names
}
