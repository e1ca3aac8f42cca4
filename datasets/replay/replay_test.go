// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/small.SC2Replay anew")

// The file that examples and the program's own tests read is the one that is made here.
func TestSmallFile(t *testing.T) {
	path := filepath.Join("testdata", "small.SC2Replay")
	if *update {
		if err := os.WriteFile(path, small(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || !slices.Equal(b, small()) {
		t.Errorf("%s is not what the tests make (%v); go test -update writes it anew", path, err)
	}
}

func TestParse(t *testing.T) {
	r, err := Parse(small())
	if err != nil {
		t.Fatal(err)
	}
	if r.Map != "Two Hills" || r.Version != "5.0.14.93333" || r.Loops != 800 || r.Rewound != 0 {
		t.Errorf("%q, %s, %d loops, %d times rewound", r.Map, r.Version, r.Loops, r.Rewound)
	}
	// The Terran's race is in another language, and the Zerg has number 3; who watches is left out.
	if want := []Player{{1, Terran, 0, Win}, {3, Zerg, 1, Loss}}; !slices.Equal(r.Players, want) {
		t.Errorf("players: %+v, want %+v", r.Players, want)
	}
	want := map[string]int{"PlayerSetup": 3, "Upgrade": 1, "UnitBorn": 5, "PlayerStats": 1, "UnitInit": 1, "UnitTypeChange": 1, "UnitPositions": 1, "UnitDied": 1, "UnitDone": 1, "UnitOwnerChange": 1, "Event12": 1}
	if got := r.Counts(); !maps.Equal(got, want) {
		t.Errorf("events: %v, want %v", got, want)
	}
	var kinds []string
	for _, e := range r.Events[8:] {
		kinds = append(kinds, fmt.Sprint(e.Loop, e.Kind))
	}
	if got, want := fmt.Sprint(kinds), "[160PlayerStats 200UnitInit 300UnitTypeChange 320UnitPositions 400UnitDied 420UnitBorn 500UnitDone 520UnitOwnerChange]"; strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("%s, want %s", got, want)
	}
	s := r.Events[8].Stats
	if *s != (Stats{0, 1, 2, 3, 4, 11, 14, 17, 20, 12, 15}) || s.ArmyValue() != 25 {
		t.Errorf("stats: %+v", s)
	}
	if died := r.Events[12]; died.Killer != 1 || died.X != 132 || died.Y != 142 {
		t.Errorf("%+v", died)
	}
}

// Names, accounts and chat are in the file, and nowhere in what is read of it; nor in the error when their place is
// bad.
func TestPrivacy(t *testing.T) {
	secrets := []string{"Ann", "Zoe", "Ida", "4711", "844300288", "good luck"}
	for _, secret := range secrets[:3] {
		if !strings.Contains(string(small()), secret) {
			t.Fatalf("%s is not in the file", secret)
		}
	}
	r, err := Parse(small())
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	said := string(asJSON) + fmt.Sprintf("%+v", r)
	streams := smallStreams()
	for n := range streams[0].raw {
		cut := slices.Clone(streams)
		cut[0].raw = cut[0].raw[:n]
		if _, err := Parse(file(header(1, 800), cut...)); err != nil {
			said += err.Error()
		} else {
			t.Errorf("details of %d bytes were read", n)
		}
		changed := slices.Clone(streams)
		changed[0].raw = slices.Clone(streams[0].raw)
		changed[0].raw[n] ^= 0xFF
		if _, err := Parse(file(header(1, 800), changed...)); err != nil {
			said += err.Error()
		}
	}
	for _, secret := range secrets {
		if strings.Contains(said, secret) {
			t.Errorf("%s got out", secret)
		}
	}
}

// A file that was cut anywhere is refused.
func TestCutAnywhere(t *testing.T) {
	whole := small()
	for n := range whole {
		if _, err := Parse(whole[:n]); err == nil {
			t.Fatalf("%d of %d bytes were read", n, len(whole))
		}
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, "long.SC2Replay")
	if err := os.WriteFile(long, small(), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(long, MaxBytes+1); err != nil {
		t.Fatal(err)
	}
	for path, words := range map[string]string{long: "long.SC2Replay: the file is larger than", dir: "it is no file", filepath.Join(dir, "none"): "no such file"} {
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestBadHeaders(t *testing.T) {
	for words, user := range map[string][]byte{
		"the user data, at byte":              {},
		"does not say which build":            object(blob("StarCraft II replay"), object(num(1))),
		"the number 4194305 is not from 0 to": header(93333, maxLoops+1),
		"kind 2 stands where one of kind 5":   blob("something"),
	} {
		if _, err := Parse(file(user, smallStreams()...)); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

func TestBadDetails(t *testing.T) {
	p := player("Ann", "Zerg", 0, 0, 1)
	for words, content := range map[string][]byte{
		"replay.details, at byte": {},
		"more than 16 players":    details("Two Hills", slices.Repeat([][]byte{p}, 17)...),
		"cannot be shown":         details("Two\x07Hills", p),
		"from 0 to 16":            details("Two Hills", player("Ann", "Zerg", 99, 0, 1)),
	} {
		if _, err := Parse(file(header(1, 800), stream("replay.details", content), smallStreams()[1])); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small())
	f.Add(small()[:2000])
	f.Add(file(header(1, 800), packed(0x10, bomb, 100), smallStreams()[1]))
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := Parse(b); err == nil {
			r.UnitsAt(r.Loops)
		}
	})
}

// The streams by themselves, which changes of the whole file seldom reach.
func FuzzStreams(f *testing.F) {
	s := smallStreams()
	f.Add(header(93333, 800), s[0].raw, s[1].raw)
	f.Add(header(25604, 800), details("", player("", "Zerg", 0, 0, 3)), event(0, UnitDone, num(1), num(1)))
	f.Add(everything(), everything(), everything())
	f.Fuzz(func(t *testing.T, user, details, tracker []byte) {
		if len(user) > archiveAt-16 {
			return
		}
		r, err := Parse(file(user, stream("replay.details", details), stream("replay.tracker.events", tracker)))
		if err != nil {
			return
		}
		last := 0
		for _, e := range r.Events {
			if e.Loop < last || e.Loop > r.Loops {
				t.Fatalf("an event at loop %d after %d of %d", e.Loop, last, r.Loops)
			}
			last = e.Loop
		}
		if n := len(r.UnitsAt(r.Loops)); n > len(tracker) {
			t.Fatalf("%d units of %d bytes", n, len(tracker))
		}
	})
}
