// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"path/filepath"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/sweep"
)

// file is an experiment with three numbers of the paper: one that is counted, one that is measured, one that is not
// comparable.
const file = `task = "language"
[train]
steps = 20

[[paper]]
table = "words"
source = "Table 1"
page = 6
row = "IO"
metric = "parameters"
value = 0.7
unit = "M"
ours = "params"

[[paper]]
table = "words"
source = "Table 1"
row = "IO"
metric = "bits"
value = 2.5
ours = "bits_per_masked_byte"
note = "another text"

[[paper]]
table = "words"
source = "Table 2"
row = "IO"
metric = "GLUE"
value = 81.0

[small.train]
steps = 40
`

func load(t testing.TB, profile string, set ...string) *experiment.Experiment {
	t.Helper()
	x, err := experiment.Parse("words/io.toml", "words/io", []byte(file), experiment.Options{Profile: profile, Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// planned is a plan of three runs of the experiment.
func planned(t testing.TB, profile string) (*experiment.Experiment, *sweep.Plan) {
	t.Helper()
	plan, err := sweep.NewPlan(t.Context(), func(set ...string) (*experiment.Experiment, error) {
		return load(t, profile, set...), nil
	}, sweep.Options{Variants: []sweep.Settings{nil}, Seeds: 3})
	if err != nil {
		t.Fatal(err)
	}
	return load(t, profile), plan
}

// ended writes a run folder as a training would leave it.
func ended(t testing.TB, dir string, c sweep.Cell, status string, bits float64, diff string) {
	t.Helper()
	r, err := runs.Create(filepath.Join(dir, c.Folder), c.TOML, runs.Info{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.WriteSource([]byte(diff)); err != nil {
		t.Fatal(err)
	}
	err = r.Update(func(i *runs.Info) {
		i.Status, i.Step, i.Seed, i.Commit = status, 20, c.Seed, "0123456789abcdef"
		i.Seconds = map[string]float64{"step": 0.1, "eval": 0.2, "save": 0.3}
		i.Machine = runs.Machine{Host: "secret", CPU: "Chip", Cores: 2, Backend: "xla", Plugin: "PJRT 0.1"}
		if status == runs.Done {
			i.Metrics = map[string]float64{"bits_per_masked_byte": bits, "accuracy": 0.5}
			i.Baselines = map[string]float64{"unigram_bits": 4.5}
		} else {
			i.Error = "step 3: the loss is NaN"
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// measured is the result of three runs that are done.
func measured(t testing.TB, profile string, bits ...float64) Result {
	t.Helper()
	dir := t.TempDir()
	x, plan := planned(t, profile)
	for i, b := range bits {
		ended(t, dir, plan.Cells[i], runs.Done, b, "")
	}
	r, err := MeasureRuns(x, NewSize(profile, nil, ""), dir, plan)
	if err != nil {
		t.Fatal(err)
	}
	return *r
}

// wordsTable is the table of the file.
func wordsTable(t testing.TB) Table {
	t.Helper()
	tables, err := Collect([]*experiment.Experiment{load(t, "")}, func(*experiment.Experiment) (map[string]float64, error) {
		return map[string]float64{"params": 701_234, "flops": 1e9}, nil
	})
	if err != nil || len(tables) != 1 {
		t.Fatalf("%v, %d tables", err, len(tables))
	}
	return tables[0]
}
