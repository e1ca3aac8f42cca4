// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// Row is a value of a metric of a run at a step.
type Row struct {
	Run        string  `parquet:"run,dict"` // path of its folder
	Experiment string  `parquet:"experiment,dict"`
	Profile    string  `parquet:"profile,dict"`
	Seed       uint64  `parquet:"seed"`
	Step       int64   `parquet:"step"`
	Metric     string  `parquet:"metric,dict"` // "train/loss", "train/learning_rate", "eval/accuracy" and so on
	Value      float64 `parquet:"value"`
}

// Rows are the metrics of a run, in the order in which they were written.
func Rows(r *runs.Run) ([]Row, error) {
	records, err := r.Records()
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, record := range records {
		for _, p := range points(record) {
			out = append(out, Row{r.Dir, r.Info.Experiment, r.Info.Profile, r.Info.Seed, int64(record.Step), p.name, p.value})
		}
	}
	return out, nil
}

// point is a value by its name.
type point struct {
	name  string
	value float64
}

// points are the values of a line of metrics.jsonl.
func points(record runs.Record) (out []point) {
	if record.Loss != nil {
		out = append(out, point{"train/loss", *record.Loss}, point{"train/gradient_norm", record.GradientNorm}, point{"train/learning_rate", record.LearningRate})
		if record.StepsPerSecond > 0 {
			out = append(out, point{"train/steps_per_s", record.StepsPerSecond})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(record.Eval)) {
		out = append(out, point{"eval/" + name, record.Eval[name]})
	}
	return slices.DeleteFunc(out, func(p point) bool { return math.IsNaN(p.value) })
}

// CSV writes the metrics of runs as a table with a header line.
func CSV(w io.Writer, rs ...*runs.Run) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"run", "experiment", "profile", "seed", "step", "metric", "value"}); err != nil {
		return err
	}
	for _, r := range rs {
		rows, err := Rows(r)
		if err != nil {
			return err
		}
		for _, x := range rows {
			if err := c.Write([]string{x.Run, x.Experiment, x.Profile, strconv.FormatUint(x.Seed, 10), strconv.FormatInt(x.Step, 10), x.Metric,
				strconv.FormatFloat(x.Value, 'g', -1, 64)}); err != nil {
				return err
			}
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
