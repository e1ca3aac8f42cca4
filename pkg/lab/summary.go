// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Table shows a score to people: the model's metrics, then those of simple methods.
func (s *Score) Table() viz.Table {
	return scoreTable(fmt.Sprintf("%s, %s: step %d, %d held-out examples", s.Experiment, s.Profile, s.Step, s.N), s.Metrics, s.Baselines)
}

// Summary says how a run ended: the metrics of its last evaluation beside those of simple methods.
func (r *Run) Summary() viz.Table {
	return scoreTable(fmt.Sprintf("%s, %s: %s, step %d of %d", r.Info.Experiment, r.Info.Profile, r.Info.Status, r.Info.Step, r.Info.Steps), r.Info.Metrics, r.Info.Baselines)
}

func scoreTable(title string, metrics, baselines map[string]float64) viz.Table {
	t := viz.Table{Title: title, Headers: []string{"", "value"}}
	for _, name := range sorted(metrics) {
		t.Rows = append(t.Rows, []string{words(name), number(metrics[name])})
	}
	for _, name := range sorted(baselines) {
		t.Rows = append(t.Rows, []string{"baseline: " + words(name), number(baselines[name])})
	}
	return t
}

func words(name string) string { return strings.ReplaceAll(name, "_", " ") }

func number(x float64) string { return fmt.Sprintf("%.4f", x) }
