// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
)

// Model is a published model, ready to run. Inputs and outputs have the names of io.safetensors: "in.pixel_values",
// "out.logits". Every model gives out its latents as "out.last_hidden_state".
type Model interface {
	Params() []perceiver.Param
	Forward(p *perceiver.Pass, in map[string]*graph.Node) (map[string]*graph.Node, error)
}

// class is a class of the published port.
type class struct {
	name string
	// build makes the model. Pictures are of the given height and width, 0 where the configuration knows them.
	build func(config, custom []byte, height, width int) (Model, error)
}

var classes = []class{
	{language.ClassMasked, buildText}, {language.ClassLabels, buildText},
	{image.ClassLearned, buildImage}, {image.ClassFourier, buildImage}, {image.ClassConv, buildImage},
	{"PerceiverForOpticalFlow", func(config, custom []byte, _, _ int) (Model, error) { return flow.Published(config, custom) }},
	{"PerceiverForMultimodalAutoencoding", func(config, custom []byte, _, _ int) (Model, error) { return multimodal.Published(config, custom) }},
}

func buildText(config, custom []byte, _, _ int) (Model, error) {
	return language.Published(config, custom)
}

func buildImage(config, custom []byte, height, width int) (Model, error) {
	return image.Published(config, custom, height, width)
}

// build makes the model of a configuration.
func build(config, custom []byte, height, width int) (Model, perceiver.PublishedConfig, error) {
	c, err := perceiver.ParsePublished(config)
	if err != nil {
		return nil, c, err
	}
	var known []string
	for _, class := range classes {
		if slices.Contains(c.Architectures, class.name) {
			c.Architectures = []string{class.name}
			m, err := class.build(config, custom, height, width)
			return m, c, err
		}
		known = append(known, class.name)
	}
	return nil, c, fmt.Errorf("config.json: architectures is %q; it must name one of %q", c.Architectures, known)
}
