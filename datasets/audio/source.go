// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import "fmt"

// Clip is a sound of which the classes are known.
type Clip struct {
	Name string
	*Sound
	Classes []int // what is to be heard, as indices of the source's classes, smallest first
}

// Source is clips of one rate, some to train on and some held out.
type Source interface {
	// Classes are the names of the classes.
	Classes() []string
	// Several reports whether a clip may have several classes, or none; else it has one.
	Several() bool
	// Train is the clip of a draw: a function of the source's seed and the number of the draw alone.
	Train(draw uint64) *Clip
	// Trains is the number of different clips to train on; 0: no two draws are alike.
	Trains() int
	// HeldOut is held-out clip i, whatever the seed, from 0 to HeldOuts()-1.
	HeldOut(i int) *Clip
	HeldOuts() int
}

// checkClasses finds names that cannot be told from each other.
func checkClasses(names []string) error {
	if len(names) < 2 {
		return fmt.Errorf("there are %d classes; 2 are the fewest", len(names))
	}
	seen := map[string]bool{}
	for _, n := range names {
		if n == "" || seen[n] {
			return fmt.Errorf("the class %q is there twice, or has no name", n)
		}
		seen[n] = true
	}
	return nil
}
