// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Predictor asks a trained model about one set of units at a time.
type Predictor struct {
	task    *Task
	program *perceiver.Program
	latents bool // the encoder has latents whose attention can be shown
}

// NewPredictor makes the program that answers for one set.
func (t *Task) NewPredictor(backend compute.Backend, w *perceiver.Weights) (*Predictor, error) {
	pr := &Predictor{task: t}
	e, ok := t.encoder.(perceiverEncoder)
	pr.latents = ok
	var err error
	pr.program, err = w.Compile(backend, "predict_units", func(p *perceiver.Pass, in []*Node) ([]*Node, error) {
		var looks *Node
		p.Tap = func(name string, value *Node) {
			if ok && name == e.config.EncoderLayer(0).Name+".probs" {
				looks = value
			}
		}
		z, err := t.Latents(p, in)
		if err != nil {
			return nil, err
		}
		y, err := t.vectors(p, z, in, nil)
		if err != nil {
			return nil, err
		}
		var out []*Node
		if t.unit > 0 {
			answers, err := t.unitAnswers(p, y)
			if err != nil {
				return nil, err
			}
			if t.question.unit == class {
				answers = Softmax(answers, -1)
			} else {
				answers = Sigmoid(answers)
			}
			out = append(out, answers)
		}
		if t.whole > 0 {
			answers, err := t.wholeAnswers(p, y, in[inThere])
			if err != nil {
				return nil, err
			}
			if t.question.whole == yesNo {
				answers = Sigmoid(answers)
			}
			out = append(out, answers)
		}
		if looks != nil {
			if looks.Rank() == 4 {
				looks = ReduceMean(looks, 1)
			}
			out = append(out, looks)
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	return pr, nil
}

// Close frees the program.
func (pr *Predictor) Close() { pr.program.Close() }

// Answer is what the model says of n units.
type Answer struct {
	Units   [][]float64 // [n][1] the probability of yes, or [n][E] of each type; nil where units are not asked
	Whole   []float64   // the probability that the first side wins, or by how much its army and the other's change; nil where the whole is not asked
	Latents [][]float64 // [N][n]: where each latent looks, mean over the heads; nil where the encoder has no latents
}

// ask answers for the set of n units in a room for one.
func (pr *Predictor) ask(r *room, n int) (*Answer, error) {
	t := pr.task
	out, err := pr.program.Run(r.pack()[:inThere+1]...)
	if err != nil {
		return nil, err
	}
	a := &Answer{}
	next := func(rows, columns int) ([][]float64, error) {
		flat, err := perceiver.Float32s(out[0])
		if err != nil {
			return nil, err
		}
		_ = out[0].FinalizeAll()
		out = out[1:]
		m := make([][]float64, rows)
		for i := range m {
			m[i] = make([]float64, columns)
			for j := range m[i] {
				v := float64(flat[i*(len(flat)/rows)+j])
				if math.IsNaN(v) {
					return nil, errors.New("units: the model's answer is not a number, so its weights are damaged or its training diverged; choose another checkpoint")
				}
				m[i][j] = v
			}
		}
		return m, nil
	}
	if t.unit > 0 {
		if a.Units, err = next(t.slots, t.unit); err != nil {
			return nil, err
		}
		a.Units = a.Units[:n]
	}
	if t.whole > 0 {
		whole, err := next(1, t.whole)
		if err != nil {
			return nil, err
		}
		if a.Whole = whole[0]; t.question.whole == amount {
			for i := range a.Whole {
				a.Whole[i] *= valueScale
			}
		}
	}
	if pr.latents {
		if a.Latents, err = next(t.Model.Latents, n); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Battle answers about a battle as team 0 sees it.
func (pr *Predictor) Battle(b *battle.Battle) (*Answer, error) {
	t := pr.task
	switch {
	case t.question.ofReplays():
		return nil, fmt.Errorf("units: the model was asked %q of replays and knows nothing of battles", t.question.name)
	case len(b.Units) > t.slots:
		return nil, fmt.Errorf("units: a battle of %d units; data.slots is %d", len(b.Units), t.slots)
	}
	r := t.room(1)
	putBattle(r.row(0), b, 0, t.data.Bands)
	return pr.ask(r, len(b.Units))
}

// HeldOutBattle is the k-th held-out battle as it begins, or for the question "clone" the k-th that is played for the
// win rate.
func (t *Task) HeldOutBattle(k int) (*battle.Battle, error) {
	if t.question.ofReplays() {
		return nil, fmt.Errorf("units: the question %q is asked of replays, not of battles", t.question.name)
	}
	if k < 0 {
		return nil, fmt.Errorf("units: held-out battle %d: they are counted from 0", k)
	}
	if t.question.name == "clone" {
		return t.battles.toPlay(k), nil
	}
	return battle.New(heldOut|uint64(k), t.battles.setup), nil
}

// Until is the tick at which the question "survive" looks who stands.
func (t *Task) Until() int { return t.battles.until }

// Opponent is the policy that models which clone one play against.
func (t *Task) Opponent() battle.Policy { return t.battles.opponent }
