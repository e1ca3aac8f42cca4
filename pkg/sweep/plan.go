// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Load reads the experiment that is varied, with settings on top, each as "model.latents=64".
type Load func(set ...string) (*experiment.Experiment, error)

// Options say what to compare.
type Options struct {
	Variants []Settings // the first is what the others are compared with
	Seeds    int        // runs of each variant; 0: 1
	Match    string     // "flops" or "params": change a key of the other variants so that they cost as much as the first; "": do not
	Adjust   string     // the key that Match changes; "": model.layers_per_block, or model.latent_dim where the depth itself is varied
}

// Plan is what a sweep trains.
type Plan struct {
	Experiment, Profile string
	Goal                tasks.Goal
	Variants            []Variant
	Seeds               []uint64
	Cells               []Cell   // by variant, then by seed
	Notes               []string // what the reader of the results should know
}

// Variant is a row of the table.
type Variant struct {
	Set      Settings // what was asked for
	Adjusted Settings // what matching changed
	Params   int
	FLOPs    float64 // of one example, forward
}

// Name names the variant for people.
func (v Variant) Name() string {
	if len(v.Adjusted) == 0 {
		return v.Set.String()
	}
	return v.Set.String() + " (" + v.Adjusted.String() + ")"
}

// Cell is a run: a variant with a seed.
type Cell struct {
	Variant int // index of Plan.Variants
	Seed    uint64
	Folder  string // name of its run folder; the same experiment has the same name in every sweep
	TOML    []byte // its experiment
}

// mostCells bounds a sweep; more is a slip.
const mostCells = 10_000

// NewPlan works out what is to be trained, without training anything. An error is the user's doing: a key that is not
// there, variants that are the same.
func NewPlan(ctx context.Context, load Load, o Options) (*Plan, error) {
	base, err := load()
	if err != nil {
		return nil, err
	}
	if len(o.Variants) == 0 {
		return nil, fmt.Errorf("there are no variants to compare; vary a key, for example model.latents=32,64")
	}
	if o.Seeds < 0 || max(1, o.Seeds)*len(o.Variants) > mostCells {
		return nil, fmt.Errorf("%d seeds of %d variants: there must be at least 1 seed and at most %d runs", o.Seeds, len(o.Variants), mostCells)
	}
	p := &Plan{Experiment: base.Name, Profile: base.Profile}
	for i := range max(1, o.Seeds) {
		p.Seeds = append(p.Seeds, base.Train.Seed+uint64(i))
	}
	m, err := newMatcher(ctx, load, o)
	if err != nil {
		return nil, err
	}
	names := map[string]int{}
	for i, set := range o.Variants {
		if set.has("train.seed") {
			return nil, fmt.Errorf("train.seed cannot be varied: a difference between seeds is no difference between variants; ask for a number of seeds")
		}
		v, note, err := m.variant(ctx, set)
		if err != nil {
			return nil, err
		}
		if note != "" {
			p.Notes = append(p.Notes, note)
		}
		p.Variants = append(p.Variants, v)
		for _, seed := range p.Seeds {
			c, err := newCell(load, i, v, seed)
			if err != nil {
				return nil, err
			}
			if other, twice := names[c.Folder]; twice {
				return nil, fmt.Errorf("variants %d and %d are the same: %s and %s", other+1, i+1, p.Variants[other].Name(), v.Name())
			}
			names[c.Folder] = i
			p.Cells = append(p.Cells, c)
		}
	}
	p.Goal = m.goal
	return p, nil
}

func newCell(load Load, variant int, v Variant, seed uint64) (Cell, error) {
	x, err := load(append(append(v.Set.strings(), v.Adjusted.strings()...), fmt.Sprintf("train.seed=%d", seed))...)
	if err != nil {
		return Cell{}, err
	}
	content, err := x.TOML()
	if err != nil {
		return Cell{}, err
	}
	sum := sha256.Sum256(content)
	name := fmt.Sprintf("%s-seed-%d-%s", plain(v.Set.String()), seed, hex.EncodeToString(sum[:4]))
	return Cell{Variant: variant, Seed: seed, Folder: name, TOML: content}, nil
}

// plain makes a text fit for the name of a folder.
func plain(s string) string {
	const longest = 60
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_':
			return r
		case r == ' ':
			return -1
		}
		return '-'
	}, s)
	if len(s) > longest {
		s = s[:longest]
	}
	return strings.Trim(s, "-.")
}
