// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Measure implements tasks.Measurer: the pictures of a folder, which are larger than the network, are cut into tiles, and
// what it says about these is merged before it is compared with the truth. Generated pairs have the network's size and are
// measured in batches.
func (t *Task) Measure(ctx context.Context, backend compute.Backend, w *perceiver.Weights) (map[string]float64, error) {
	if t.source == nil {
		return nil, errNoData
	}
	if t.source.heldOut != nil {
		return nil, nil
	}
	e, err := t.NewEstimator(backend, w, 0)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	var sum movement.Tally
	for i := range t.EvalExamples() {
		pair, err := t.HeldOut(i)
		if err != nil {
			return nil, err
		}
		estimate, err := e.Estimate(ctx, NewFrame(pair.A), NewFrame(pair.B))
		if err == nil {
			err = sum.Add(pair, estimate)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pair.Name, err)
		}
	}
	return scores(sum), nil
}

// tilesAtOnce bounds memory by what one published tile takes.
func (n *Network) tilesAtOnce() int { return max(1, min(16, 368*496/n.pixels())) }

// scores are the metrics of a tally, as Score gives them.
func scores(sum movement.Tally) map[string]float64 {
	all := sum.All()
	s := map[string]float64{"epe": all.EPE, "fl_all": all.FlAll, "angular": all.Angular}
	if u := sum.Unmatched(); u.Valid > 0 {
		s["epe_unmatched"] = u.EPE
		if m := sum.Matched(); m.Valid > 0 {
			s["epe_matched"] = m.EPE
		}
	}
	return s
}
