// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package experiment

import (
	"fmt"
	"slices"
	"strings"
)

// Error says what is wrong with an experiment: the user's doing, not the machine's.
type Error struct {
	Where string // the file, or "--set"
	Err   error
}

func (e *Error) Error() string { return e.Where + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// unknown is the error about a name that is not known.
func unknown(kind, name string, known []string) error {
	if near := Nearest(name, known); near != "" {
		return fmt.Errorf("there is no %s %q; did you mean %q?", kind, name, near)
	}
	known = slices.Clone(known)
	slices.Sort(known)
	return fmt.Errorf("there is no %s %q; there are %s", kind, name, strings.Join(known, ", "))
}

// Nearest is the known name that is most like name, "" where none is alike.
func Nearest(name string, known []string) string {
	best, distance := "", max(2, len(name)/2)+1
	for _, k := range slices.Sorted(slices.Values(known)) {
		if strings.HasSuffix(k, "."+name) { // only the section was forgotten
			return k
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// editDistance is the number of insertions, deletions, replacements and swaps of neighbours between two words.
func editDistance(a, b string) int {
	if len(a) > 200 || len(b) > 200 {
		return 200 // not a slip of the finger
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
