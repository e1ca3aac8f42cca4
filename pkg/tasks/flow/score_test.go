// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	movement "github.com/perceiver-go/perceiver/datasets/flow"
	"github.com/perceiver-go/perceiver/datasets/flow/classical"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/paritytest"

	. "github.com/gomlx/gomlx/core/graph"
)

// The sums of batches, the last of which is not full, are the errors that package movement finds pair by pair.
func TestSumsAreTheErrors(t *testing.T) { backendtest.Each(t, testSums) }

func testSums(t *testing.T, b compute.Backend) {
	s := smallSpec()
	s.Data.Motion = 6
	task := openSmall(t, s, 2)
	_, w := smallNetwork(t)
	e, err := task.NewEstimator(b, w, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var want movement.Tally
	for i := range task.EvalExamples() {
		pair, err := task.HeldOut(i)
		if err != nil {
			t.Fatal(err)
		}
		field, err := e.Estimate(t.Context(), NewFrame(pair.A), NewFrame(pair.B))
		if err != nil {
			t.Fatal(err)
		}
		if err := want.Add(pair, field); err != nil {
			t.Fatal(err)
		}
	}
	sums := map[string]tasks.Sum{}
	var names []string
	for i := range task.EvalBatches() {
		batch, err := task.EvalBatch(i)
		if err != nil {
			t.Fatal(err)
		}
		out := perceivertest.Run(t, b, w, batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			l, err := task.Loss(p, in)
			names = names[:0]
			var out []*Node
			for _, s := range l.Sums {
				names, out = append(names, s.Name), append(out, s.Total, s.Count)
			}
			return out, err
		})
		for k, name := range names {
			sums[name] = tasks.Sum{Total: sums[name].Total + float64(out[2*k][0]), Count: sums[name].Count + float64(out[2*k+1][0])}
		}
	}
	got := task.Score(sums)
	for name, w := range scores(want) {
		if math.Abs(got[name]-w) > 1e-3*(1+math.Abs(w)) || w == 0 {
			t.Errorf("%s is %g, pair by pair %g", name, got[name], w)
		}
	}
	if len(got) != 5 || sums["epe"].Count != 5*48 {
		t.Errorf("metrics %v over %g pixels", got, sums["epe"].Count)
	}
}

// All pixels, decoded some at a time, and the loss of those whose movement is known.
func TestLoss(t *testing.T) { backendtest.Each(t, testLoss) }

func testLoss(t *testing.T, b compute.Backend) {
	s := smallSpec()
	s.Data.LossPower, s.Data.LossEpsilon = 0.4, 0.01
	task := openSmall(t, s, 2)
	_, w := smallNetwork(t)
	batch, err := task.TrainBatch(0)
	if err != nil {
		t.Fatal(err)
	}
	uv, counts, rows := tensors.MustCopyFlatData[float32](batch[1]), tensors.MustCopyFlatData[float32](batch[2]), tensors.MustCopyFlatData[int32](batch[3])
	for i := 0; i < len(counts); i += 6 { // every third pixel is not known
		counts[i] = 0
	}
	batch[2] = tensors.FromFlatDataAndDimensions(counts, 2, 11, 2)
	every := make([]int32, 96)
	for i := range every {
		every[i] = int32(i % 48)
	}
	out := perceivertest.Run(t, b, w, append(batch, tensors.FromFlatDataAndDimensions(every, 2, 48)), func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		l, err := task.Loss(p, in[:4])
		if err != nil {
			return nil, err
		}
		z, err := task.Latents(p, in)
		if err != nil {
			return nil, err
		}
		all, err := task.Outputs(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		x, err := task.inputs(p, map[string]*Node{"in.bytes": in[0]})
		if err != nil {
			return nil, err
		}
		parts, err := task.asked(p, z, x, in[4], 14) // 7 pixels of each of two pairs at once, 6 at last
		return []*Node{l.Value, all, parts}, err
	})
	paritytest.Near(t, "in parts", wide(out[2]), wide(out[1]), 1e-5)
	var total, n float64
	for i, pixel := range rows {
		if counts[2*i] == 0 {
			continue
		}
		at := 2 * (i/11*48 + int(pixel))
		d := math.Hypot(float64(out[1][at])-float64(uv[2*i])/task.FlowUnit, float64(out[1][at+1])-float64(uv[2*i+1])/task.FlowUnit)
		total, n = total+math.Pow(d+0.01, 0.4), n+1
	}
	if want := total / n; math.Abs(float64(out[0][0])-want) > 1e-4*want || n == 22 {
		t.Errorf("the loss is %g, want %g", out[0][0], want)
	}
}

func TestArccos(t *testing.T) {
	var in []float32
	for x := -1.0; x <= 1.0001; x += 0.01 {
		in = append(in, float32(min(x, 1)))
	}
	w, err := perceiver.NewWeights(nil, dtypes.Float32)
	if err != nil {
		t.Fatal(err)
	}
	out := perceivertest.Run(t, backendtest.Any(t), w, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(in, len(in))}, func(p *perceiver.Pass, in []*Node) ([]*Node, error) { return []*Node{arccos(in[0])}, nil })[0]
	for i, x := range in {
		if want := math.Acos(float64(x)) * 180 / math.Pi; math.Abs(float64(out[i])-want) > 0.01 {
			t.Errorf("the angle of %g is %g, want %g", x, out[i], want)
		}
	}
}

// No movement is off by the movement's own length, and the classical method by less.
func TestBaselines(t *testing.T) {
	s := smallSpec()
	s.Data.Height, s.Data.Width = 24, 32
	task := openSmall(t, s, 2)
	task.source.heldOut.Height, task.source.heldOut.Width = 24, 32
	got, err := task.Baselines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var zero, found float64
	for i := range 5 {
		pair, _ := task.HeldOut(i)
		estimate, err := classical.HornSchunck(pair.A, pair.B, classical.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		for k := range 24 * 32 {
			u, v := float64(pair.Flow.UV[2*k]), float64(pair.Flow.UV[2*k+1])
			zero += math.Hypot(u, v) / (5 * 24 * 32)
			found += math.Hypot(u-float64(estimate.UV[2*k]), v-float64(estimate.UV[2*k+1])) / (5 * 24 * 32)
		}
	}
	if math.Abs(got["zero_epe"]-zero) > 1e-9 || math.Abs(got["classical_epe"]-found) > 1e-9 || !(found < zero) {
		t.Errorf("got %v, want %g and %g", got, zero, found)
	}
}

// A model whose loss is the end-point error says so, so that curves can show it.
func TestGoal(t *testing.T) {
	s := smallSpec()
	if g := openSmall(t, s, 1).Goal(); g.Metric != "epe" || !g.LowerIsBetter || g.LossScale != 20 {
		t.Errorf("%+v", g)
	}
	s.Data.LossPower = 0.5
	if g := openSmall(t, s, 1).Goal(); g.LossScale != 0 {
		t.Errorf("a loss that is no end-point error is scaled by %g", g.LossScale)
	}
}
