// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// SoundsOfTheWorld are the classes of ESC-10.
var SoundsOfTheWorld = []string{"dog bark", "rain", "sea waves", "baby cry", "clock tick", "person sneeze", "helicopter", "chainsaw", "rooster", "fire crackling"}

// esc10Name is how clips are called: fold, number of the recording, letter of the piece.
var esc10Name = regexp.MustCompile(`^([1-5])-[0-9]+-[A-Z](-[0-9]+)?\.(ogg|wav)$`)

// ESC10 reads ESC-10 (Piczak, 2015; github.com/karolpiczak/ESC-10), ten folders "NNN - Name" of clips of five seconds. The
// clips of one fold, 1 to 5, are held out; pieces of one recording are all in one fold. Clips are decoded once, and kept
// in the folder cache, or in the user's folder of caches where it is "".
func ESC10(ctx context.Context, dir string, fold, rate int, seed uint64, cache string) (*Set, error) {
	if fold < 1 || fold > 5 {
		return nil, fmt.Errorf("ESC-10: fold %d: the folds are 1 to 5", fold)
	}
	folders, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("ESC-10: %w", err)
	}
	var files []file
	found := map[string]bool{}
	for _, folder := range folders {
		number, name, ok := strings.Cut(folder.Name(), " - ")
		if !folder.IsDir() || !ok || len(number) != 3 {
			continue
		}
		class := slices.Index(SoundsOfTheWorld, strings.ToLower(name))
		if class < 0 {
			return nil, fmt.Errorf("ESC-10: the folder %s is none of its classes, which are %s", filepath.Join(dir, folder.Name()), strings.Join(SoundsOfTheWorld, ", "))
		}
		found[SoundsOfTheWorld[class]] = true
		clips, err := os.ReadDir(filepath.Join(dir, folder.Name()))
		if err != nil {
			return nil, fmt.Errorf("ESC-10: %w", err)
		}
		for _, c := range clips {
			path := filepath.Join(dir, folder.Name(), c.Name())
			if e := filepath.Ext(c.Name()); c.IsDir() || e != ".ogg" && e != ".wav" {
				continue
			}
			m := esc10Name.FindStringSubmatch(c.Name())
			if m == nil {
				return nil, fmt.Errorf("ESC-10: %s is not called as fold-number-letter.ogg, so its fold is not known; move it elsewhere", path)
			}
			files = append(files, file{path, []int{class}, int(m[1][0]-'0') == fold})
		}
	}
	for _, name := range SoundsOfTheWorld {
		if !found[name] {
			return nil, fmt.Errorf("ESC-10: %s has no folder \"NNN - %s\"; give the folder of the whole dataset", dir, strings.ToUpper(name[:1])+name[1:])
		}
	}
	train, held, err := load(files, func(path string) (*Sound, error) { return openCached(ctx, path, rate, cache) })
	if err != nil {
		return nil, err
	}
	set, err := newSet(SoundsOfTheWorld, false, train, held, seed)
	if err != nil {
		return nil, fmt.Errorf("ESC-10: %s: %w", dir, err)
	}
	return set, nil
}
