// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Guess is a class that a model takes for possible.
type Guess struct {
	Class       int     `json:"class"`
	Label       string  `json:"label"`
	Probability float64 `json:"probability"`
}

// Classified is an input with its likeliest classes, the likeliest first.
type Classified struct {
	Input   string  `json:"input"`
	Classes []Guess `json:"classes"`
}

// Classifications are the answers about several inputs.
type Classifications []Classified

// Classify finds the likeliest classes of an input, at most top of them, 5 where top is 0. The probabilities and the names
// are in the order of the classes; a class without a name is called by its number.
func Classify(input string, probabilities []float32, names []string, top int) Classified {
	if top <= 0 {
		top = 5
	}
	all := make([]Guess, len(probabilities))
	for i, x := range probabilities {
		name := ""
		if i < len(names) {
			name = names[i]
		}
		all[i] = Guess{i, cmp.Or(name, fmt.Sprintf("class %d", i)), float64(x)}
	}
	slices.SortStableFunc(all, func(a, b Guess) int { return cmp.Compare(b.Probability, a.Probability) })
	return Classified{input, all[:min(top, len(all))]}
}

// Prediction is the answer as Predictor gives it.
func (list Classifications) Prediction() Prediction {
	var text strings.Builder
	for _, c := range list {
		fmt.Fprintf(&text, "%s\n", c.Input)
		for _, g := range c.Classes {
			fmt.Fprintf(&text, "  %5.1f %%  %s\n", 100*g.Probability, g.Label)
		}
	}
	return Prediction{Text: strings.TrimSuffix(text.String(), "\n"), JSON: map[string]any{"inputs": list}}
}
