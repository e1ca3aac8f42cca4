// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"maps"
	"slices"

	"github.com/perceiver-go/perceiver/pkg/perceiver"

	. "github.com/gomlx/gomlx/core/graph"
)

// outputCount is O, the queries of all modalities.
func (n *Network) outputCount() int { return n.patches() + n.pixels() + 1 }

// outputWidth is E, the width of the widest output.
func (n *Network) outputWidth() int { return slices.Max(slices.Collect(maps.Values(n.outputs))) }

// answers are the outputs [B, O', E] of queries that stand in one row: of sound patches, of pixels and of the class. Rows
// pick some, [O'] or [B, O'], whatever their modality. Outputs narrower than E are followed by zeros.
func (n *Network) answers(p *perceiver.Pass, latents, rows *Node) (*Node, error) {
	counts := map[string]int{audio: n.patches(), image: n.pixels(), label: 1}
	var whole *Node
	first := 0
	for _, name := range modalities {
		last := first + counts[name] - 1
		var wanted *Node
		if rows != nil { // rows of other modalities ask for the nearest row of this one, and their answers are thrown away
			wanted = SubScalar(MinScalar(MaxScalar(rows, first), last), first)
		}
		q, err := n.queries[name].Array(p, perceiver.QueryInput{Rows: wanted})
		if err != nil {
			return nil, err
		}
		y, err := n.decoder.Decode(p, latents, q, nil)
		if err != nil {
			return nil, err
		}
		whole, err = p.Catch(outputName(name), func() *Node {
			y := n.widen(p.Linear(outputName(name), y))
			switch {
			case whole == nil:
				return y
			case rows == nil:
				return Concatenate([]*Node{whole, y}, 1)
			}
			of := InsertAxes(GreaterOrEqual(rows, Scalar(p.Graph(), rows.DType(), first)), -1)
			for of.Rank() < y.Rank() {
				of = InsertAxes(of, 0)
			}
			return Where(BroadcastToDims(of, y.Shape().Dimensions...), y, whole)
		})
		if err != nil {
			return nil, err
		}
		first = last + 1
	}
	return whole, nil
}

// widen puts zeros behind the channels of y [B, O', w], so that there are E.
func (n *Network) widen(y *Node) *Node {
	dims := slices.Clone(y.Shape().Dimensions)
	dims[2] = n.outputWidth() - dims[2]
	if dims[2] == 0 {
		return y
	}
	return Concatenate([]*Node{y, BroadcastToDims(ScalarZero(y.Graph(), y.DType()), dims...)}, -1)
}
