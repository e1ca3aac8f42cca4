// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/viz"
	"gonum.org/v1/plot"
)

// Comparison is several runs side by side.
type Comparison struct {
	Table  viz.Table  // what was set differently, and what came out
	Curves *plot.Plot // one curve a run
}

// Compare sets runs side by side: the settings in which they differ, their metrics, and their learning curves. For
// differences with their uncertainty, over seeds, there is Ablate.
func Compare(ctx context.Context, all ...*Run) (*Comparison, error) {
	if len(all) == 0 {
		return nil, errors.New("there are no runs to compare")
	}
	settings := make([]map[string]string, len(all))
	names := map[string]bool{}
	for i, r := range all {
		var err error
		if settings[i], err = r.Settings(); err != nil {
			return nil, err
		}
		for name := range r.Info.Metrics {
			names[name] = true
		}
	}
	differences := runs.Differences(settings...)
	t := viz.Table{Title: fmt.Sprintf("%d runs", len(all)), Headers: []string{"run"}}
	for _, d := range differences {
		t.Headers = append(t.Headers, d.Key)
	}
	t.Headers = append(t.Headers, "status", "step", "weights")
	metrics := sorted(names)
	for _, name := range metrics {
		t.Headers = append(t.Headers, words(name))
	}
	title, unit := "Learning curves", ""
	var series []viz.Series
	for i, r := range all {
		row := []string{filepath.Base(r.Dir)}
		var label []string
		for _, d := range differences {
			row = append(row, d.Values[i])
			if len(label) < 3 {
				label = append(label, strings.TrimPrefix(d.Key, "model.")+"="+d.Values[i])
			}
		}
		row = append(row, r.Info.Status, fmt.Sprint(r.Info.Step), fmt.Sprint(r.Info.Parameters))
		for _, name := range metrics {
			if v, ok := r.Info.Metrics[name]; ok {
				row = append(row, number(v))
			} else {
				row = append(row, "")
			}
		}
		t.Rows = append(t.Rows, row)

		task, err := r.X.open(ctx, "", true)
		if err != nil {
			return nil, err
		}
		records, err := r.Records()
		if err != nil {
			return nil, err
		}
		c := curveOf(task.Goal(), records, r.Info.Baselines)
		if i > 0 && c.unit != unit {
			return nil, fmt.Errorf("%s is measured in %s, and %s in %s; compare runs of one kind", all[0].Dir, unit, r.Dir, c.unit)
		}
		unit = c.unit
		c.training.Name = or(strings.Join(label, ", "), filepath.Base(r.Dir))
		series = append(series, c.training)
	}
	return &Comparison{t, viz.Curves(title, "step", unit, series)}, nil
}
