// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perceiver-go/perceiver/datasets/replay"
)

type dataReplayCommand struct {
	File  string `arg:"" help:"A .SC2Replay."`
	Units string `help:"Also the units that live at this time of the game, for example 4m30s or 270." placeholder:"T"`
	JSON  bool   `help:"Print JSON."`
}

func (dataReplayCommand) Help() string {
	return `The map, the length, the races, who won, and the number of events of each kind. Names of players and chat are not read.
Times are those of the game's own clock: 16 loops are a second.

Examples:
  perceiver data replay game.SC2Replay
  perceiver data replay game.SC2Replay --units 4m30s --json`
}

// replayAnswer is the JSON of data replay.
type replayAnswer struct {
	Map     string          `json:"map"`
	Version string          `json:"version"`
	Loops   int             `json:"loops"`
	Rewound int             `json:"rewound"`
	Players []replay.Player `json:"players"`
	Events  map[string]int  `json:"events"`
	At      *int            `json:"at,omitempty"` // loop at which the units live
	Units   *[]replay.Unit  `json:"units,omitempty"`
}

func (c *dataReplayCommand) Run(out io.Writer) error {
	at := -1
	if c.Units != "" {
		var err error
		if at, err = gameLoop(c.Units); err != nil {
			return err
		}
	}
	r, err := replay.ReadFile(c.File)
	if err != nil {
		return err
	}
	if at > r.Loops {
		return &usageError{fmt.Sprintf("--units %s: the game is over after %s", c.Units, gameTime(r.Loops))}
	}
	a := replayAnswer{Map: r.Map, Version: r.Version, Loops: r.Loops, Rewound: r.Rewound, Players: append([]replay.Player{}, r.Players...), Events: r.Counts()}
	if at >= 0 {
		units := r.UnitsAt(at)
		a.At, a.Units = &at, &units
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(a)
	}
	fmt.Fprintf(out, "map      %s\nversion  %s\nlength   %s (%d loops)\n", a.Map, a.Version, gameTime(a.Loops), a.Loops)
	if a.Rewound > 0 {
		fmt.Fprintln(out, "         taken up again from a replay")
	}
	for _, p := range a.Players {
		fmt.Fprintf(out, "player %d %s, team %d: %s\n", p.ID, p.Race, p.Team, p.Result)
	}
	fmt.Fprintf(out, "\n%-16s %6s\n", "events", "number")
	for _, kind := range slices.Sorted(maps.Keys(a.Events)) {
		fmt.Fprintf(out, "%-16s %6d\n", kind, a.Events[kind])
	}
	if at >= 0 {
		fmt.Fprintf(out, "\nunits at %s\n", gameTime(at))
		printUnits(out, *a.Units)
	}
	return nil
}

// printUnits prints how many units of each type every player has.
func printUnits(out io.Writer, units []replay.Unit) {
	type group struct {
		player     int
		name, note string
	}
	numbers := map[group]int{}
	for _, u := range units {
		note := ""
		if !u.Ready {
			note = ", being built"
		}
		numbers[group{u.Player, u.Type, note}]++
	}
	order := slices.SortedFunc(maps.Keys(numbers), func(a, b group) int {
		return cmp.Or(cmp.Compare(a.player, b.player), strings.Compare(a.name, b.name), strings.Compare(a.note, b.note))
	})
	for _, g := range order {
		owner := fmt.Sprintf("player %d", g.player)
		if g.player == 0 {
			owner = "nobody"
		}
		fmt.Fprintf(out, "%-10s %5d %s%s\n", owner, numbers[g], g.name, g.note)
	}
}

// gameLoop is the loop at a time of the game: a duration, or a number of seconds.
func gameLoop(text string) (int, error) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil {
		d, derr := time.ParseDuration(text)
		seconds, err = d.Seconds(), derr
	}
	if err != nil || !(seconds >= 0) || seconds > math.MaxInt32/replay.LoopsPerSecond {
		return 0, &usageError{fmt.Sprintf("--units %s: give a time of the game, for example 4m30s or 270", text)}
	}
	return int(seconds * replay.LoopsPerSecond), nil
}

// gameTime is the game's clock at a loop.
func gameTime(loop int) string {
	seconds := loop / replay.LoopsPerSecond
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}
