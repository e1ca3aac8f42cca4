// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/reproduce"
)

// tinyFile is an experiment that takes a second, with two numbers of a paper.
const tinyFile = `task = "language"
title = "tiny"
[model]
latents = 8
latent_dim = 32
layers_per_block = 1
qk_width = 32
v_width = 32
embedding_dim = 32
query_dim = 32
[data]
eval_windows = 32
[train]
batch = 8
steps = 6
log_every = 2
[[paper]]
table = "tiny"
source = "Table 1"
row = "IO"
metric = "bits"
value = 2.5
ours = "bits_per_masked_byte"
[[paper]]
table = "tiny"
source = "Table 1"
row = "IO"
metric = "parameters"
value = 20
unit = "M"
ours = "params"
[paper.model]
latents = 16
`

// inTwoFiles writes the experiment, and one whose data are not there.
func inTwoFiles(t *testing.T) (dir string, r Reproduction) {
	t.Helper()
	quiet(t)
	dir = t.TempDir()
	t.Setenv("PERCEIVER_RUNS", filepath.Join(dir, "runs"))
	here, away := filepath.Join(dir, "here.toml"), filepath.Join(dir, "away.toml")
	for path, content := range map[string]string{here: tinyFile, away: "source = \"" + filepath.ToSlash(filepath.Join(dir, "nothing.txt")) + "\"\n" + strings.ReplaceAll(tinyFile, `"tiny"`, `"far"`)} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, Reproduction{Experiments: []string{away, here}, Seeds: 2, Out: filepath.Join(dir, "results")}
}

func TestReproduce(t *testing.T) {
	dir, r := inTwoFiles(t)
	p, err := Reproduce(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if p.Failed() != 0 || p.Missing() != 0 || len(p.Pages) != 2 {
		t.Fatalf("%d failed, %d missing, %d pages", p.Failed(), p.Missing(), len(p.Pages))
	}
	far, tiny := p.Pages[0], p.Pages[1]
	if row := far.Rows[0]; row.Status != reproduce.NotAttempted || !strings.Contains(row.Why, "nothing.txt") {
		t.Errorf("without data: %+v", row)
	}
	bits, params := tiny.Rows[0], tiny.Rows[1]
	if bits.Status != reproduce.AtSmallSize || len(bits.Results) != 1 || bits.Results[0].N != 2 || bits.Results[0].CI95 == nil || bits.Results[0].Profile != "quick" {
		t.Errorf("measured: %+v", bits)
	}
	// The count is of the paper's size, not of the one that was trained.
	if quick := float64(tiny.Results[0].Params) / 1e6; params.Status != reproduce.Counted || params.Counted == nil || *params.Counted <= quick || *params.Counted > 2*quick {
		t.Errorf("counted: %+v beside %g", params, quick)
	}
	for _, name := range []string{"far.md", "far.json", "tiny.md", "tiny.json"} {
		if _, err := os.Stat(filepath.Join(dir, "results", name)); err != nil {
			t.Error(err)
		}
	}

	// Again, nothing is left to do, and another profile stands beside the first.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := read(t, dir, "tiny.json")
	again, err := PlanReproduction(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if again.Missing() != 0 || again.Run(ctx) != nil || !bytes.Equal(before, read(t, dir, "tiny.json")) {
		t.Errorf("again: %d missing, or the page has changed", again.Missing())
	}
	r.Tables, r.Profile, r.Seeds = []string{"tiny"}, "small", 1
	p, err = Reproduce(t.Context(), r)
	if err != nil || len(p.Pages) != 1 {
		t.Fatalf("%v, %d pages", err, len(p.Pages))
	}
	if got := p.Pages[0].Rows[0].Results; len(got) != 2 || got[0].N != 2 || got[1].N != 1 || got[1].Profile != "small" {
		t.Errorf("two profiles: %+v", got)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "results", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestReproductionsAreTakenUp interrupts after the first run and goes on.
func TestReproductionsAreTakenUp(t *testing.T) {
	dir, r := inTwoFiles(t)
	r.Tables = []string{"tiny"}
	ctx, cancel := context.WithCancel(t.Context())
	r.Executor = oneOnly{cancel}
	if _, err := Reproduce(ctx, r); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "results", "tiny.md")); err == nil {
		t.Error("half a result was written")
	}
	r.Executor = nil
	p, err := PlanReproduction(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if p.Missing() != 1 {
		t.Errorf("%d runs are missing, want 1", p.Missing())
	}
	if err := p.Run(t.Context()); err != nil || p.Pages[0].Results[0].N != 2 {
		t.Errorf("%v, %+v", err, p.Pages[0].Results)
	}
}

// oneOnly trains one run and is then interrupted.
type oneOnly struct{ cancel context.CancelFunc }

func (o oneOnly) Execute(ctx context.Context, dirs []string, ended func(string, error)) error {
	if err := (here{}).Execute(ctx, dirs[:1], ended); err != nil {
		return err
	}
	o.cancel()
	return ctx.Err()
}

func TestOfficialWeightsAreCompared(t *testing.T) {
	dir, r := inTwoFiles(t)
	t.Setenv("PERCEIVER_CACHE_DIR", filepath.Join(dir, "cache"))
	r.Experiments, r.Seeds = r.Experiments[1:], 1
	content := strings.Replace(tinyFile, "ours = \"params\"\n", "official = \"flow\"\n", 1)
	if err := os.WriteFile(r.Experiments[0], []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := Reproduce(t.Context(), r)
	if err != nil || p.Pages[0].Rows[1].Status != reproduce.NotAttempted {
		t.Fatalf("without the weights: %v, %+v", err, p.Pages[0].Rows)
	}
	model, err := ReleasedFolder("flow")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(model, os.DirFS("../published/testdata/optical_flow_small")); err != nil {
		t.Fatal(err)
	}
	p, err = Reproduce(t.Context(), r)
	if err != nil || p.Pages[0].Rows[1].Status != reproduce.Matched || len(p.Pages[0].Official) != 1 || p.Pages[0].Official[0].Comparisons < 10 {
		t.Errorf("with them: %v, %+v", err, p.Pages[0])
	}
}

func TestWrongReproductionsAreTheUsersDoing(t *testing.T) {
	dir, r := inTwoFiles(t)
	for name, change := range map[string]func(*Reproduction){
		"did you mean \"tiny\"": func(r *Reproduction) { r.Tables = []string{"tyni"} },
		"there are far, tiny":   func(r *Reproduction) { r.Tables = []string{"xxxxxxxxxx"} },
		"name the table":        func(r *Reproduction) { r.Data = "books" },
		"--out":                 func(r *Reproduction) { r.Set, r.Out = []string{"train.steps=3"}, "" },
		"model.latents":         func(r *Reproduction) { r.Set = []string{"model.latens=3"} },
		"no such experiment":    func(r *Reproduction) { r.Experiments = []string{filepath.Join(dir, "none")} },
	} {
		bad := r
		change(&bad)
		_, err := PlanReproduction(t.Context(), bad)
		var wrong *experiment.Error
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %q", err, name)
		}
	}
	content := strings.Replace(tinyFile, "ours = \"params\"\n", "official = \"flwo\"\n", 1)
	if err := os.WriteFile(r.Experiments[1], []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := PlanReproduction(t.Context(), r); err == nil || !strings.Contains(err.Error(), "paper.official") {
		t.Errorf("an unknown model: %v", err)
	}
}

// TestTheModulesTables reads the rows of every experiment of the module.
func TestTheModulesTables(t *testing.T) {
	quiet(t)
	if !slices.Contains(PaperTables(), "language") {
		t.Fatalf("tables %q", PaperTables())
	}
	p, err := PlanReproduction(t.Context(), Reproduction{Out: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Pages) != len(PaperTables()) || len(p.Trials) == 0 {
		t.Errorf("%d pages, %d experiments", len(p.Pages), len(p.Trials))
	}
}
