// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/replay"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// made is a game that no file holds: n moments with three marines of each player, of which one a moment falls.
func made(name string, winner, n int) *game {
	g := &game{file: name, players: [2]int{1, 2}, winner: winner}
	for k := range n {
		m := moment{loop: firstLoop + k*every, army: [2]float32{1 + float32(k), 5 - float32(k)/2}}
		for i := range 6 {
			if i == k%6 && k > 0 {
				continue
			}
			m.units = append(m.units, gameUnit{tag: replay.Tag{Index: uint32(i)}, kind: typeNumbers[[]string{"Marine", "SCV", "Zealot"}[i%3]], fights: i%3 != 1, owner: int8(i / 3), ready: true, x: float32(10 + i), y: float32(20 * k), age: 1})
		}
		g.moments = append(g.moments, m)
	}
	g.measure()
	return g
}

func madeTask(t *testing.T, encoder, question string) *Task {
	t.Helper()
	task := openTask(t, smallSpec(encoder, question), tasks.Options{NoData: true, Batch: 4})
	task.closed = false
	task.replays = &games{hideRate: 0.3, bands: task.data.Bands, train: []*game{made("a", 0, 5), made("b", 1, 6)}, held: []*game{made("c", 1, 4)}}
	return task
}

// A seed and the next show one moment from both sides: what the one wins the other loses.
func TestBalance(t *testing.T) {
	task := madeTask(t, "meanpool", "winner")
	for seed := uint64(0); seed < 40; seed += 2 {
		a, b := task.room(1), task.room(1)
		task.example(a.row(0), seed, false)
		task.example(b.row(0), seed+1, false)
		if a.wholeTruth[0]+b.wholeTruth[0] != 1 || a.wholes[0] != 1 || b.wholes[0] != 1 {
			t.Fatalf("seed %d: the truths are %g and %g", seed, a.wholeTruth[0], b.wholeTruth[0])
		}
		for i := range task.slots {
			x, y := a.features[i*task.channels:], b.features[i*task.channels:]
			if a.there[i] != b.there[i] || x[0] != y[1] || x[1] != y[0] || !slices.Equal(x[2:task.channels], y[2:task.channels]) {
				t.Fatalf("seed %d, unit %d: %v and %v", seed, i, x[:task.channels], y[:task.channels])
			}
		}
	}
	got, err := task.Baselines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got["army_winner_accuracy"] != 1 && got["army_winner_accuracy"] != 0 && got["army_winner_accuracy"] > 0.9 {
		t.Errorf("the baselines are %v", got)
	}
}

func TestHiddenTypes(t *testing.T) {
	task := madeTask(t, "meanpool", "type")
	counts := map[int32]int{}
	for seed := range uint64(300) {
		r := task.room(1)
		task.example(r.row(0), seed, false)
		for i, w := range r.unitWeight {
			if (w == 1) != (r.there[i] == 1 && r.kinds[i] == hidden) {
				t.Fatalf("seed %d, place %d: asked %g, kind %d", seed, i, w, r.kinds[i])
			}
			if w == 1 {
				counts[r.unitTruth[i]]++
			}
		}
	}
	if len(counts) != 3 || counts[typeNumbers["Marine"]] < 60 || counts[typeNumbers["SCV"]] < 60 {
		t.Errorf("hidden types: %v", counts)
	}
}

func TestLater(t *testing.T) {
	task := madeTask(t, "meanpool", "army")
	g := task.replays.train[0]
	task.replays.fallen = 4
	r := task.room(1)
	s := r.row(0)
	task.replays.later(s, &g.moments[0], &g.moments[2], 1)
	// Unit 2 falls; units 1 and 4 are workers, which are not asked.
	if !slices.Equal(s.unitWeight[:6], []float32{1, 0, 4, 1, 0, 1}) || !slices.Equal(s.unitTruth[:6], []int32{1, 0, 0, 1, 0, 1}) {
		t.Errorf("asked %v, truth %v", s.unitWeight[:6], s.unitTruth[:6])
	}
	if *s.whole != 1 || s.wholeTruth[0] != -1 || s.wholeTruth[1] != 2 {
		t.Errorf("the armies change by %v thousand, want -1 and 2", s.wholeTruth)
	}
	task.replays.balance()
	lived, fell := 0, 0
	for _, g := range task.replays.train {
		for k := range len(g.moments) - ahead {
			for _, lives := range g.moments[k].fates(&g.moments[k+ahead]) {
				if lived++; !lives {
					lived, fell = lived-1, fell+1
				}
			}
		}
	}
	if want := float32(lived) / float32(fell); fell == 0 || task.replays.fallen != want {
		t.Errorf("a unit that falls weighs %g, want %g", task.replays.fallen, want)
	}
	got, err := task.Baselines(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got["no_change_army_error"] != 1500 || got["majority_unit_accuracy"] < 0.5 {
		t.Errorf("the baselines are %v, want an error of 1500", got)
	}
}

// A game on a map of any size, at one point even, has places in [-1, 1].
func TestPlaces(t *testing.T) {
	g := &game{moments: []moment{{units: []gameUnit{{x: 7, y: 7}}}}}
	g.measure()
	s := (&Task{network: &network{sizes: sizes{slots: 1, channels: replayChannels(2)}}}).room(1)
	g.put(s.row(0), &g.moments[0], 0, 2)
	for i, x := range s.features {
		if math.IsNaN(float64(x)) || x < -1 || x > 1 {
			t.Errorf("feature %d is %g", i, x)
		}
	}
}

// Whatever of the data is not looked at is counted and said.
func TestNotes(t *testing.T) {
	task := madeTask(t, "meanpool", "winner")
	g := task.replays
	if got := g.notes(); len(got) != 0 {
		t.Errorf("all is used, and the notes are %q", got)
	}
	g.files, g.slots = 9, 4
	g.unused = map[string][]string{"no end": {"folder/x.SC2Replay"}, "no army": {"folder/y.SC2Replay", "folder/z.SC2Replay"}}
	g.train[0].moments[1].left, g.held[0].moments[0].left = 3, 4
	want := []string{
		"2 of 9 replays left out, as y.SC2Replay: no army",
		"1 of 9 replays left out, as x.SC2Replay: no end",
		"2 of 15 moments have more units than data.slots = 4 has places: the newest are kept, and 4 units a moment left out",
	}
	if got := g.notes(); !slices.Equal(got, want) {
		t.Errorf("the notes are %q, want %q", got, want)
	}
	for i := range 10 {
		g.unused[fmt.Sprint("bad in way ", i)] = []string{"file"}
	}
	if got := g.notes(); len(got) != mostReasons+2 {
		t.Errorf("%d notes of 12 reasons", len(got))
	}
}

func TestTypes(t *testing.T) {
	if len(typeNumbers) != len(Types) {
		t.Errorf("%d types, %d different", len(Types), len(typeNumbers))
	}
	if typeNumbers["no such type"] != 0 || Types[0] != "other" || inArmy["Marine"] == 0 && inArmy["Adept"] != 0 {
		t.Error("a type that is not listed is the first")
	}
	if _, fights := inArmy["SCV"]; fights {
		t.Error("a worker is in the army")
	}
}

func TestReplayDataRefused(t *testing.T) {
	junk, empty := t.TempDir(), t.TempDir()
	for i := range 6 {
		if err := os.WriteFile(filepath.Join(junk, fmt.Sprintf("%d.SC2Replay", i)), []byte("MPQ no replay"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, words := range map[string]string{"": "--data FOLDER", empty: "no file *.SC2Replay", junk: "0 of 6 replays", filepath.Join(empty, "x"): "no such file", filepath.Join(junk, "0.SC2Replay"): "0 of 1 replays"} {
		_, err := smallSpec("meanpool", "winner").open(t.Context(), tasks.Options{Data: path})
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v, without %q", path, err, words)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := smallSpec("meanpool", "winner").open(ctx, tasks.Options{Data: junk}); err == nil {
		t.Error("reading is not stopped")
	}
	if err := made("x", undecided, 9).answers("winner"); err == nil {
		t.Error("a game without a winner is asked who won")
	}
	if err := made("x", 0, 2).answers("army"); err == nil {
		t.Error("a game of two moments is asked what comes after them")
	}
}

// realReplays are those beside the checkout.
func realReplays(t *testing.T) string {
	t.Helper()
	dir := "../../../../shared/data/starcraft"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there are no replays in ../shared/data/starcraft beside the checkout")
	}
	return dir
}

// All questions can be asked of real games, and the games held out are others than those to learn from.
func TestRealReplays(t *testing.T) {
	dir := realReplays(t)
	for _, question := range []string{"winner", "army"} {
		s := smallSpec("perceiver", question)
		s.Data.Slots, s.Data.EvalExamples = 512, 50
		var said []string
		task := openTask(t, s, tasks.Options{Data: dir, Batch: 4, Say: func(note string) { said = append(said, note) }})
		if n, held := len(task.replays.train), len(task.replays.held); n+held < 55 || held < 10 || held > n/3 {
			t.Fatalf("%s: %d games to learn from, %d held out", question, n, held)
		}
		for _, h := range task.replays.held {
			if slices.ContainsFunc(task.replays.train, func(g *game) bool { return g.file == h.file }) {
				t.Fatalf("%s: %s is held out and learned from", question, h.file)
			}
		}
		asked, moments := 0., 0
		for i := range uint64(20) {
			r := task.room(1)
			task.example(r.row(0), rand.Uint64()&^heldOut, i%2 == 0)
			for k, x := range r.features {
				if math.IsNaN(float64(x)) || x < -2 || x > 2 {
					t.Fatalf("%s: feature %d is %g", question, k%task.channels, x)
				}
			}
			for _, w := range r.unitWeight {
				asked += float64(w)
			}
			asked += float64(r.wholes[0])
		}
		for _, g := range task.replays.train {
			moments += len(g.moments)
		}
		if asked < 20 || moments < 1000 {
			t.Errorf("%s: %g things are asked in 20 examples, of %d moments", question, asked, moments)
		}
		got, err := task.Baselines(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Log(question, got, said)
		if len(said) == 0 {
			t.Errorf("%s: games of more than two players are left out, and it is not said", question)
		}
		if w, ok := got["majority_winner_accuracy"]; ok && w != 0.5 {
			t.Errorf("the held-out examples are not balanced: %g", w)
		}
	}
}
