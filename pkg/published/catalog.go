// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	"bytes"
	"fmt"

	"github.com/pelletier/go-toml/v2"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks/image"
	"github.com/perceiver-go/perceiver/pkg/tasks/language"
	"github.com/perceiver-go/perceiver/pkg/tasks/multimodal"
)

// Entry is one of the six published models: what it is, and what the paper says of its size.
type Entry struct {
	Name       string         `json:"name"`
	Title      string         `json:"title"`
	Class      string         `json:"class"` // of the port
	Parameters int            `json:"parameters"`
	FLOPs      float64        `json:"flops"` // of one example with all its outputs, multiplications and additions counted separately
	Cost       perceiver.Cost `json:"-"`     // the same by step of the model
	Model      any            `json:"-"`     // the section [model] of an experiment: language.Model, image.Model, flow.Model or multimodal.Model
	Paper      Paper          `json:"paper"`
}

// Paper is what the paper says.
type Paper struct {
	Parameters string  `json:"parameters"` // as it is written there
	FLOPs      float64 `json:"flops"`
	Note       string  `json:"note,omitempty"` // why the numbers differ, where they do and it is known
}

// papers are the titles of the models, and what the paper says of them.
var papers = map[string]struct {
	title string
	Paper
}{
	"language":      {"Masked bytes of text", Paper{"201M", 113e9, "the difference in computation is not explained"}},
	"image_learned": {"Classes of pictures, learned positions", Paper{"62.3M", 407e9, "the paper gives the computation of the Fourier model"}},
	"image_fourier": {"Classes of pictures, Fourier positions", Paper{"48.4M", 407e9, ""}},
	"image_conv":    {"Classes of pictures, behind a convolution", Paper{"48.6M", 369e9, "with 56×56 places; the port leaves 55×55"}},
	"optical_flow": {"Optical flow between two pictures", Paper{"27.9M", 987e9,
		"both numbers of the paper are those of 16 layers and 1024 latents; the released model has 24 and 2048"}},
	"multimodal": {"Video, sound and class", Paper{"20.0M", 6.85e12, "the paper counts 480 patches of sound in its tables, and 1920 elsewhere"}},
}

// Describe says what a published model is. Nothing is downloaded and nothing is run.
func Describe(name string) (*Entry, error) {
	name, err := Canonical(name)
	if err != nil {
		return nil, err
	}
	m, _, expected, err := full(name)
	if err != nil {
		return nil, err
	}
	p := papers[name]
	e := &Entry{Name: name, Title: p.title, Class: expected.Class, Parameters: perceiver.Count(m.Params()), Paper: p.Paper}
	switch n := m.(type) {
	case *language.Network:
		e.Cost, e.Model = n.Cost(), n.Model
	case *image.Network:
		e.Cost, e.Model = n.Cost(), n.Model
	case *flow.Network:
		e.Cost, e.Model = n.Cost(), n.Model
	case *multimodal.Network:
		e.Cost, e.Model = n.Cost(n.Samples/n.PatchSamples, n.Frames*n.Height*n.Width), n.Model
	default:
		return nil, fmt.Errorf("published model %s: its kind %T is not known", name, m)
	}
	e.FLOPs = e.Cost.Total().FLOPs
	return e, nil
}

// Models describes all six.
func Models() ([]*Entry, error) {
	var list []*Entry
	for _, name := range Names() {
		e, err := Describe(name)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// TOML is the model as the section of an experiment file that would build it, with the value of every key.
func (e *Entry) TOML() ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s: %s, %d weights, as the port's class %s has it.\n", e.Name, e.Title, e.Parameters, e.Class)
	err := toml.NewEncoder(&b).Encode(struct {
		Model any `toml:"model"`
	}{e.Model})
	return b.Bytes(), err
}
