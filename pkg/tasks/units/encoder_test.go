// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"math"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func near(a, b []float32, tolerance float64) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Abs(float64(x-y)) <= tolerance })
}

// What stands in places that hold no unit changes no answer, and units may be listed in any order.
func TestSetsInAnyOrderWithEmptyPlaces(t *testing.T) {
	for _, encoder := range Encoders {
		task := openTask(t, smallSpec(encoder, "survive"), tasks.Options{Batch: 1, Seed: 3})
		w := perceivertest.Fresh(t, task)
		first := task.room(1)
		task.example(first.row(0), 5, false)
		second := task.room(1)
		place := make([]int, task.slots) // of each unit in the second order
		for i := range place {
			j := (i*5 + 3) % task.slots
			place[i] = j
			copy(second.features[j*task.channels:(j+1)*task.channels], first.features[i*task.channels:])
			second.kinds[j], second.there[j] = first.kinds[i], first.there[i]
			if first.there[i] == 0 { // rubbish
				second.kinds[j] = 2
				for c := range task.channels {
					second.features[j*task.channels+c] = float32(c) - 7
				}
			}
		}
		a, wholeA := answers(t, task, w, first.pack())
		b, wholeB := answers(t, task, w, second.pack())
		n, d := 0, task.Width
		for i, j := range place {
			if first.there[i] == 0 {
				continue
			}
			n++
			if !near(a[i*d:(i+1)*d], b[j*d:(j+1)*d], 1e-5) {
				t.Errorf("%s: unit %d has another answer at place %d among other rubbish", encoder, i, j)
			}
		}
		if n < 4 || n == task.slots {
			t.Fatalf("%d units at %d places", n, task.slots)
		}
		if !near(wholeA, wholeB, 1e-5) {
			t.Errorf("%s: the whole has the answers %v and %v", encoder, wholeA, wholeB)
		}
		// And a unit that goes does change the answers of the others.
		third := task.room(1)
		task.example(third.row(0), 5, false)
		gone := slices.Index(third.there, 1)
		third.there[gone] = 0
		c, wholeC := answers(t, task, w, third.pack())
		other := (gone + 1) * d
		if near(a[other:other+d], c[other:other+d], 1e-6) || near(wholeA, wholeC, 1e-6) {
			t.Errorf("%s: the others do not notice that a unit is gone", encoder)
		}
	}
}

// A set without units has finite answers.
func TestNoUnits(t *testing.T) {
	for _, encoder := range Encoders {
		for _, rule := range []perceiver.MaskRule{perceiver.MaskOriginal, perceiver.MaskPort} {
			s := smallSpec(encoder, "survive")
			s.Model.MaskRule = rule
			task := openTask(t, s, tasks.Options{Batch: 1})
			units, whole := answers(t, task, perceivertest.Fresh(t, task), task.room(1).pack())
			for _, x := range slices.Concat(units, whole) {
				if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
					t.Fatalf("%s, %s: an answer about no units is %g", encoder, rule, x)
				}
			}
		}
	}
}

// Each unit's answer can be asked for alone, with every encoder.
func TestDecodingInParts(t *testing.T) {
	for _, encoder := range Encoders {
		task := openTask(t, smallSpec(encoder, "clone"), tasks.Options{Batch: 2})
		batch, err := task.TrainBatch(0)
		if err != nil {
			t.Fatal(err)
		}
		rows := []int32{7, 0, 15, 3}
		out := perceivertest.Run(t, backendtest.Pure(t), perceivertest.Fresh(t, task), batch, func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
			z, err := task.Latents(p, in)
			if err != nil {
				return nil, err
			}
			all, err := task.Outputs(p, z, in, nil)
			if err != nil {
				return nil, err
			}
			some, err := task.Outputs(p, z, in, Const(p.Graph(), rows))
			return []*Node{all, some}, err
		})
		for b := range 2 {
			for k, row := range rows {
				e := task.unit
				if got, want := out[1][(b*4+k)*e:][:e], out[0][(b*16+int(row))*e:][:e]; !near(got, want, 1e-5) {
					t.Errorf("%s: unit %d of element %d has the scores %g alone and %g among all", encoder, row, b, got, want)
				}
			}
		}
	}
}

func TestCostCountsTheWeights(t *testing.T) {
	for _, encoder := range Encoders {
		for _, question := range Questions {
			n, err := smallSpec(encoder, question).network()
			if err != nil {
				t.Fatal(err)
			}
			if got, want := n.cost().Total().Params, perceiver.Count(n.params()); got != want {
				t.Errorf("%s, %s: the cost has %d weights, the model %d", encoder, question, got, want)
			}
		}
	}
}

// paperModel is the model of the paper's size.
func paperModel(encoder string) Model {
	m := defaults()
	m.Encoder, m.Width, m.Latents, m.LatentDim, m.LayersPerBlock = encoder, 256, 32, 512, 3
	return m
}

// The published costs at 512 units: 3.3 GFLOP for the Transformer with its input projection, 0.93 for the Perceiver IO,
// of which the paper leaves the width open: with latents of 512 channels it comes to 0.98.
func TestPublishedCost(t *testing.T) {
	flops := map[string]float64{}
	for _, encoder := range Encoders {
		e, err := paperModel(encoder).NewEncoder()
		if err != nil {
			t.Fatal(err)
		}
		flops[encoder] = e.Cost(512).Total().FLOPs
	}
	if got := flops["transformer"]; math.Abs(got-3.22e9) > 0.01e9 {
		t.Errorf("the Transformer costs %.3g FLOP, want 3.22 G", got)
	}
	if got := flops["perceiver"]; math.Abs(got-0.98e9) > 0.01e9 || got > flops["transformer"]/3 {
		t.Errorf("the Perceiver costs %.3g FLOP, want 0.98 G", got)
	}
	small := map[string]float64{}
	for _, encoder := range Encoders {
		m := defaults()
		m.Encoder = encoder
		e, err := m.NewEncoder()
		if err != nil {
			t.Fatal(err)
		}
		small[encoder] = e.Cost(64).Total().FLOPs
	}
	if small["perceiver"] > small["transformer"]/3 {
		t.Errorf("by default the Perceiver costs %.3g FLOP, the Transformer %.3g: more than a third", small["perceiver"], small["transformer"])
	}
}

func TestEncoderRefuses(t *testing.T) {
	for words, change := range map[string]func(m *Model){
		"model.encoder = \"rnn\"":      func(m *Model) { m.Encoder = "rnn" },
		"model.decoder_heads = 3":      func(m *Model) { m.DecoderHeads = 3 },
		"model.transformer_heads = 5":  func(m *Model) { m.Encoder, m.TransformerHeads = "transformer", 5 },
		"model.transformer_layers = 0": func(m *Model) { m.Encoder, m.TransformerLayers = "transformer", 0 },
		"model.width = 0":              func(m *Model) { m.Width = 0 },
		"model.mlp_widening = -1":      func(m *Model) { m.MLPWidening = -1 },
		"latents":                      func(m *Model) { m.Latents = 0 },
	} {
		m := defaults()
		change(&m)
		if _, err := m.network(sizes{slots: 4, channels: 3, kinds: 2, unit: 1}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}
