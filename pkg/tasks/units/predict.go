// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/datasets/battle"
	"github.com/perceiver-go/perceiver/datasets/replay"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Predict implements tasks.Predictor. Each input is the number of a held-out battle, or, for a model of replays, a
// replay, with @SECONDS behind its name for a moment.
func (t *Task) Predict(ctx context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (tasks.Prediction, error) {
	var said []any
	var lines []string
	pr, err := t.NewPredictor(backend, w)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer pr.Close()
	for _, input := range inputs {
		var one any
		var text string
		var err error
		if t.question.ofReplays() {
			one, text, err = pr.askReplay(input)
		} else {
			one, text, err = pr.askBattle(ctx, backend, w, input)
		}
		if err != nil {
			return tasks.Prediction{}, err
		}
		said, lines = append(said, one), append(lines, text)
	}
	if len(said) == 1 {
		return tasks.Prediction{Text: lines[0], JSON: said[0]}, nil
	}
	return tasks.Prediction{Text: strings.Join(lines, "\n\n"), JSON: said}, nil
}

// Survival is what a model says of a battle before it is fought, and what happened.
type Survival struct {
	Battle  int            `json:"battle"`
	Seconds float64        `json:"seconds"`
	First   float64        `json:"first_ahead"` // probability that the first army is ahead then
	Ahead   int            `json:"ahead"`       // who was: 0, 1, or -1
	Right   int            `json:"right"`       // units whose fate the model got right
	Units   []UnitSurvival `json:"units"`
}

// UnitSurvival is a unit of Survival.
type UnitSurvival struct {
	Team     int     `json:"team"`
	Kind     string  `json:"kind"`
	HP       int     `json:"hp"`
	Survives float64 `json:"survives"` // probability
	Survived bool    `json:"survived"`
}

// Duel is how a battle ended that a model played.
type Duel struct {
	Battle    int     `json:"battle"`
	Opponent  string  `json:"opponent"`
	Won       float64 `json:"won"` // 1, 0, or 0.5 where nobody did
	Teacher   float64 `json:"teacher_won"`
	Seconds   float64 `json:"seconds"`
	Strengths [2]int  `json:"strengths"` // what is left of the model's army and of the other, as battle.Strength has it
}

func (pr *Predictor) askBattle(ctx context.Context, backend compute.Backend, w *perceiver.Weights, input string) (any, string, error) {
	k, err := strconv.Atoi(input)
	if err != nil || k < 0 {
		return nil, "", fmt.Errorf("input %q: give the number of a held-out battle, such as 7", input)
	}
	b, err := pr.task.HeldOutBattle(k)
	if err != nil {
		return nil, "", err
	}
	if pr.task.question.name == "clone" {
		return pr.task.duel(ctx, backend, w, k, b)
	}
	a, err := pr.Battle(b)
	if err != nil {
		return nil, "", err
	}
	s := Survival{Battle: k, Seconds: pr.task.data.Seconds, First: a.Whole[0]}
	for i, u := range b.Units {
		s.Units = append(s.Units, UnitSurvival{Team: u.Team, Kind: u.Of().Name, HP: u.HP, Survives: a.Units[i][0]})
	}
	r := b.Play(battle.FocusFire, battle.FocusFire, pr.task.battles.until)
	s.Ahead = r.Winner
	for i := range s.Units {
		u := &s.Units[i]
		u.Survived = r.Survived[i]
		if (u.Survives > 0.5) == u.Survived {
			s.Right++
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, "battle %d after %g s: the first army is ahead with probability %.2f; it %s\n", k, s.Seconds, s.First, map[int]string{0: "was", 1: "was not", battle.Nobody: "was level"}[s.Ahead])
	fmt.Fprintf(&text, "the fate of %d of %d units is right\n", s.Right, len(s.Units))
	fmt.Fprintf(&text, "%4s  %-7s %4s  %8s  %s\n", "army", "kind", "hp", "survives", "did it")
	for _, u := range s.Units {
		fmt.Fprintf(&text, "%4d  %-7s %4d  %8.2f  %s\n", u.Team+1, u.Kind, u.HP, u.Survives, map[bool]string{true: "yes", false: "no"}[u.Survived])
	}
	return s, strings.TrimRight(text.String(), "\n"), nil
}

// duel lets the model play a battle against the opponent, and the teacher the same one.
func (t *Task) duel(ctx context.Context, backend compute.Backend, w *perceiver.Weights, k int, b *battle.Battle) (any, string, error) {
	pl, err := t.NewPlayer(backend, w)
	if err != nil {
		return nil, "", err
	}
	defer pl.Close()
	results, err := pl.Play(ctx, []*battle.Battle{b}, t.battles.opponent, nil)
	if err != nil {
		return nil, "", err
	}
	d := Duel{Battle: k, Opponent: t.data.Opponent, Won: points(results[0]), Seconds: float64(results[0].Ticks) / battle.TicksPerSecond,
		Strengths: [2]int{b.Strength(0), b.Strength(1)}, Teacher: points(t.battles.toPlay(k).Play(battle.FocusFire, t.battles.opponent, 0))}
	how := map[float64]string{1: "wins", 0: "loses", 0.5: "draws"}
	return d, fmt.Sprintf("battle %d: the model %s against %q after %.1f s (left: %.1f units to %.1f); its teacher %s", k, how[d.Won], d.Opponent, d.Seconds,
		float64(d.Strengths[0])/1000, float64(d.Strengths[1])/1000, how[d.Teacher]), nil
}

// Moment is what a model says of a moment of a replay. Which fields it has depends on the question.
type Moment struct {
	Seconds int         `json:"seconds"` // of the game's own clock
	Units   int         `json:"units"`
	Left    int         `json:"left_out,omitempty"`      // the oldest, for which there was no place
	First   *float64    `json:"first_wins,omitempty"`    // probability
	Armies  *[2]float64 `json:"armies,omitempty"`        // worth now
	Ahead   *[2]float64 `json:"armies_in_30s,omitempty"` // and as the model expects it
	Survive *float64    `json:"army_survives,omitempty"` // expected part of the armies' units that live 30 seconds later
	Guesses []Guess     `json:"guesses,omitempty"`
}

// Guess is what a model takes a unit for whose type was hidden from it.
type Guess struct {
	Type        string  `json:"type"`
	Guess       string  `json:"guess"`
	Probability float64 `json:"probability"`
}

// Game is what a model says of a replay.
type Game struct {
	Winner  int      `json:"winner"` // of the players in the order of the file: 0, 1, or -1 where the file does not say
	Moments []Moment `json:"moments"`
}

func (pr *Predictor) askReplay(input string) (any, string, error) {
	path, when := input, -1
	if i := strings.LastIndex(input, "@"); i > 0 {
		if seconds, err := strconv.Atoi(input[i+1:]); err == nil && seconds >= 0 {
			path, when = input[:i], seconds
		}
	}
	one, err := readGame(path, pr.task.slots)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	g := Game{Winner: one.winner}
	var text strings.Builder
	fmt.Fprintf(&text, "%7s  %5s  the model says\n", "seconds", "units")
	for k := range one.moments {
		m := &one.moments[k]
		seconds := m.loop / replay.LoopsPerSecond
		last := k == len(one.moments)-1
		if when >= 0 && !(seconds >= when || last) || when < 0 && !last && seconds%60 != 0 {
			continue
		}
		said, err := pr.moment(one, m)
		if err != nil {
			return nil, "", err
		}
		g.Moments = append(g.Moments, said)
		fmt.Fprintf(&text, "%7d  %5d  %s", seconds, said.Units, said)
		if said.Left > 0 {
			fmt.Fprintf(&text, " (%d older units had no place)", said.Left)
		}
		text.WriteByte('\n')
		if when >= 0 {
			break
		}
	}
	return g, strings.TrimRight(text.String(), "\n"), nil
}

func (pr *Predictor) moment(one *game, m *moment) (Moment, error) {
	t := pr.task
	r := t.room(1)
	s := r.row(0)
	one.put(s, m, 0, t.data.Bands)
	if t.question.name == "type" {
		(&games{hideRate: t.data.HideRate}).hide(s, m, rand.New(rand.NewPCG(uint64(m.loop), 0)))
	}
	a, err := pr.ask(r, len(m.units))
	if err != nil {
		return Moment{}, err
	}
	said := Moment{Seconds: m.loop / replay.LoopsPerSecond, Units: len(m.units), Left: m.left}
	switch t.question.name {
	case "winner":
		said.First = &a.Whole[0]
	case "type":
		for i, w := range s.unitWeight {
			if w == 0 {
				continue
			}
			best := 0
			for k, p := range a.Units[i] {
				if p > a.Units[i][best] {
					best = k
				}
			}
			said.Guesses = append(said.Guesses, Guess{Types[m.units[i].kind], Types[best], a.Units[i][best]})
		}
	case "army":
		now := [2]float64{float64(m.army[0]) * valueScale, float64(m.army[1]) * valueScale}
		then := [2]float64{max(0, now[0]+a.Whole[0]), max(0, now[1]+a.Whole[1])}
		var lives ratio
		for i, u := range m.units {
			if u.fights {
				lives.part, lives.whole = lives.part+a.Units[i][0], lives.whole+1
			}
		}
		part := lives.value()
		said.Armies, said.Ahead, said.Survive = &now, &then, &part
	}
	return said, nil
}

// String is the answer in a line.
func (m Moment) String() string {
	switch {
	case m.First != nil:
		return fmt.Sprintf("the first player wins with probability %.2f", *m.First)
	case m.Ahead != nil:
		return fmt.Sprintf("armies worth %.0f and %.0f become %.0f and %.0f in 30 s; %.0f %% of their units live", m.Armies[0], m.Armies[1], m.Ahead[0], m.Ahead[1], 100**m.Survive)
	}
	right := 0
	var wrong []string
	for _, g := range m.Guesses {
		if g.Type == g.Guess {
			right++
		} else {
			wrong = append(wrong, g.Type+" for "+g.Guess)
		}
	}
	line := fmt.Sprintf("%d of %d hidden types are right", right, len(m.Guesses))
	if len(wrong) > 0 {
		line += "; it takes " + strings.Join(wrong[:min(3, len(wrong))], ", ")
	}
	return line
}
