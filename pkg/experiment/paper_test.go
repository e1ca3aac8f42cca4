// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const rows = `
task = "language"
[train]
steps = 10

[[paper]]
table = "language"
source = "Table 1"
row = "Perceiver IO, bytes"
metric = "GLUE"
value = 81
note = "another measure"

[[paper]]
table = "flow-1"
source = "Table 4"
page = 8
row = "Perceiver IO"
metric = "EPE"
value = 1.81
unit = "px"
ours = "epe"

[paper.model]
latents = 48
[paper.train]
steps = 70
`

func TestPaperRows(t *testing.T) {
	want := []PaperRow{
		{Table: "language", Source: "Table 1", Row: "Perceiver IO, bytes", Metric: "GLUE", Value: 81, Note: "another measure"},
		{Table: "flow-1", Source: "Table 4", Page: 8, Row: "Perceiver IO", Metric: "EPE", Value: 1.81, Unit: "px", Ours: "epe"},
	}
	for profile, c := range map[string]struct{ latents, steps int }{"quick": {32, 10}, "paper": {48, 70}} {
		e, err := parse(strings.Replace(rows, "[train]", "[model]\nlatents = 32\n[train]", 1), Options{Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, e.Paper); d != "" {
			t.Errorf("%s: %s", profile, d)
		}
		if model(e).Latents != c.latents || e.Train.Steps != c.steps {
			t.Errorf("%s: %d latents, %d steps", profile, model(e).Latents, e.Train.Steps)
		}
		if got := Tables(e.Paper); !cmp.Equal(got, []string{"flow-1", "language"}) {
			t.Errorf("tables %q", got)
		}
	}
}

// TestOnePaperTable has a single row as a section, with sections of the profile in it.
func TestOnePaperTable(t *testing.T) {
	e, err := parse("task='language'\n[paper]\ntable='a'\nsource='Table 1'\nrow='b'\nmetric='c'\nvalue=1.5\n[paper.train]\nsteps=7", Options{Profile: "paper"})
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Paper) != 1 || e.Paper[0].Value != 1.5 || e.Train.Steps != 7 {
		t.Errorf("%+v, %d steps", e.Paper, e.Train.Steps)
	}
}

// TestPaperRowsAreNoSettings holds that what the paper says does not make another run of an experiment.
func TestPaperRowsAreNoSettings(t *testing.T) {
	with, err := parse(rows, Options{})
	if err != nil {
		t.Fatal(err)
	}
	without, err := parse(rows[:strings.Index(rows, "[[paper]]")], Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, errA := with.TOML()
	b, errB := without.TOML()
	if errA != nil || errB != nil || string(a) != string(b) {
		t.Errorf("the effective experiments differ (%v, %v):\n%s", errA, errB, cmp.Diff(string(a), string(b)))
	}
	if _, err := parse(rows, Options{Set: []string{"paper.value=3"}}); err == nil {
		t.Error("a row was set by --set")
	}
}

func TestBadPaperRows(t *testing.T) {
	const whole = "table='a'\nsource='Table 1'\nrow='b'\nmetric='c'\nvalue=1\n"
	for _, c := range []struct {
		name, content string
		want          []string
	}{
		{"unknown key", "[[paper]]\n" + whole + "pag=3", []string{"row 1", "paper.pag", "paper.page"}},
		{"unknown key of the second", "[[paper]]\n" + whole + "[[paper]]\nmetrik='x'", []string{"row 2", "paper.metrik", "paper.metric"}},
		{"no value", "[[paper]]\n" + strings.Replace(whole, "value=1\n", "", 1), []string{"row 1", "paper.value"}},
		{"empty text", "[[paper]]\n" + strings.Replace(whole, "'b'", "''", 1), []string{"row 1", "paper.row"}},
		{"empty row", "[[paper]]\n", []string{"row 1", "empty"}},
		{"text for a number", "[[paper]]\n" + strings.Replace(whole, "value=1", "value='1'", 1), []string{"paper.value", "a number"}},
		{"a name that leaves the folder", "[[paper]]\n" + strings.Replace(whole, "'a'", "'../a'", 1), []string{"paper.table", "../a"}},
		{"negative page", "[[paper]]\n" + whole + "page=-1", []string{"paper.page = -1"}},
		{"several lines", "[[paper]]\n" + whole + "note='''a\nb'''", []string{"paper.note", "one"}},
		{"a row twice", "[[paper]]\n" + whole + "[[paper]]\n" + whole, []string{"row 2", "already"}},
		{"no rows", "paper=3\n", []string{"paper = 3", "[[paper]]"}},
		{"list of numbers", "paper=[3]\n", []string{"paper = [3]", "[[paper]]"}},
		{"unknown section", "[[paper]]\n" + whole + "[paper.modle]\nlatents=3", []string{"paper.modle", "paper.model"}},
		{"unknown key of the profile", "[[paper]]\n" + whole + "[paper.model]\nlatens=3", []string{"model.latens", "model.latents"}},
		{"a section twice", "[[paper]]\n" + whole + "[paper.train]\nsteps=3\n[[paper]]\n" + strings.Replace(whole, "'b'", "'B'", 1) + "[paper.train]\nsteps=3", []string{"[paper.train]"}},
		{"rows below the profile", "[paper.train]\nsteps=3\n[[paper]]\n" + whole, []string{"line 4", "above"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parse("task='language'\n"+c.content, Options{})
			var bad *Error
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want an *Error", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not speak of %q", err, want)
				}
			}
		})
	}
}
