// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// estimate finds the movement from one picture to the next.
func (r *Released) estimate(ctx context.Context, b compute.Backend, n *flow.Network, q Question) (tasks.Prediction, error) {
	p, err := n.Predict(ctx, b, r.Weights, q.Inputs)
	if err != nil {
		return tasks.Prediction{}, fmt.Errorf("%s: %w", r.Dir, err)
	}
	return illustrated(p)
}

// illustrated lays a picture beside each movement of an answer: flow.png beside flow.flo. The longest movement has the
// full colour.
func illustrated(p tasks.Prediction) (tasks.Prediction, error) {
	for _, f := range slices.Clone(p.Files) {
		name, ok := strings.CutSuffix(f.Name, ".flo")
		if !ok {
			continue
		}
		field, err := movement.ReadFlo(bytes.NewReader(f.Content))
		if err != nil {
			return tasks.Prediction{}, fmt.Errorf("%s: %w", f.Name, err)
		}
		var picture bytes.Buffer
		if err := png.Encode(&picture, viz.FlowColors(viz.Flow(*field), 0)); err != nil {
			return tasks.Prediction{}, err
		}
		p.Files = append(p.Files, tasks.File{Name: name + ".png", Content: picture.Bytes()})
	}
	return p, nil
}
