// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/sweep"
)

// Result is what the runs of an experiment in one profile reached.
type Result struct {
	Experiment string `json:"experiment"`
	Size
	Status   string `json:"status"`   // AtPaperSize or AtSmallSize; NotAttempted where no run is done
	Settings string `json:"settings"` // digest of the effective experiment with the first seed

	Goal      string             `json:"goal"` // the metric by which the best checkpoint is chosen
	LowerWins bool               `json:"lower_wins"`
	N         int                `json:"n"`       // runs that are done
	Metrics   map[string]Measure `json:"metrics"` // of the last evaluation
	Baselines map[string]Measure `json:"baselines,omitempty"`
	Runs      []Run              `json:"runs"`
	Params    int                `json:"params"`
	FLOPs     float64            `json:"flops"` // of one example, forward
	Steps     int                `json:"steps"`
}

// Size is what profile was run, and what was changed in it. Results of different sizes are never blended.
type Size struct {
	Profile string   `json:"profile"`
	Set     []string `json:"set,omitempty"`  // settings, as "train.steps=20"
	Data    string   `json:"data,omitempty"` // other data than the experiment's own; of a path the last part
}

// NewSize is the size of a profile with settings and, where it is not "", other data.
func NewSize(profile string, set []string, data string) Size {
	if !strings.Contains(data, ":") { // a path, of which the folders are those of one machine
		data = strings.Trim(filepath.Base("/"+data), "/")
	}
	return Size{profile, set, data}
}

func (s Size) same(o Size) bool {
	return s.Profile == o.Profile && s.Data == o.Data && slices.Equal(s.Set, o.Set)
}

// String names the size: "quick", or "quick with train.steps=20, on books".
func (s Size) String() string {
	name := s.Profile
	if len(s.Set) > 0 {
		name += " with " + strings.Join(s.Set, " ")
	}
	if s.Data != "" {
		name += ", on " + s.Data
	}
	return name
}

// Measure is a mean over runs with its 95 % interval.
type Measure struct {
	Mean float64  `json:"mean"`
	CI95 *float64 `json:"ci95"` // half its width, by Student's t; nil for one run
	N    int      `json:"n"`
}

// Run is a run behind a result.
type Run struct {
	Folder   string             `json:"folder"` // its name below the folder of the experiment
	Seed     uint64             `json:"seed"`
	Status   string             `json:"status"`
	Error    string             `json:"error,omitempty"` // why it failed
	Step     int                `json:"step"`
	Metrics  map[string]float64 `json:"metrics,omitempty"`
	Commit   string             `json:"commit,omitempty"`
	Modified bool               `json:"modified"` // the source was changed after the commit
	Machine  string             `json:"machine"`
	Seconds  float64            `json:"seconds"` // in which it ran
	Date     time.Time          `json:"date"`
}

// MeasureRuns reads the runs of a sweep that trained one variant of an experiment: the experiment as it is. Runs that have
// not ended do not count; that a run failed is kept.
func MeasureRuns(x *experiment.Experiment, size Size, dir string, plan *sweep.Plan) (*Result, error) {
	if len(plan.Variants) != 1 {
		return nil, fmt.Errorf("results of %s: there are %d variants; a page has the experiment as it is", x.Name, len(plan.Variants))
	}
	r := &Result{Experiment: plan.Experiment, Size: size, Settings: Settings(plan), Goal: plan.Goal.Metric, LowerWins: plan.Goal.LowerIsBetter,
		Params: plan.Variants[0].Params, FLOPs: plan.Variants[0].FLOPs, Steps: x.Train.Steps, Metrics: map[string]Measure{}, Baselines: map[string]Measure{}}
	metrics, baselines := map[string][]float64{}, map[string][]float64{}
	for _, c := range plan.Cells {
		folder, err := runs.Open(filepath.Join(dir, c.Folder))
		if err != nil {
			continue // it has not begun
		}
		i := folder.Info
		if i.Status != runs.Done && i.Status != runs.Failed {
			continue
		}
		run := Run{Folder: c.Folder, Seed: c.Seed, Status: i.Status, Error: i.Error, Step: i.Step, Commit: i.Commit, Machine: Machine(i.Machine), Date: i.Updated}
		if run.Modified, err = modified(folder.Dir); err != nil {
			return nil, err
		}
		for _, kind := range slices.Sorted(maps.Keys(i.Seconds)) { // in order, so that the sum is the same every time
			run.Seconds += i.Seconds[kind]
		}
		if i.Status == runs.Done {
			r.N++
			run.Metrics = i.Metrics
			for name, v := range i.Metrics {
				metrics[name] = append(metrics[name], v)
			}
			for name, v := range i.Baselines {
				baselines[name] = append(baselines[name], v)
			}
		}
		r.Runs = append(r.Runs, run)
	}
	switch {
	case r.N == 0:
		r.Status = NotAttempted
	case size.Profile == "paper" && len(size.Set) == 0:
		r.Status = AtPaperSize
	default:
		r.Status = AtSmallSize
	}
	for name, values := range metrics {
		r.Metrics[name] = measure(values)
	}
	for name, values := range baselines {
		r.Baselines[name] = measure(values)
	}
	return r, nil
}

func measure(values []float64) Measure {
	mean, half := sweep.Interval(values)
	m := Measure{Mean: mean, N: len(values)}
	if !math.IsNaN(half) {
		m.CI95 = &half
	}
	return m
}

// Settings is a digest of what the runs of a plan train.
func Settings(plan *sweep.Plan) string {
	sum := sha256.Sum256(plan.Cells[0].TOML)
	return hex.EncodeToString(sum[:8])
}

// modified says whether the source of a run differed from its commit.
func modified(dir string) (bool, error) {
	info, err := os.Stat(filepath.Join(dir, runs.SourceFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("results: %w", err)
	}
	return info.Size() > 0, nil
}

// Machine says in words where a run ran, without its name.
func Machine(m runs.Machine) string {
	words := fmt.Sprintf("%d cores of %s, %s", m.Cores, m.CPU, m.Backend)
	if m.CPU == "" {
		words = fmt.Sprintf("%d cores, %s, %s", m.Cores, m.OS, m.Backend)
	}
	if m.Plugin != "" {
		words += " " + m.Plugin
	}
	return words
}

// failed are the runs that failed, and why the first did.
func (r *Result) failed() (n int, because string) {
	for _, run := range r.Runs {
		if run.Status == runs.Failed {
			if n++; because == "" {
				because = run.Error
			}
		}
	}
	return n, because
}
