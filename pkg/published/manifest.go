// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package published

import (
	_ "embed"
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

//go:embed manifest.toml
var manifestTOML []byte

// Source says where released weights are.
type Source struct {
	Repository  string  `toml:"repository"`
	Revision    string  `toml:"revision"`    // branch, tag or commit
	SHA256      string  `toml:"sha256"`      // of model.safetensors; "": not known
	Megabytes   float64 `toml:"megabytes"`   // of the weights, about
	Safetensors bool    `toml:"safetensors"` // whether the revision is known to have a model.safetensors
}

// hub is where the repositories are.
const hub = "https://huggingface.co/"

// Address is where a file of the source is fetched from.
func (s Source) Address(file string) string {
	return hub + s.Repository + "/resolve/" + s.Revision + "/" + file
}

// Find is the source of a published model's released weights.
func Find(name string) (Source, error) {
	name, err := Canonical(name)
	if err != nil {
		return Source{}, err
	}
	list := map[string]Source{}
	if err := toml.Unmarshal(manifestTOML, &list); err != nil {
		return Source{}, fmt.Errorf("published: the manifest: %w", err)
	}
	s, ok := list[name]
	if !ok {
		return Source{}, fmt.Errorf("published: the manifest has no %s", name)
	}
	return s, nil
}
