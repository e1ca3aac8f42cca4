// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func TestLosses(t *testing.T) { backendtest.Each(t, testLosses) }

func testLosses(t *testing.T, b compute.Backend) {
	compare := func(what string, got []float32, want ...float64) {
		t.Helper()
		for i := range want {
			if math.Abs(float64(got[i])-want[i]) > 1e-5*(1+math.Abs(want[i])) {
				t.Errorf("%s: place %d is %g, want %g", what, i, got[i], want[i])
			}
		}
	}
	lse := func(x ...float64) float64 {
		sum := 0.0
		for _, v := range x {
			sum += math.Exp(v)
		}
		return math.Log(sum)
	}
	in := []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions([]float32{2, 2, -1000, 1000}, 1, 4),   // yes or no
		tensors.FromFlatDataAndDimensions([]int32{1, 0, 0, 0}, 1, 4),            //
		tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 0, 0, 0}, 1, 2, 3), // classes
		tensors.FromFlatDataAndDimensions([]int32{2, 1}, 1, 2),                  //
		tensors.FromFlatDataAndDimensions([]float32{0.5, -3, 1}, 1, 3),          // amounts
		tensors.FromFlatDataAndDimensions([]float32{0, 1, 1}, 1, 3),
	}
	out := perceivertest.Run(t, b, noWeights(t), in, func(_ *perceiver.Pass, in []*Node) ([]*Node, error) {
		yn, ynRight := yesNoLoss(in[0], in[1])
		cl, clRight := classLoss(in[2], in[3])
		am, off := amountLoss(in[4], in[5])
		slope := Gradient(Add(ReduceAllSum(yn), ReduceAllSum(am)), in[0], in[4])
		return append([]*Node{yn, ynRight, cl, clRight, am, off}, slope...), nil
	})
	compare("yes or no", out[0], math.Log(1+math.Exp(-2)), math.Log(1+math.Exp(2)), 0, 1000)
	compare("yes or no, right", out[1], 1, 0, 1, 0)
	compare("classes", out[2], lse(1, 2, 3)-3, math.Log(3))
	compare("classes, right", out[3], 1, 1)
	compare("amounts", out[4], 0.125, 3.5, 0)
	compare("amounts, off", out[5], 0.5, 4, 0)
	sigmoid := 1 / (1 + math.Exp(-2))
	compare("slope of yes or no", out[6], sigmoid-1, sigmoid, 0, 1)
	compare("slope of amounts", out[7], 0.5, -1, 0)
}

// The loss and its sums follow from the answers of those that are asked.
func TestLoss(t *testing.T) {
	for _, question := range []string{"survive", "clone"} {
		task := openTask(t, smallSpec("perceiver", question), tasks.Options{Batch: 3, Seed: 4})
		batch, err := task.TrainBatch(2)
		if err != nil {
			t.Fatal(err)
		}
		copies := make([][]float32, len(batch))
		for _, i := range []int{inUnitWeight, inWholeTruth, inWholeWeight} {
			copies[i], _ = perceiver.Float32s(batch[i])
		}
		truth, err := tensors.CopyFlatData[int32](batch[inUnitTruth])
		if err != nil {
			t.Fatal(err)
		}
		out := perceivertest.Run(t, backendtest.Pure(t), perceivertest.Fresh(t, task), batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			z, err := task.Latents(p, in)
			if err != nil {
				return nil, err
			}
			y, err := task.Outputs(p, z, in, nil)
			if err != nil {
				return nil, err
			}
			l, err := task.Loss(p, in)
			if err != nil {
				return nil, err
			}
			nodes := []*Node{y, l.Value}
			for _, s := range l.Sums {
				nodes = append(nodes, s.Total, s.Count)
			}
			return nodes, nil
		})
		asked := 0.0
		for _, w := range copies[inUnitWeight] {
			asked += float64(w)
		}
		if asked == 0 || float64(out[3][0]) != asked || float64(out[5][0]) != asked {
			t.Errorf("%s: %g units are asked, the sums count %g and %g", question, asked, out[3][0], out[5][0])
		}
		value := out[2][0] / out[3][0]
		if question == "survive" {
			nats, right := 0.0, 0.0
			for i, w := range copies[inUnitWeight] {
				if w == 0 {
					continue
				}
				x, y := float64(out[0][i]), float64(truth[i])
				nats += math.Log(1+math.Exp(x)) - x*y
				if (x > 0) == (y == 1) {
					right++
				}
			}
			if math.Abs(nats-float64(out[2][0])) > 1e-3 || right != float64(out[4][0]) {
				t.Errorf("the units cost %g nats and %g are right, the sums have %g and %g", nats, right, out[2][0], out[4][0])
			}
			value += out[6][0] / out[7][0]
		}
		if math.Abs(float64(value-out[1][0])) > 1e-5 {
			t.Errorf("%s: the loss is %g, want %g", question, out[1][0], value)
		}
	}
}

func TestScores(t *testing.T) {
	sums := map[string]tasks.Sum{"unit_right": {Total: 3, Count: 4}, "unit_nats": {Total: 2, Count: 4}, "whole_right": {Total: 1, Count: 2}, "whole_nats": {Total: 1, Count: 2}, "whole_off": {Total: 3, Count: 2}}
	for question, want := range map[string]map[string]float64{
		"survive": {"unit_accuracy": 0.75, "unit_nats": 0.5, "winner_accuracy": 0.5, "winner_nats": 0.5},
		"clone":   {"unit_accuracy": 0.75, "unit_nats": 0.5},
		"winner":  {"winner_accuracy": 0.5, "winner_nats": 0.5},
		"type":    {"unit_accuracy": 0.75, "unit_nats": 0.5},
		"army":    {"unit_accuracy": 0.75, "unit_nats": 0.5, "army_error": 1500},
	} {
		task := openTask(t, smallSpec("meanpool", question), tasks.Options{NoData: true})
		got := task.Score(sums)
		if len(got) != len(want) {
			t.Errorf("%s: the metrics are %v, want %v", question, got, want)
		}
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%s: %s is %g, want %g", question, k, got[k], v)
			}
		}
		if _, ok := got[task.Goal().Metric]; !ok || task.Goal().LowerIsBetter {
			t.Errorf("%s: the goal is %+v", question, task.Goal())
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(Questions)), []string{"army", "clone", "survive", "type", "winner"}) {
		t.Error("the test misses a question")
	}
}
