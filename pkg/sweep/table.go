// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"math"
	"slices"

	"github.com/perceiver-go/perceiver/pkg/runs"
)

// Rule is what makes a difference clear.
const Rule = "A difference is clear where the 95 % interval (Student's t) of the differences to the first variant, paired by seed, excludes 0. " +
	"It is not corrected for the number of variants: of twenty that make no difference, one is expected to look clear."

// Table is what came of a sweep.
type Table struct {
	Experiment    string   `json:"experiment"`
	Profile       string   `json:"profile"`
	Metric        string   `json:"metric"`
	LowerIsBetter bool     `json:"lower_is_better"`
	Seeds         []uint64 `json:"seeds"`
	Rows          []Row    `json:"variants"`
	Rule          string   `json:"rule"`
	Notes         []string `json:"notes,omitempty"`
	Failed        int      `json:"failed"`  // runs
	Missing       int      `json:"missing"` // runs that have not ended
}

// Row is a variant. What is not known, such as an interval of a single run, is nil.
type Row struct {
	Set      Settings `json:"set"`
	Adjusted Settings `json:"adjusted,omitempty"` // to match the cost of the first variant
	N        int      `json:"n"`                  // runs that are done
	Mean     *float64 `json:"mean"`               // of the metric after the last step
	CI95     *float64 `json:"ci95"`               // half the width of its 95 % interval
	Diff     *float64 `json:"diff"`               // mean difference to the first variant, over the seeds that both have
	DiffCI95 *float64 `json:"diff_ci95"`
	Clear    bool     `json:"clear"` // by Rule

	Params        int        `json:"params"`
	FLOPs         float64    `json:"flops"` // of one example, forward
	StepsPerS     *float64   `json:"steps_per_s"`
	PeakRSSMB     *int       `json:"peak_rss_mb"`
	Values        []*float64 `json:"values"` // of the metric, by seed
	Failed        int        `json:"failed,omitempty"`
	FailedBecause string     `json:"failed_because,omitempty"` // of the first run that failed
	Folders       []string   `json:"folders"`                  // run folders below the sweep's, by seed
}

// Name names the row for people.
func (r Row) Name() string { return Variant{Set: r.Set, Adjusted: r.Adjusted}.Name() }

// Table reads the run folders. It may be called while the sweep runs.
func (s *Sweep) Table() *Table {
	p := s.Plan
	t := &Table{Experiment: p.Experiment, Profile: p.Profile, Metric: p.Goal.Metric, LowerIsBetter: p.Goal.LowerIsBetter, Seeds: p.Seeds, Rule: Rule, Notes: p.Notes}
	for i, v := range p.Variants {
		row := Row{Set: v.Set, Adjusted: v.Adjusted, Params: v.Params, FLOPs: v.FLOPs}
		if row.Set == nil {
			row.Set = Settings{}
		}
		var speeds []float64
		for _, c := range p.Cells {
			if c.Variant != i {
				continue
			}
			row.Folders = append(row.Folders, c.Folder)
			value, speed := t.read(&row, s.dir(c), p.Goal.Metric)
			row.Values = append(row.Values, value)
			if !math.IsNaN(speed) {
				speeds = append(speeds, speed)
			}
		}
		row.StepsPerS = known(median(speeds))
		mean, half := Interval(present(row.Values))
		row.N, row.Mean, row.CI95 = len(present(row.Values)), known(mean), known(half)
		if i > 0 {
			row.compare(t.Rows[0])
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// read adds what a run folder says to a row, and returns the run's metric, nil where it is not done, and its speed.
func (t *Table) read(row *Row, dir, metric string) (*float64, float64) {
	r, err := runs.Open(dir)
	if err != nil || (r.Info.Status != runs.Done && r.Info.Status != runs.Failed) {
		t.Missing++
		return nil, math.NaN()
	}
	if r.Info.Status == runs.Failed {
		t.Failed++
		row.Failed++
		if row.FailedBecause == "" {
			row.FailedBecause = r.Info.Error
		}
		return nil, math.NaN()
	}
	if mb := r.Info.PeakRSSMB; mb > 0 && (row.PeakRSSMB == nil || mb > *row.PeakRSSMB) {
		row.PeakRSSMB = &mb
	}
	var speeds []float64
	records, _ := r.Records() // without them the speed is not known
	for _, record := range records {
		if record.StepsPerSecond > 0 {
			speeds = append(speeds, record.StepsPerSecond)
		}
	}
	value, ok := r.Info.Metrics[metric]
	if !ok {
		return nil, median(speeds)
	}
	return &value, median(speeds)
}

// compare states the difference to the first row.
func (r *Row) compare(first Row) {
	var differences []float64
	for i := range r.Values {
		if r.Values[i] != nil && first.Values[i] != nil {
			differences = append(differences, *r.Values[i]-*first.Values[i])
		}
	}
	mean, half := Interval(differences)
	r.Diff, r.DiffCI95 = known(mean), known(half)
	r.Clear = !math.IsNaN(half) && math.Abs(mean) > half
}

func present(values []*float64) (out []float64) {
	for _, v := range values {
		if v != nil {
			out = append(out, *v)
		}
	}
	return out
}

func known(x float64) *float64 {
	if math.IsNaN(x) {
		return nil
	}
	return &x
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
