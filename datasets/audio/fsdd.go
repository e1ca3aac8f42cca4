// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// Digits are the classes of spoken digits.
var Digits = []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

// fsddName is how recordings are called: digit, speaker, take.
var fsddName = regexp.MustCompile(`^([0-9])_([a-z]+)_([0-9]+)\.wav$`)

// firstTake is the number from which on takes are trained on; those before it are the official test.
const firstTake = 5

// FSDD reads the free spoken digit dataset (github.com/Jakobovski/free-spoken-digit-dataset), a folder of recordings called
// digit_speaker_take.wav. Held out are the takes 0 to 4 of everybody, which is the official test, or, where a speaker is
// named, all that this speaker says.
func FSDD(ctx context.Context, dir, speaker string, rate int, seed uint64) (*Set, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("spoken digits: %w", err)
	}
	var files []file
	speakers := map[string]bool{}
	for _, e := range entries {
		if e.IsDir() || filepath.Ext(e.Name()) != ".wav" {
			continue
		}
		m := fsddName.FindStringSubmatch(e.Name())
		if m == nil {
			return nil, fmt.Errorf("spoken digits: %s is not called as digit_speaker_take.wav, so its digit is not known; move it elsewhere", filepath.Join(dir, e.Name()))
		}
		take, err := strconv.Atoi(m[3])
		if err != nil {
			return nil, fmt.Errorf("spoken digits: %s: take %s is too large a number", filepath.Join(dir, e.Name()), m[3])
		}
		speakers[m[2]] = true
		held := take < firstTake
		if speaker != "" {
			held = m[2] == speaker
		}
		files = append(files, file{filepath.Join(dir, e.Name()), []int{int(m[1][0] - '0')}, held})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("spoken digits: %s has no recordings digit_speaker_take.wav; give the folder \"recordings\" of the free spoken digit dataset", dir)
	}
	if speaker != "" && !speakers[speaker] {
		var names []string
		for n := range speakers {
			names = append(names, n)
		}
		slices.Sort(names)
		return nil, fmt.Errorf("spoken digits: there is no speaker %q in %s; there are %v", speaker, dir, names)
	}
	train, held, err := load(files, func(path string) (*Sound, error) { return openAt(ctx, path, rate) })
	if err != nil {
		return nil, err
	}
	set, err := newSet(Digits, false, train, held, seed)
	if err != nil {
		return nil, fmt.Errorf("spoken digits: %s: %w", dir, err)
	}
	return set, nil
}

// openAt opens a file and brings it to a rate.
func openAt(ctx context.Context, path string, rate int) (*Sound, error) {
	s, err := Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if s, err = s.Resample(rate); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}
