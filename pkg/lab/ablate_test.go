// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// TestAblate trains an ablation in this process, and takes over what is there.
func TestAblate(t *testing.T) {
	quiet(t)
	a := Ablation{Vary: []string{"model.latents=4,8"}, Seeds: 2, Out: filepath.Join(t.TempDir(), "sweep")}
	p, err := Ablate(t.Context(), "language/mlm", a, tiny)
	if err != nil {
		t.Fatal(err)
	}
	rows := p.Table.Rows
	if len(rows) != 2 || rows[0].N != 2 || rows[1].N != 2 || rows[1].Diff == nil || p.Table.Missing != 0 {
		t.Fatalf("%+v", p.Table)
	}
	if d := *rows[1].Diff - (*rows[1].Mean - *rows[0].Mean); d > 1e-9 || d < -1e-9 {
		t.Errorf("the difference is %g, the means are %g and %g", *rows[1].Diff, *rows[0].Mean, *rows[1].Mean)
	}
	if text := p.View().Text(); !strings.Contains(text, "latents=8") {
		t.Errorf("the table:\n%s", text)
	}
	curves, err := p.Curves()
	if err != nil {
		t.Fatal(err)
	}
	if png, err := viz.PNG(curves, 0, 0); err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) || curves.Y.Label.Text != "bits per masked byte" {
		t.Errorf("the curves: %v, over %q", err, curves.Y.Label.Text)
	}
	if png, err := os.ReadFile(filepath.Join(p.Dir, "table.png")); err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("the picture: %v", err)
	}
	second, err := p.Variant(1)
	if err != nil {
		t.Fatal(err)
	}
	if run, err := second.Run(); err != nil || run.Info.Metrics["bits_per_masked_byte"] != *rows[1].Values[0] || run.Info.Seed != 0 {
		t.Errorf("the second variant: %v, %+v", err, run)
	}
	if _, err := p.Variant(2); err == nil {
		t.Error("there is a third variant")
	}
	a.Vary = []string{"model.latents=8"}
	again, err := PlanAblation(t.Context(), "language/mlm", a, tiny)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nothing may be left to do
	if err := again.Run(ctx); err != nil || *again.Table.Rows[0].Mean != *rows[1].Mean {
		t.Errorf("with fewer variants: %v, %+v", err, again.Table.Rows)
	}
}

func TestAblationsHaveFolders(t *testing.T) {
	t.Setenv("PERCEIVER_RUNS", t.TempDir())
	folder := func(a Ablation, opts ...Option) string {
		p, err := PlanAblation(t.Context(), "language/mlm", a, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return p.Dir
	}
	one := folder(Ablation{Vary: []string{"model.latents=4,8"}})
	if got := folder(Ablation{Vary: []string{"model.latents=8,16,32"}, Seeds: 5}); got != one {
		t.Errorf("more values and seeds are in %s, the first ones in %s", got, one)
	}
	for _, other := range []string{
		folder(Ablation{Vary: []string{"model.blocks=1,2"}}),
		folder(Ablation{Vary: []string{"model.latents=4,8"}}, Set("train.steps=7")),
		folder(Ablation{Vary: []string{"model.latents=4,8"}, Match: "flops"}),
	} {
		if other == one {
			t.Error("another ablation has the same folder")
		}
	}
}

func TestWrongAblationsAreTheUsersDoing(t *testing.T) {
	for _, a := range []Ablation{{}, {Vary: []string{"latents"}}, {Vary: []string{"model.latens=1,2"}}, {Variant: []string{"x"}}, {Vary: []string{"a=1..2"}}} {
		_, err := PlanAblation(t.Context(), "language/mlm", a)
		var wrong *experiment.Error
		if !errors.As(err, &wrong) {
			t.Errorf("%+v: got %v, want an *experiment.Error", a, err)
		}
	}
}

// TestTheEnvironmentDoesNotUndoWhatIsVaried has a setting in PERCEIVER_SET that is also varied.
func TestTheEnvironmentDoesNotUndoWhatIsVaried(t *testing.T) {
	t.Setenv("PERCEIVER_SET", "train.steps=20 model.latents=16")
	p, err := PlanAblation(t.Context(), "language/mlm", Ablation{Vary: []string{"model.latents=4,8"}})
	if err != nil {
		t.Fatal(err)
	}
	if content := string(p.Plan.Cells[1].TOML); !strings.Contains(content, "\nlatents = 8\n") || !strings.Contains(content, "\nsteps = 20\n") {
		t.Errorf("the second variant is\n%s", content)
	}
}
