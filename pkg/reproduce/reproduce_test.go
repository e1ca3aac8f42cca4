// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package reproduce

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/runs"
)

func TestMeasureRuns(t *testing.T) {
	dir := t.TempDir()
	x, plan := planned(t, "quick")
	ended(t, dir, plan.Cells[0], runs.Done, 3.0, "")
	ended(t, dir, plan.Cells[1], runs.Done, 2.0, "diff --git")
	ended(t, dir, plan.Cells[2], runs.Failed, 0, "")
	r, err := MeasureRuns(x, NewSize("quick", nil, ""), dir, plan)
	if err != nil {
		t.Fatal(err)
	}
	m := r.Metrics["bits_per_masked_byte"]
	// Two values that are 1 apart: 12.706 times the standard error of 0.5.
	if r.N != 2 || m.N != 2 || m.Mean != 2.5 || m.CI95 == nil || math.Abs(*m.CI95-6.353) > 1e-3 {
		t.Errorf("%+v", r)
	}
	if b := r.Baselines["unigram_bits"]; b.Mean != 4.5 || *b.CI95 != 0 {
		t.Errorf("baseline %+v", b)
	}
	if len(r.Runs) != 3 || r.Runs[0].Modified || !r.Runs[1].Modified || r.Runs[1].Seed != 1 || math.Abs(r.Runs[0].Seconds-0.6) > 1e-9 {
		t.Errorf("runs %+v", r.Runs)
	}
	if n, because := r.failed(); n != 1 || because != "step 3: the loss is NaN" {
		t.Errorf("%d failed because %q", n, because)
	}
	for range 20 { // the same runs make the same page
		if again, err := MeasureRuns(x, NewSize("quick", nil, ""), dir, plan); err != nil || !cmp.Equal(r, again) {
			t.Fatalf("%v, %s", err, cmp.Diff(r, again))
		}
	}
	if r.Status != AtSmallSize || r.Goal != "bits_per_masked_byte" || !r.LowerWins || r.Steps != 20 || r.Params == 0 {
		t.Errorf("%+v", r)
	}
}

// TestRunsThatHaveNotEndedDoNotCount has one run that was interrupted, one that has not begun, and one that is done.
func TestRunsThatHaveNotEndedDoNotCount(t *testing.T) {
	dir := t.TempDir()
	x, plan := planned(t, "quick")
	ended(t, dir, plan.Cells[0], runs.Interrupted, 0, "")
	ended(t, dir, plan.Cells[2], runs.Done, 2, "")
	r, err := MeasureRuns(x, NewSize("quick", nil, ""), dir, plan)
	if err != nil || r.N != 1 || len(r.Runs) != 1 || r.Metrics["accuracy"].CI95 != nil {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestProfilesStandBesideEachOther holds that a quick result takes no other's place.
func TestProfilesStandBesideEachOther(t *testing.T) {
	p := &Page{Table: "words"}
	p.Put(measured(t, "small", 1.5, 1.6, 1.7))
	p.Put(measured(t, "quick", 3.0, 3.1, 3.2))
	changed := measured(t, "quick", 5, 5, 5)
	changed.Size = NewSize("quick", []string{"train.steps=3"}, "")
	p.Put(changed)
	p.Put(measured(t, "quick", 2.0, 2.1, 2.2))
	p.Judge(wordsTable(t), nil)
	row := p.Rows[1]
	got := map[string]float64{}
	for _, o := range row.Results {
		got[o.Size.String()] = math.Round(o.Mean*1e6) / 1e6
	}
	if d := cmp.Diff(map[string]float64{"quick": 2.1, "small": 1.6, "quick with train.steps=3": 5}, got); d != "" {
		t.Error(d)
	}
	if row.Status != AtSmallSize || row.Why != "another text" {
		t.Errorf("status %q: %q", row.Status, row.Why)
	}
	headers, rows := p.Grid()
	want := []string{"in the paper", "row", "metric", "paper", "ours, counted", "ours, quick", "ours, quick with train.steps=3", "ours, small", "status"}
	if d := cmp.Diff(want, headers); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"Table 1, p. 6", "IO", "parameters [M]", "0.7", "0.7012", "", "", "", "counted"}, rows[0]); d != "" {
		t.Error(d)
	}
	if rows[1][5] != "2.1 ± 0.25 (n = 3)" || rows[1][7] != "1.6 ± 0.25 (n = 3)" || rows[1][4] != "" {
		t.Errorf("row %q", rows[1])
	}
}

func TestReached(t *testing.T) {
	p := &Page{Table: "words"}
	p.Put(measured(t, "quick", 3.0, 3.1, 3.2))
	p.Put(measured(t, "small"))
	headers, rows := p.Reached()
	want := [][]string{{"words/io", "quick", "bits per masked byte", "3.1 ± 0.25", "3", "54.15 MFLOP", "unigram bits 4.5"}, {"words/io", "small", "bits per masked byte", "–", "0", "54.15 MFLOP", ""}}
	if d := cmp.Diff(want, rows); d != "" || len(headers) != len(rows[0]) {
		t.Errorf("%q %s", headers, d)
	}
}

// TestFewerRunsDoNotReplaceMore holds for the same settings only.
func TestFewerRunsDoNotReplaceMore(t *testing.T) {
	p := &Page{Table: "words"}
	p.Put(measured(t, "quick", 3.0, 3.1, 3.2))
	if kept := p.Put(measured(t, "quick", 9)); !kept || p.Results[0].N != 3 {
		t.Errorf("kept %v, %d runs", kept, p.Results[0].N)
	}
	other := measured(t, "quick", 9)
	other.Settings = "another"
	if kept := p.Put(other); kept || len(p.Results) != 1 || p.Results[0].N != 1 {
		t.Errorf("kept %v, %d runs", kept, p.Results[0].N)
	}
}

func TestJudge(t *testing.T) {
	p := &Page{Table: "words"}
	status := func(because map[string]string) [2]string {
		p.Judge(wordsTable(t), because)
		return [2]string{p.Rows[1].Status, p.Rows[1].Why}
	}
	if got := status(nil); got != [2]string{NotAttempted, "it was not run; another text"} {
		t.Errorf("without runs: %q", got)
	}
	if got := status(map[string]string{"words/io": "quick: no data"}); got != [2]string{NotAttempted, "quick: no data; another text"} {
		t.Errorf("without data: %q", got)
	}
	if p.Rows[0].Status != Counted || p.Rows[2].Status != NotAttempted || p.Rows[2].Why != "no metric of ours is comparable" {
		t.Errorf("%+v", p.Rows)
	}
	failed := measured(t, "quick")
	failed.Runs = []Run{{Status: runs.Failed, Error: "NaN"}}
	p.Put(failed)
	if got := status(nil); got != [2]string{NotAttempted, "quick: 1 run failed: NaN; another text"} {
		t.Errorf("with a failed run: %q", got)
	}
	lacking := measured(t, "quick", 3)
	delete(lacking.Metrics, "bits_per_masked_byte")
	p.Put(lacking)
	if got := status(nil); got[0] != NotAttempted || !strings.Contains(got[1], "no metric bits_per_masked_byte, only accuracy") {
		t.Errorf("with another metric: %q", got)
	}
	p.Put(measured(t, "paper", 2))
	p.Put(measured(t, "small", 2))
	if got := status(nil); got[0] != AtPaperSize {
		t.Errorf("in the paper's size: %q", got)
	}
	gone := measured(t, "quick", 3)
	gone.Experiment = "words/gone"
	p.Put(gone)
	status(nil)
	for _, r := range p.Results {
		if r.Experiment != "words/io" {
			t.Errorf("the result of %s is still there", r.Experiment)
		}
	}
}

func TestOfficial(t *testing.T) {
	table := wordsTable(t)
	table.Rows[0].Official = "language"
	p := &Page{Table: "words"}
	for _, c := range []struct {
		o      Official
		status string
	}{
		{Official{Model: "image_conv", Comparisons: 7}, Counted},
		{Official{Model: "language", Comparisons: 7, Bad: 1}, Counted},
		{Official{Model: "language"}, Counted},
		{Official{Model: "language", Comparisons: 7}, Matched},
	} {
		p.PutOfficial(c.o)
		p.Judge(table, nil)
		if p.Rows[0].Status != c.status {
			t.Errorf("%+v: %q, want %q", c.o, p.Rows[0].Status, c.status)
		}
	}
	if len(p.Official) != 2 || p.Rows[0].Why != "language: 7 comparisons with the port agree" {
		t.Errorf("%+v, %q", p.Official, p.Rows[0].Why)
	}
}

func TestPagesAreReadAsTheyWereWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	p := &Page{Table: "words"}
	p.Put(measured(t, "quick", 3.0, 3.1, 3.2))
	p.PutOfficial(Official{Model: "language", Comparisons: 7})
	p.Judge(wordsTable(t), nil)
	if err := p.Write(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "words-io.md"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	again, err := Read(dir, "words")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p, again); d != "" {
		t.Error(d)
	}
	if err := again.Write(dir); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(dir, "words.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| Table 1 | IO | bits | 2.5 |  | 3.1 ± 0.25 (n = 3) | reproduced at reduced scale: another text |",
		"### words/io, quick", "Reproduced at reduced scale: 3 runs of 20 steps", "commit 0123456;", "2 cores of Chip, xla PJRT 0.1",
		"`perceiver reproduce words --profile quick --seeds 3`", "3 (seed 0), 3.1 (seed 1), 3.2 (seed 2)", "| baseline: unigram bits | 4.5 ± 0 |", "(words-io.md)", "7 comparisons",
	} {
		if !strings.Contains(string(content), want) {
			t.Errorf("the page does not say %q:\n%s", want, content)
		}
	}
	if strings.Contains(string(content), "secret") {
		t.Error("the page names the machine")
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 3 {
		t.Errorf("the folder has %q", files)
	}
}

func TestBadPages(t *testing.T) {
	dir := t.TempDir()
	for content, want := range map[string]string{"{": "remove it", `{"table":"sounds"}`: `"sounds"`, `{"table":"words","rows":3}`: "remove it"} {
		if err := os.WriteFile(filepath.Join(dir, "words.json"), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir, "words"); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "words.json") {
			t.Errorf("%s: got %v", content, err)
		}
	}
	if err := os.Truncate(filepath.Join(dir, "words.json"), 1<<40); err == nil {
		if _, err := Read(dir, "words"); err == nil || !strings.Contains(err.Error(), "bytes") {
			t.Errorf("a huge file: %v", err)
		}
	}
	if p, err := Read(dir, "sounds"); err != nil || p.Table != "sounds" {
		t.Errorf("no file: %v, %v", p, err)
	}
}

func TestCollect(t *testing.T) {
	other, err := experiment.Parse("b.toml", "b", []byte(strings.ReplaceAll(file, `"words"`, `"sounds"`)), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	again, err := experiment.Parse("c.toml", "c", []byte(file), experiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tables, err := Collect([]*experiment.Experiment{load(t, ""), other, again}, nil)
	if err != nil || len(tables) != 2 || tables[0].Name != "sounds" || len(tables[1].Rows) != 6 || !cmp.Equal(tables[1].Experiments(), []string{"words/io", "c"}) {
		t.Errorf("%v, %+v", err, tables)
	}
	bad := errors.New("no model")
	if _, err := Collect([]*experiment.Experiment{other}, func(*experiment.Experiment) (map[string]float64, error) { return nil, bad }); !errors.Is(err, bad) {
		t.Errorf("got %v", err)
	}
}

func TestSizes(t *testing.T) {
	for want, s := range map[string]Size{
		"quick":                        NewSize("quick", nil, ""),
		"small with a=1 b=2, on books": NewSize("small", []string{"a=1", "b=2"}, "/home/me/books/"),
		"quick, on goroot:go":          NewSize("quick", nil, "goroot:go"),
	} {
		if s.String() != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{81: "81", 2.5724: "2.572", 1365: "1365", 98765: "98765", 1.2345678e12: "1.235e+12", 0.000123456: "0.0001235"} {
		if got := number(x); got != want {
			t.Errorf("%g is written %q, want %q", x, got, want)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"table":"words","rows":[{"table":"words","results":[{"profile":"quick","mean":1}]}],"results":[{"runs":[{"commit":"a"}],"metrics":{"a":{"mean":1}}}]}`))
	f.Add([]byte(`{"table":"words","results":[{"goal":"a","status":"","metrics":{"b":{},"a":{}}}],"official":[{}]}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, content []byte) {
		if p, err := parse("words.json", "words", content); err == nil {
			p.Markdown("words-more.md")
			p.Judge(Table{Name: "words"}, nil)
		}
	})
}
