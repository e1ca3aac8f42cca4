// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package runs

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pelletier/go-toml/v2"
)

// Settings are the values of experiment.toml by their keys, as "model.latents": "32".
func (r *Run) Settings() (map[string]string, error) {
	content, err := r.Experiment()
	if err != nil {
		return nil, err
	}
	tree := map[string]any{}
	if err := toml.Unmarshal(content, &tree); err != nil {
		return nil, fmt.Errorf("run %s: %s: %w", r.Dir, ExperimentFile, err)
	}
	settings := map[string]string{}
	flatten("", tree, settings)
	return settings, nil
}

func flatten(prefix string, tree map[string]any, into map[string]string) {
	for key, value := range tree {
		if inner, ok := value.(map[string]any); ok {
			flatten(prefix+key+".", inner, into)
			continue
		}
		into[prefix+key] = fmt.Sprint(value)
	}
}

// Difference is a key whose values differ between runs. A run that has no such key has "" there.
type Difference struct {
	Key    string   `json:"key"`
	Values []string `json:"values"` // by run
}

// Differences are the keys whose values are not the same in all settings, in order.
func Differences(settings ...map[string]string) []Difference {
	keys := map[string]bool{}
	for _, s := range settings {
		for k := range s {
			keys[k] = true
		}
	}
	var out []Difference
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		d := Difference{Key: k}
		for _, s := range settings {
			d.Values = append(d.Values, s[k])
		}
		if len(slices.Compact(slices.Clone(d.Values))) > 1 {
			out = append(out, d)
		}
	}
	return out
}
