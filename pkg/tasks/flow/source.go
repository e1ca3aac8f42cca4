// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"errors"
	"fmt"

	movement "github.com/perceiver-go/perceiver/datasets/flow"
)

// source is where pairs come from: generated ones, or those of folders.
type source struct {
	data Data

	generator *movement.Generator // of training pairs; nil where they come from a folder
	train     []movement.Files

	heldOut *movement.Generator // of held-out pairs, without crops
	files   []movement.Files    // held-out pairs of a folder
}

// Seeds of textures and of held-out pairs, the same in every run, so that runs can be compared.
const (
	trainTextures = 1
	evalTextures  = 2
	evalSeed      = 20220125
	textureCount  = 256
)

// newSource finds the pairs. Those of the folder measured, where it is not "", are all held out.
func newSource(d Data, m Model, measured string, seed uint64) (*source, error) {
	s := &source{data: d}
	if measured != "" {
		var err error
		if s.files, err = movement.Find(measured); err != nil {
			return nil, err
		}
	}
	if d.Train != "" {
		all, err := movement.Find(d.Train)
		if err != nil {
			return nil, err
		}
		for i, f := range all {
			if i%10 != 9 {
				s.train = append(s.train, f)
			} else if measured == "" {
				s.files = append(s.files, f)
			}
		}
		if measured == "" && len(s.files) == 0 {
			return nil, fmt.Errorf("data.train = %q: there are %d pairs, and every tenth would be held out; name others to measure with as --data", d.Train, len(all))
		}
		return s, nil
	}
	textures := append(movement.Textures(trainTextures, textureCount), movement.GoPictures()...)
	if d.Textures != "" {
		var err error
		if textures, err = movement.PictureTextures(d.Textures); err != nil {
			return nil, fmt.Errorf("data.textures: %w", err)
		}
	}
	s.generator = d.generator(m, textures, seed)
	if measured == "" {
		s.heldOut = d.generator(m, movement.Textures(evalTextures, textureCount), evalSeed)
		s.heldOut.Width, s.heldOut.Height = m.Width, m.Height
	}
	return s, nil
}

// pair is training pair i, with effects of a strength from 0 to 1.
func (s *source) pair(i uint64, strength float64) (*movement.Pair, error) {
	if s.generator == nil {
		return s.train[i%uint64(len(s.train))].Read()
	}
	if s.data.Pairs > 0 {
		i %= uint64(s.data.Pairs)
	}
	g := *s.generator
	g.Faint, g.Light, g.Grain, g.Blur, g.Fog = strength*g.Faint, strength*g.Light, strength*g.Grain, strength*g.Blur, strength*g.Fog
	return g.Pair(i), nil
}

func (s *source) heldOuts() int {
	if s.heldOut != nil {
		return s.data.EvalPairs
	}
	return len(s.files)
}

var errNoData = errors.New("the task was opened without its data")

// heldOutPair is held-out pair i.
func (s *source) heldOutPair(i int) (*movement.Pair, error) {
	if i < 0 || i >= s.heldOuts() {
		return nil, fmt.Errorf("held-out pair %d: there are %d, counted from 0", i, s.heldOuts())
	}
	if s.heldOut != nil {
		return s.heldOut.Pair(uint64(i)), nil
	}
	return s.files[i].Read()
}
