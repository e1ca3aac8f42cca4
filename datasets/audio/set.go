// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package audio

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
)

// Set is a Source whose clips are in memory. Training sees all of them, in an order of chance, before it sees one again.
type Set struct {
	names       []string
	several     bool
	train, held []*Clip
	seed        uint64

	mu     sync.Mutex
	orders map[uint64][]int // of the clips, by epoch; a few at most
}

// maxSamples bounds the sound of a set, all clips together: 4 GiB of memory.
const maxSamples = 1 << 30

// newSet makes a set of clips of one rate.
func newSet(names []string, several bool, train, held []*Clip, seed uint64) (*Set, error) {
	if err := checkClasses(names); err != nil {
		return nil, err
	}
	if len(train) == 0 || len(held) == 0 {
		return nil, fmt.Errorf("there are %d sounds to train on and %d held out; both need one at least", len(train), len(held))
	}
	for _, c := range slices.Concat(train, held) {
		if !several && len(c.Classes) != 1 {
			return nil, fmt.Errorf("%s: it has %d classes, and should have one", c.Name, len(c.Classes))
		}
		for _, k := range c.Classes {
			if k < 0 || k >= len(names) {
				return nil, fmt.Errorf("%s: class %d is not one of %d", c.Name, k, len(names))
			}
		}
	}
	return &Set{names: names, several: several, train: train, held: held, seed: seed, orders: map[uint64][]int{}}, nil
}

// Classes implements Source.
func (s *Set) Classes() []string { return s.names }

// Several implements Source.
func (s *Set) Several() bool { return s.several }

// Trains implements Source.
func (s *Set) Trains() int { return len(s.train) }

// HeldOuts implements Source.
func (s *Set) HeldOuts() int { return len(s.held) }

// HeldOut implements Source. Each call gives the same clip, which must not be changed.
func (s *Set) HeldOut(i int) *Clip { return s.held[i] }

// TrainClip is clip i of those to train on, in the order of their names.
func (s *Set) TrainClip(i int) *Clip { return s.train[i] }

// Train implements Source.
func (s *Set) Train(draw uint64) *Clip {
	n := uint64(len(s.train))
	return s.train[s.order(draw / n)[draw%n]]
}

// order is the order of the clips in an epoch. Several goroutines ask, for epochs that lie side by side.
func (s *Set) order(epoch uint64) []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.orders[epoch]; ok {
		return o
	}
	if len(s.orders) >= 4 {
		clear(s.orders)
	}
	o := rand.New(rand.NewPCG(s.seed, epoch)).Perm(len(s.train))
	s.orders[epoch] = o
	return o
}

// file is a sound that is to be read into a set.
type file struct {
	path    string
	classes []int
	held    bool
}

// errTooMuch says that a set does not fit.
var errTooMuch = errors.New("the sounds are more than 4 GiB in memory; use fewer of them, or a lower rate")

// load reads files with the given function, several at a time, in the order of the list.
func load(files []file, read func(path string) (*Sound, error)) (train, held []*Clip, err error) {
	sounds, errs := make([]*Sound, len(files)), make([]error, len(files))
	var wg sync.WaitGroup
	var mu sync.Mutex
	total, failed := 0, false
	slots := make(chan struct{}, 4)
	for i, f := range files {
		slots <- struct{}{}
		mu.Lock()
		stop := failed
		mu.Unlock()
		if stop {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			sounds[i], errs[i] = read(f.path)
			mu.Lock()
			defer mu.Unlock()
			if errs[i] == nil {
				if total += len(sounds[i].Samples); total > maxSamples {
					errs[i] = errTooMuch
				}
			}
			failed = failed || errs[i] != nil
		})
	}
	wg.Wait()
	for i, f := range files {
		if errs[i] != nil {
			return nil, nil, errs[i]
		}
		c := &Clip{Name: f.path, Sound: sounds[i], Classes: f.classes}
		if f.held {
			held = append(held, c)
		} else {
			train = append(train, c)
		}
	}
	return train, held, nil
}
