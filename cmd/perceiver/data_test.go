// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const smallReplay = "../../datasets/replay/testdata/small.SC2Replay"

// data runs perceiver data.
func data(args ...string) (code int, stdout, stderr string) {
	var out, talk bytes.Buffer
	code = run(context.Background(), append([]string{"data"}, args...), &out, &talk)
	return code, out.String(), talk.String()
}

func TestDataReplayJSON(t *testing.T) {
	code, out, talk := data("replay", smallReplay, "--json")
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || talk != "" {
		t.Fatal(code, out, talk, err)
	}
	events := got["events"].(map[string]any)
	delete(got, "events")
	want := map[string]any{
		"map": "Two Hills", "version": "5.0.14.93333", "loops": 800., "rewound": 0.,
		"players": []any{
			map[string]any{"player": 1., "race": "Terran", "team": 0., "result": "win"},
			map[string]any{"player": 3., "race": "Zerg", "team": 1., "result": "loss"},
		},
	}
	if !reflect.DeepEqual(got, want) || events["UnitBorn"] != 5. || events["Event12"] != 1. {
		t.Errorf("%v, %v; want %v", got, events, want)
	}
}

func TestDataReplayUnits(t *testing.T) {
	for _, at := range []string{"20", "20s", "0m20.05s"} {
		code, out, talk := data("replay", smallReplay, "--json", "--units", at)
		var got struct {
			At    int
			Units []struct {
				Type       string
				Player     int
				X, Y       float64
				Born, Told int
				Ready      bool
			}
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
			t.Fatal(code, out, talk, err)
		}
		if got.At != 320 || len(got.Units) != 4 || got.Units[3].Type != "Barracks" || got.Units[3].Ready || got.Units[2].X != 131 || got.Units[2].Told != 320 {
			t.Errorf("%s: %+v", at, got)
		}
	}
	code, out, _ := data("replay", smallReplay, "--units", "20")
	for _, line := range []string{"map      Two Hills", "length   0:50 (800 loops)", "player 3 Zerg, team 1: loss", "UnitBorn              5", "units at 0:20", "nobody         1 MineralField", "player 1       1 Barracks, being built", "player 3       1 Egg"} {
		if code != 0 || !strings.Contains(out, line+"\n") {
			t.Errorf("%d: no line %q in\n%s", code, line, out)
		}
	}
	if code, out, _ := data("replay", smallReplay, "--units", "0", "--json"); code != 0 || !strings.Contains(out, `"at":0`) {
		t.Error(code, out)
	}
}

func TestDataReplayRefuses(t *testing.T) {
	cut := filepath.Join(t.TempDir(), "cut.SC2Replay")
	b, err := os.ReadFile(smallReplay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, b[:len(b)-1], 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code  int
		words string
		args  []string
	}{
		{1, "cut.SC2Replay: its block table ends", []string{cut}},
		{1, "no such file", []string{"none.SC2Replay"}},
		{1, "no StarCraft II replay", []string{"data.go"}},
		{2, "the game is over after 0:50", []string{smallReplay, "--units", "51"}},
		{2, "--units soon: give a time", []string{smallReplay, "--units", "soon"}},
		{2, "--units NaN: give a time", []string{smallReplay, "--units", "NaN"}},
		{2, "--units -1s: give a time", []string{smallReplay, "--units=-1s"}},
		{2, "perceiver data --help", nil},
	} {
		code, out, talk := data(append([]string{"replay"}, c.args...)...)
		if code != c.code || out != "" || !strings.Contains(talk, c.words) || strings.Count(talk, "\n") != 1 {
			t.Errorf("%v: %d, %q, %q; want %d and %q", c.args, code, out, talk, c.code, c.words)
		}
	}
}
