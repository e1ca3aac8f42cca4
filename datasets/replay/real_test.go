// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// realFiles are replays beside the checkout.
func realFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../../shared/data/starcraft/*.SC2Replay")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("there are no replays in ../shared/data/starcraft beside the checkout")
	}
	return files
}

// Games of twelve years and many versions are read, and come to the numbers that another reader found in the same 76
// files.
func TestRealGames(t *testing.T) {
	files := realFiles(t)
	counts, pairs, decided, rewound := map[string]int{}, map[string]int{}, 0, 0
	var living []int
	for _, f := range files {
		r, err := ReadFile(f)
		if err != nil {
			t.Error(err)
			continue
		}
		for kind, n := range r.Counts() {
			counts[kind] += n
		}
		if len(r.Players) == 2 {
			a, b := string(r.Players[0].Race[:1]), string(r.Players[1].Race[:1])
			pairs[min(a, b)+"v"+max(a, b)]++
		}
		rewound += r.Rewound
		for _, p := range r.Players {
			if p.ID == 0 {
				t.Errorf("%s: a player without a number in the tracker: %+v", f, p)
			}
		}
		has := func(result Result) bool {
			return slices.ContainsFunc(r.Players, func(p Player) bool { return p.Result == result })
		}
		if !has(Win) || !has(Loss) {
			continue
		}
		decided++
		if r.Loops < 120*LoopsPerSecond {
			continue
		}
		w := r.World()
		for loop := 160; loop <= r.Loops; loop += 160 {
			w.To(loop)
			living = append(living, len(Owned(w.Units())))
		}
	}
	if len(files) != 76 {
		t.Skipf("%d replays were read; the numbers are known for 76", len(files))
	}
	want := map[string]int{"PlayerSetup": 156, "PlayerStats": 20148, "UnitBorn": 55639, "UnitDied": 33799, "UnitDone": 8884, "UnitInit": 9234, "UnitOwnerChange": 89, "UnitPositions": 2237, "UnitTypeChange": 22312, "Upgrade": 3440}
	if !maps.Equal(counts, want) {
		t.Errorf("events: %v, want %v", counts, want)
	}
	if want := map[string]int{"TvZ": 16, "PvT": 16, "PvZ": 15, "PvP": 6, "ZvZ": 5, "TvT": 3}; !maps.Equal(pairs, want) {
		t.Errorf("races: %v, want %v", pairs, want)
	}
	slices.Sort(living)
	median, most := living[len(living)/2], living[len(living)-1]
	if decided != 72 || rewound != 1 || len(living) != 7248 || median != 165 || most < 600 || most > 630 {
		t.Errorf("%d games with an end, %d rewound, %d moments with %d units in the median and %d at most", decided, rewound, len(living), median, most)
	}
}

// Names of real players, which stand in the details, are in nothing that is read.
func TestRealPrivacy(t *testing.T) {
	checked := 0
	for i, f := range realFiles(t) {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		a, err := openArchive(b)
		if err != nil {
			t.Fatal(err)
		}
		details, _, err := a.stream("replay.details")
		if err != nil {
			t.Fatal(err)
		}
		r, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		said := fmt.Sprint(r.Map, r.Version, r.Players) // all texts there are
		types := map[string]bool{}
		for _, e := range r.Events {
			types[e.Type] = true
		}
		said += strings.Join(slices.Sorted(maps.Keys(types)), " ")
		for _, name := range playerNames(details) {
			if len(name) < 3 {
				continue // so short a name is part of many words
			}
			if checked++; strings.Contains(said, name) {
				t.Errorf("file %d: the name of a player got out", i) // and is not told here
			}
		}
	}
	if checked < 76 {
		t.Errorf("%d names were looked for; every file has one at least", checked)
	}
}

// playerNames reads what readDetails passes over.
func playerNames(details []byte) (names []string) {
	v := &values{b: details}
	v.fields(func(key int64) {
		if key != 0 || !v.optional() {
			return
		}
		v.list(func() {
			v.fields(func(key int64) {
				if key == 0 && v.tag(tagBlob) {
					names = append(names, string(v.take(v.vint())))
				}
			})
		})
	})
	return names
}
