// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"context"

	"github.com/perceiver-go/perceiver/datasets/battle"
)

// Baselines implements tasks.Task: what is reached without a model on the same held-out examples.
//
//	majority_unit_accuracy   one answer for all units, the commonest
//	majority_winner_accuracy the same for the whole
//	strength_unit_accuracy   the stronger army's units survive        ("survive")
//	strength_winner_accuracy the stronger army wins                   ("survive")
//	nearest_unit_accuracy    whom the policy "nearest" shoots at      ("clone"; so for "weakest" and "random")
//	teacher_win_rate         the win rate of the policy that is cloned, and of others, against the opponent ("clone")
//	army_winner_accuracy     whose army is worth more wins            ("winner")
//	no_change_army_error     armies stay what they are                ("army")
func (t *Task) Baselines(ctx context.Context) (map[string]float64, error) {
	if t.closed {
		return nil, errNoData
	}
	out := map[string]float64{}
	tally := tally{units: map[int32]float64{}, wholes: map[float32]float64{}}
	rules := map[string]*ratio{}
	for k := range t.data.EvalExamples {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		seed := heldOut | uint64(k)
		room := t.room(1)
		s := room.row(0)
		switch t.question.name {
		case "survive":
			t.battles.survive(s, seed)
			t.battles.strengthRule(s, seed, rules)
		case "clone":
			b := t.battles.moment(seed)
			t.battles.clone(s, b)
			policyRules(s, b, seed, rules)
		case "winner":
			t.example(s, seed, true)
			t.replays.armyRule(s, seed, rules)
		default:
			t.example(s, seed, true)
		}
		tally.add(s)
	}
	if t.question.unit != none {
		out["majority_unit_accuracy"] = commonest(tally.units)
	}
	switch t.question.whole {
	case yesNo:
		out["majority_winner_accuracy"] = commonest(tally.wholes)
	case amount:
		out["no_change_army_error"] = tally.change.value() * valueScale
	}
	for name, r := range rules {
		out[name] = r.value()
	}
	if t.question.name == "clone" && t.data.Battles > 0 {
		for name, p := range map[string]battle.Policy{"teacher": battle.FocusFire, "weakest": battle.Weakest, "nearest": battle.Nearest} {
			out[name+"_win_rate"] = t.battles.winRate(p, t.data.Battles)
		}
	}
	return out, nil
}

// ratio is a part of a whole, added up.
type ratio struct{ part, whole float64 }

func (r *ratio) add(yes bool, weight float64) {
	if r.whole += weight; yes {
		r.part += weight
	}
}

func (r ratio) value() float64 {
	if r.whole == 0 {
		return 0
	}
	return r.part / r.whole
}

func at(rules map[string]*ratio, name string) *ratio {
	if rules[name] == nil {
		rules[name] = &ratio{}
	}
	return rules[name]
}

// tally counts true answers.
type tally struct {
	units  map[int32]float64
	wholes map[float32]float64
	change ratio
}

func (t *tally) add(s *sample) {
	for i, w := range s.unitWeight {
		if w > 0 {
			t.units[s.unitTruth[i]] += float64(w)
		}
	}
	if *s.whole > 0 {
		t.wholes[s.wholeTruth[0]]++
		for _, c := range s.wholeTruth {
			t.change.part, t.change.whole = t.change.part+max(float64(c), -float64(c)), t.change.whole+1
		}
	}
}

// commonest is the share of the commonest answer.
func commonest[K comparable](counts map[K]float64) float64 {
	var r ratio
	for _, n := range counts {
		r.part, r.whole = max(r.part, n), r.whole+n
	}
	return r.value()
}

// strengthRule says that the stronger army wins, and its units survive.
func (g battles) strengthRule(s *sample, seed uint64, rules map[string]*ratio) {
	b := battle.New(seed, g.setup)
	strong := 0
	if b.Strength(1) > b.Strength(0) {
		strong = 1
	}
	for i, u := range b.Units {
		at(rules, "strength_unit_accuracy").add((u.Team == strong) == (s.unitTruth[i] == 1), 1)
	}
	at(rules, "strength_winner_accuracy").add((strong == 0) == (s.wholeTruth[0] == 1), float64(*s.whole))
}

// policyRules compares the choices of simple policies with the teacher's.
func policyRules(s *sample, b *battle.Battle, seed uint64, rules map[string]*ratio) {
	for name, p := range map[string]battle.Policy{"nearest": battle.Nearest, "weakest": battle.Weakest, "random": battle.Random(seed)} {
		p.Order(b, 0)
		for i, u := range b.Units {
			if s.unitWeight[i] > 0 {
				at(rules, name+"_unit_accuracy").add(int32(b.Units[u.Target].Kind) == s.unitTruth[i], 1)
			}
		}
	}
}

// armyRule says that the player with the more valuable army wins.
func (g *games) armyRule(s *sample, seed uint64, rules map[string]*ratio) {
	one, k, me := g.moment(seed, true, 0)
	m := one.moments[k]
	if m.army[0] != m.army[1] {
		at(rules, "army_winner_accuracy").add((m.army[me] > m.army[1-me]) == (s.wholeTruth[0] == 1), 1)
	} else {
		at(rules, "army_winner_accuracy").add(true, 0.5)
		at(rules, "army_winner_accuracy").add(false, 0.5)
	}
}
