// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package units

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/datasets/replay"
)

// games are the moments of replays, those to learn from and those held out.
type games struct {
	train, held []*game
	files       int                 // that were looked at
	unused      map[string][]string // files that were left out, by the reason
	slots       int
	hideRate    float64
	bands       int
	fallen      float32 // weight of a unit that falls, where one that lives on has 1, so that both count alike in all
}

// notes are what a person should know of the replays: which were left out, and what had no place in those that were not.
func (g *games) notes() (lines []string) {
	for _, reason := range slices.SortedFunc(maps.Keys(g.unused), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(g.unused[b]), len(g.unused[a])), cmp.Compare(a, b))
	}) {
		files := g.unused[reason]
		if len(lines) == mostReasons {
			lines = append(lines, "more replays are left out, for other reasons")
			break
		}
		lines = append(lines, fmt.Sprintf("%d of %d replays left out, as %s: %s", len(files), g.files, filepath.Base(files[0]), reason))
	}
	moments, full, left := 0, 0, 0
	for _, one := range slices.Concat(g.train, g.held) {
		moments += len(one.moments)
		for _, m := range one.moments {
			if m.left > 0 {
				full, left = full+1, left+m.left
			}
		}
	}
	if full > 0 {
		lines = append(lines, fmt.Sprintf("%d of %d moments have more units than data.slots = %d has places: the newest are kept, and %d units a moment left out", full, moments, g.slots, (left+full/2)/full))
	}
	return lines
}

// mostReasons bounds the notes of a folder in which every file is bad in its own way.
const mostReasons = 4

// game is what a model needs of a replay: its moments.
type game struct {
	file    string
	players [2]int
	winner  int // 0 or 1 of players, or undecided
	moments []moment
	low     [2]float32 // corner of the part of the map that units were in
	size    [2]float32
}

const undecided = -1

// moment is a game at a time.
type moment struct {
	loop  int
	units []gameUnit
	left  int        // units for which there was no place
	army  [2]float32 // what the players' armies are worth, in valueScale
}

type gameUnit struct {
	tag       replay.Tag
	kind      int32
	fights    bool
	owner     int8 // 0 or 1 of the players
	ready     bool
	x, y      float32
	age, told float32 // minutes
}

const (
	every     = 15 * replay.LoopsPerSecond // between moments
	ahead     = 2                          // moments that the question "army" looks forward: 30 seconds
	firstLoop = 120 * replay.LoopsPerSecond
	lastLoop  = 90 * 60 * replay.LoopsPerSecond // bounds the memory of a game that claims to be endless

	valueScale = 1000 // minerals and vespene

	maxGames   = 10_000
	heldOutOne = 5 // of so many games, by name, one is held out
)

// openGames reads the replays of a folder, or one. Files that cannot be used are left out; where fewer than two games are
// left, the error says why the first of them was.
func openGames(ctx context.Context, path string, d Data) (*games, error) {
	if path == "" {
		return nil, fmt.Errorf("data.question = %q needs replays: give a folder with files *.SC2Replay as the data (--data FOLDER); the questions %q need none", d.Question, Questions[:2])
	}
	files, err := replayFiles(path)
	if err != nil {
		return nil, err
	}
	g := &games{hideRate: d.HideRate, bands: d.Bands, files: len(files), unused: map[string][]string{}, slots: d.Slots}
	var first error
	used := 0
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		one, err := readGame(f, d.Slots)
		if err == nil {
			err = one.answers(d.Question)
		}
		if err != nil {
			if first == nil {
				first = fmt.Errorf("%s: %w", f, err)
			}
			reason := strings.TrimPrefix(err.Error(), f+": ")
			g.unused[reason] = append(g.unused[reason], f)
			continue
		}
		if used%heldOutOne == heldOutOne-1 || (used == 1 && len(files) < heldOutOne) {
			g.held = append(g.held, one)
		} else {
			g.train = append(g.train, one)
		}
		used++
	}
	if len(g.train) == 0 || len(g.held) == 0 {
		err := fmt.Errorf("data %q: %d of %d replays can be used, which is too few to hold one out; give a folder with at least %d decided games of two players", path, used, len(files), heldOutOne)
		return nil, errors.Join(err, first)
	}
	g.balance()
	return g, nil
}

// balance sets the weight of units that fall within 30 seconds: few do.
func (g *games) balance() {
	var lived, fell float32
	for _, one := range g.train {
		for k := range len(one.moments) - ahead {
			for _, lives := range one.moments[k].fates(&one.moments[k+ahead]) {
				if lives {
					lived++
				} else {
					fell++
				}
			}
		}
	}
	g.fallen = max(1, lived) / max(1, fell)
}

// replayFiles are the replays of a folder in the order of their names.
func replayFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	var files []string
	for _, e := range entries {
		if strings.EqualFold(filepath.Ext(e.Name()), ".SC2Replay") {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("data %q: there is no file *.SC2Replay in this folder", path)
	}
	if len(files) > maxGames {
		return nil, fmt.Errorf("data %q: %d replays; at most %d are read at once", path, len(files), maxGames)
	}
	return files, nil
}

// readGame reads a replay of two players and looks at it every 15 seconds from the third minute on.
func readGame(file string, slots int) (*game, error) {
	r, err := replay.ReadFile(file)
	if err != nil {
		return nil, err
	}
	g := &game{file: file, winner: undecided}
	if len(r.Players) != 2 {
		return nil, errors.New("it is no game of two players, which the questions are about")
	}
	for i, p := range r.Players {
		g.players[i] = p.ID
		if p.Result == replay.Win && r.Players[1-i].Result == replay.Loss {
			g.winner = i
		}
	}
	if g.players[0] == g.players[1] {
		return nil, errors.New("the replay does not say whose the units are")
	}
	w, event := r.World(), 0
	var army [2]float32
	for loop := firstLoop; loop <= min(r.Loops, lastLoop); loop += every {
		for ; event < len(r.Events) && r.Events[event].Loop <= loop; event++ {
			if e := r.Events[event]; e.Kind == replay.PlayerStats && e.Stats != nil {
				if i := slices.Index(g.players[:], e.Player); i >= 0 {
					army[i] = float32(e.Stats.ArmyValue()) / valueScale
				}
			}
		}
		w.To(loop)
		g.add(loop, w.Units(), slots, army)
	}
	if len(g.moments) == 0 {
		return nil, fmt.Errorf("it has no moment with units of both players after %d seconds", firstLoop/replay.LoopsPerSecond)
	}
	g.measure()
	return g, nil
}

// add keeps a moment in which both players have units.
func (g *game) add(loop int, all []replay.Unit, slots int, army [2]float32) {
	m := moment{loop: loop, army: army}
	var has [2]bool
	all = slices.DeleteFunc(slices.Clone(all), func(u replay.Unit) bool { return !slices.Contains(g.players[:], u.Player) })
	all, m.left = replay.Newest(all, slots)
	for _, u := range all {
		i := slices.Index(g.players[:], u.Player)
		has[i] = true
		_, fights := inArmy[u.Type]
		const minute = 60 * replay.LoopsPerSecond
		m.units = append(m.units, gameUnit{tag: u.Tag, kind: typeNumbers[u.Type], fights: fights, owner: int8(i), ready: u.Ready, x: u.X, y: u.Y,
			age: float32(loop-u.Born) / minute, told: float32(loop-u.Told) / minute})
	}
	if has[0] && has[1] {
		g.moments = append(g.moments, m)
	}
}

// measure finds the part of the map that is used.
func (g *game) measure() {
	high := [2]float32{g.moments[0].units[0].x, g.moments[0].units[0].y}
	g.low = high
	for _, m := range g.moments {
		for _, u := range m.units {
			for i, v := range [2]float32{u.x, u.y} {
				g.low[i], high[i] = min(g.low[i], v), max(high[i], v)
			}
		}
	}
	for i := range g.size {
		g.size[i] = max(1, high[i]-g.low[i])
	}
}

// answers reports why a game cannot be asked a question.
func (g *game) answers(question string) error {
	switch {
	case question == "winner" && g.winner == undecided:
		return errors.New("the replay does not say who won")
	case question == "army" && len(g.moments) <= ahead:
		return errors.New("the game is over before there is something to look ahead to")
	}
	return nil
}

// moment is the moment that a seed stands for, its place in its game, and who looks. A seed and the next are the same
// moment, seen by the one player and by the other, so that answers are balanced. The last moments are left out.
func (g *games) moment(seed uint64, held bool, leave int) (one *game, k, me int) {
	r := rand.New(rand.NewPCG(seed>>1, 0x67616d65))
	from := g.train
	if held {
		from = g.held
	}
	one = from[r.IntN(len(from))]
	return one, r.IntN(len(one.moments) - leave), int(seed & 1)
}

// example puts the moment of a seed into s.
func (g *games) example(s *sample, question string, seed uint64, held bool) {
	leave := 0
	if question == "army" {
		leave = ahead
	}
	one, k, me := g.moment(seed, held, leave)
	m := &one.moments[k]
	one.put(s, m, me, g.bands)
	switch question {
	case "winner":
		*s.whole = 1
		if one.winner == me {
			s.wholeTruth[0] = 1
		}
	case "type":
		g.hide(s, m, rand.New(rand.NewPCG(seed>>1, 0x68696465)))
	case "army":
		g.later(s, m, &one.moments[k+ahead], me)
	}
}

// put writes the units of a moment, as a player sees them.
func (g *game) put(s *sample, m *moment, me, bands int) {
	c := replayChannels(bands)
	for i, u := range m.units {
		s.there[i], s.kinds[i] = 1, u.kind
		f := s.features[i*c : (i+1)*c]
		if int(u.owner) == me {
			f[0] = 1
		} else {
			f[1] = 1
		}
		if u.ready {
			f[2] = 1
		}
		f[3], f[4] = min(u.age/5, 2), min(u.told/5, 2)
		putPlace(f[5:], float64(2*(u.x-g.low[0])/g.size[0]-1), float64(2*(u.y-g.low[1])/g.size[1]-1), bands)
	}
}

// replayChannels are the features of a unit in a replay beside its type: whose it is (2), whether it is ready, its age,
// how long ago its place was told, the place (2), and bands of its Fourier features.
func replayChannels(bands int) int { return 7 + 4*bands }

// hidden is the kind of a unit whose type is hidden.
var hidden = int32(len(Types))

// hide hides the types of some units. All types that are there are equally likely to be hidden, however many units they have.
func (g *games) hide(s *sample, m *moment, r *rand.Rand) {
	byType := map[int32][]int{}
	var types []int32
	for i, u := range m.units {
		if byType[u.kind] == nil {
			types = append(types, u.kind)
		}
		byType[u.kind] = append(byType[u.kind], i)
	}
	slices.SortFunc(types, cmp.Compare)
	for range max(1, int(g.hideRate*float64(len(m.units)))) {
		of := byType[types[r.IntN(len(types))]]
		i := of[r.IntN(len(of))]
		s.unitTruth[i], s.unitWeight[i] = m.units[i].kind, 1
		s.kinds[i] = hidden
	}
}

// fates are the units of the armies, by place, and whether they live at a later moment.
func (m *moment) fates(then *moment) map[int]bool {
	lives := map[replay.Tag]bool{}
	for _, u := range then.units {
		lives[u.tag] = true
	}
	f := map[int]bool{}
	for i, u := range m.units {
		if u.fights {
			f[i] = lives[u.tag]
		}
	}
	return f
}

// later asks which units of the armies live on, and by how much the worth of the armies changes.
func (g *games) later(s *sample, now, then *moment, me int) {
	for i, lives := range now.fates(then) {
		s.unitWeight[i] = g.fallen
		if lives {
			s.unitTruth[i], s.unitWeight[i] = 1, 1
		}
	}
	*s.whole = 1
	for i := range 2 {
		who := (me + i) % 2
		s.wholeTruth[i] = then.army[who] - now.army[who]
	}
}
