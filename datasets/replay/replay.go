// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// LoopsPerSecond is the number of game loops in a second of the game's own clock. At the speed that people play at,
// 22.4 of them pass in a second of theirs.
const LoopsPerSecond = 16

// MaxBytes bounds the files that are read. A game of an hour has less than a megabyte.
const MaxBytes = 32 << 20

// maxLoops bounds the length of a game, to three days. It also bounds how often a game can be looked at.
const maxLoops = 1 << 22

// Replay is a game as its tracker saw it.
type Replay struct {
	Map     string // title of the map, in the language of whoever saved the file
	Version string // of the game, for example 5.0.14.93333; the last part is the build
	Loops   int    // length of the game
	Players []Player
	Events  []Event // in the order of their loops

	// Rewound counts the times the clock ran backwards, as it does where a game was taken up again from a replay. An event
	// behind such a step has the loop of the event before it until the clock has caught up, so that time never runs
	// backwards here.
	Rewound int

	unknown map[int]int // events of kinds that this package does not know, counted
}

// Player is somebody who played, not somebody who watched.
type Player struct {
	ID     int    `json:"player"` // as in Event.Player; 0 where the tracker does not say
	Race   Race   `json:"race"`
	Team   int    `json:"team"` // from 0
	Result Result `json:"result"`
}

// Race is the race a player had in the game, also where it was left to chance.
type Race string

// The races.
const (
	UnknownRace Race = "unknown"
	Protoss     Race = "Protoss"
	Terran      Race = "Terran"
	Zerg        Race = "Zerg"
)

// Result is how the game ended for a player.
type Result string

// The results.
const (
	UnknownResult Result = "unknown" // whoever saved the file left before the end
	Win           Result = "win"
	Loss          Result = "loss"
	Tie           Result = "tie"
)

// ReadFile reads a replay.
func ReadFile(path string) (*Replay, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: it is no file; give a .SC2Replay", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	r, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// Parse reads a replay from the bytes of its file.
func Parse(file []byte) (*Replay, error) {
	if len(file) > MaxBytes {
		return nil, fmt.Errorf("the file is larger than %d bytes, and no replay is", MaxBytes)
	}
	a, err := openArchive(file)
	if err != nil {
		return nil, err
	}
	r := &Replay{unknown: map[int]int{}}
	build, err := r.readHeader(a.user)
	if err != nil {
		return nil, fmt.Errorf("the user data, %w", err)
	}
	for _, part := range []struct {
		name, missing string
		read          func([]byte) error
	}{
		{"replay.tracker.events", "games before version 2.0.8 did not record their units, so take a newer one", func(b []byte) error { return r.readTracker(b, build) }},
		{"replay.details", "the file is damaged, so fetch it again", r.readDetails},
	} {
		content, ok, err := a.stream(part.name)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fmt.Errorf("it has no %s: %s", part.name, part.missing)
		}
		if err := part.read(content); err != nil {
			return nil, fmt.Errorf("%s, %w", part.name, err)
		}
	}
	return r, nil
}

// readHeader reads the version and the length of the game, which stand before the archive. The build that is returned
// is that of the game's data: it says how coordinates are to be read.
func (r *Replay) readHeader(b []byte) (build int, err error) {
	v := &values{b: b}
	var version [6]int
	v.fields(func(key int64) {
		switch key {
		case 1:
			v.fields(func(key int64) {
				if key >= 1 && key <= 5 {
					version[key] = v.within(0, 1<<31)
				}
			})
		case 3:
			r.Loops = v.within(0, maxLoops)
		}
	})
	if v.err == nil && version[4] == 0 {
		return 0, errors.New("it does not say which build of the game it is from; the file is damaged, so fetch it again")
	}
	r.Version = fmt.Sprintf("%d.%d.%d.%d", version[1], version[2], version[3], version[4])
	if build = version[5]; build == 0 {
		build = version[4]
	}
	return build, v.err
}
