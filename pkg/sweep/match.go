// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package sweep

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// What matching by cost may change: the depth, which changes the cost in the finest steps without changing any array, or
// the width where the depth itself is compared.
const (
	depthKey = "model.layers_per_block"
	widthKey = "model.latent_dim"
)

// alongWidth are the keys that are changed with the width where an experiment gives them the same value: of a model whose
// attention is as wide as its latents, all is to become wider.
var alongWidth = []string{"model.qk_width", "model.v_width"}

// How far the cost of a matched variant may be from the first one's: above the first it is noted, above the second there
// is no comparison.
const (
	noteFrom   = 0.05
	refuseFrom = 0.5
)

// largestAdjusted is the largest value that is tried.
const largestAdjusted = 8192

// matcher measures variants and makes them cost the same.
type matcher struct {
	load  Load
	match string
	key   string // that is changed
	goal  tasks.Goal
	first float64 // cost of the first variant; 0: not measured yet
}

func newMatcher(ctx context.Context, load Load, o Options) (*matcher, error) {
	m := &matcher{load: load, match: o.Match, key: o.Adjust}
	if m.match != "" && m.match != "flops" && m.match != "params" {
		return nil, fmt.Errorf("variants cannot be matched by %q, only by \"flops\" or \"params\"", m.match)
	}
	if m.match == "" && m.key != "" {
		return nil, fmt.Errorf("key %s is to be adjusted, but not to match what; ask for a match by flops or params", m.key)
	}
	if m.match != "" && m.key == "" {
		m.key = depthKey
		if varied(o.Variants, depthKey) {
			m.key = widthKey
		}
	}
	if m.match != "" && varied(o.Variants, m.key) {
		return nil, fmt.Errorf("key %s is varied, so it cannot be adjusted too; name another key to adjust", m.key)
	}
	return m, nil
}

func varied(variants []Settings, key string) bool {
	for _, v := range variants {
		if v.has(key) {
			return true
		}
	}
	return false
}

// variant measures a variant after it was made to cost what the first one costs, if that is wanted.
func (m *matcher) variant(ctx context.Context, set Settings) (v Variant, note string, err error) {
	v.Set = set
	cost, err := m.cost(ctx, set)
	if err != nil {
		return v, "", err
	}
	if m.match != "" && m.first == 0 {
		m.first = m.amount(cost)
	} else if m.match != "" {
		if v.Adjusted, cost, err = m.adjust(ctx, set); err != nil {
			return v, "", err
		}
		off := m.amount(cost)/m.first - 1
		switch {
		case math.Abs(off) > refuseFrom:
			return v, "", fmt.Errorf("%s cannot be made to cost as much as the first variant: the nearest %s differs by %+.0f %%; begin with the variant that costs most, or adjust another key", v.Set, v.Adjusted, 100*off)
		case math.Abs(off) > noteFrom:
			note = fmt.Sprintf("%s has %+.0f %% %s compared with the first variant; no other %s comes nearer; begin with the variant that costs most, or adjust another key.", v.Name(), 100*off, m.match, m.key)
		}
	}
	v.Params, v.FLOPs = cost.Params, cost.FLOPs
	return v, note, nil
}

func (m *matcher) amount(s perceiver.Step) float64 {
	if m.match == "params" {
		return float64(s.Params)
	}
	return s.FLOPs
}

// cost is that of one example in the forward pass, without any data.
func (m *matcher) cost(ctx context.Context, set Settings) (perceiver.Step, error) {
	x, err := m.load(set.strings()...)
	if err != nil {
		return perceiver.Step{}, err
	}
	task, err := open(ctx, x)
	if err != nil {
		return perceiver.Step{}, err
	}
	m.goal = task.Goal()
	return task.Cost().Total(), nil
}

func open(ctx context.Context, x *experiment.Experiment) (tasks.Task, error) {
	return x.Spec.Open(ctx, tasks.Options{NoData: true, Batch: x.Train.Batch, Seed: x.Train.Seed})
}

// keys are those that are changed to match a variant: the matcher's, and with the width those that go along.
func (m *matcher) keys(set Settings) ([]string, error) {
	keys := []string{m.key}
	if m.key != widthKey {
		return keys, nil
	}
	x, err := m.load(set.strings()...)
	if err != nil {
		return nil, err
	}
	content, err := x.TOML()
	if err != nil {
		return nil, err
	}
	var file map[string]any
	if err := toml.Unmarshal(content, &file); err != nil {
		return nil, err
	}
	value := func(key string) any {
		section, name, _ := strings.Cut(key, ".")
		values, _ := file[section].(map[string]any)
		return values[name]
	}
	for _, key := range alongWidth {
		if v := value(key); v != nil && v == value(widthKey) && !set.has(key) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// adjust finds the value of the key with which the variant's cost comes nearest to the first one's. It tries them in
// order, because not all are allowed: a width must go into as many heads.
func (m *matcher) adjust(ctx context.Context, set Settings) (best Settings, cost perceiver.Step, err error) {
	keys, err := m.keys(set)
	if err != nil {
		return nil, cost, err
	}
	nearest := math.Inf(1)
	var refused error
	for value := 1; value <= largestAdjusted; value++ {
		if err := ctx.Err(); err != nil {
			return nil, cost, err
		}
		var try Settings
		for _, key := range keys {
			try = append(try, Setting{key, fmt.Sprint(value)})
		}
		c, err := m.cost(ctx, append(set[:len(set):len(set)], try...))
		if err != nil {
			refused = err
			continue
		}
		amount := m.amount(c)
		if d := math.Abs(amount - m.first); d < nearest {
			nearest, best, cost = d, try, c
		}
		if amount >= m.first {
			break
		}
	}
	if best == nil {
		return nil, cost, fmt.Errorf("%s: no value of %s up to %d can be used: %w", set, m.key, largestAdjusted, refused)
	}
	return best, cost, nil
}
