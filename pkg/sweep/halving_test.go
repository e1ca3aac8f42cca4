// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"slices"
	"strings"
	"testing"
)

func TestHalve(t *testing.T) {
	dir := t.TempDir()
	var rounds [][]string
	var steps []string
	train := func(p *Plan) (*Table, error) {
		s := &Sweep{Dir: dir, Plan: p, Executor: local(2)}
		err := s.Run(t.Context())
		var round []string
		for _, v := range p.Variants {
			round = append(round, v.Name())
		}
		rounds = append(rounds, round)
		for _, line := range strings.Split(string(p.Cells[0].TOML), "\n") {
			if strings.HasPrefix(line, "steps = ") {
				steps = append(steps, line)
			}
		}
		return s.Table(), err
	}
	table, err := Halve(t.Context(), load, Options{Variants: grid(t, "model.latents=2,8,16,32,64")}, 2, train)
	if err != nil {
		t.Fatal(err)
	}
	// More latents are better in these tests; the first variant, the worst, stays.
	want := [][]string{
		{"latents=2", "latents=8", "latents=16", "latents=32", "latents=64"},
		{"latents=2", "latents=16", "latents=32", "latents=64"},
		{"latents=2", "latents=32", "latents=64"},
		{"latents=2", "latents=32", "latents=64"},
	}
	if !slices.EqualFunc(rounds, want, slices.Equal) || !slices.Equal(steps, []string{"steps = 3", "steps = 5", "steps = 10", "steps = 20"}) {
		t.Errorf("rounds %v with %v", rounds, steps)
	}
	if len(table.Rows) != 3 || len(table.Notes) != 2 || !strings.Contains(table.Notes[0], "latents=8 was dropped after 3 steps") {
		t.Errorf("%d rows, notes %q", len(table.Rows), table.Notes)
	}
	for _, c := range []struct {
		o   Options
		eta int
	}{{Options{Variants: grid(t, "model.latents=8,16")}, 1}, {Options{Variants: grid(t, "train.steps=8,16")}, 2}} {
		if _, err := Halve(t.Context(), load, c.o, c.eta, train); err == nil {
			t.Errorf("%+v by %d was accepted", c.o, c.eta)
		}
	}
}
