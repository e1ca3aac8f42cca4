// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// words is a text of random words, some after several spaces.
func words(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(strings.Repeat("w", 1+r.IntN(9)))
		b.WriteString([]string{" ", " ", " ", "\n", ".  "}[r.IntN(5)])
	}
	return []byte(b.String()[:n])
}

func share(masked []bool) float64 {
	n := 0
	for _, m := range masked {
		if m {
			n++
		}
	}
	return float64(n) / float64(len(masked))
}

func TestMaskRates(t *testing.T) {
	window := words(200_000)
	for _, rate := range []float64{0.15, 0.5} {
		if got := share(MaskBytes(window, rate, MaskRand(1, 2, 3)).Masked); math.Abs(got-rate) > 0.005 {
			t.Errorf("single bytes at %g: %g are hidden", rate, got)
		}
		masked := MaskWords(window, rate, MaskRand(1, 2, 3)).Masked
		hidden, all := 0, 0
		for i := range window { // words are counted by their first bytes
			if !isSpace(window[i]) && (i == 0 || isSpace(window[i-1])) {
				all++
				if masked[i] {
					hidden++
				}
			}
		}
		if got := float64(hidden) / float64(all); math.Abs(got-rate) > 0.01 {
			t.Errorf("words at %g: %g are hidden", rate, got)
		}
		if got := share(masked); math.Abs(got-rate) > 0.02 {
			t.Errorf("words at %g: %g of the bytes are hidden", rate, got)
		}
	}
}

// A hidden word is hidden whole, with one space before it and no other space.
func TestMaskWordsHidesWholeWords(t *testing.T) {
	window := words(20_000)
	masked := MaskWords(window, 0.3, MaskRand(5, 6, 7)).Masked
	for i, b := range window {
		next := i+1 < len(window) && masked[i+1] && !isSpace(window[i+1])
		switch {
		case isSpace(b) && masked[i] != next:
			t.Fatalf("the space at %d is hidden: %v, the word after it: %v", i, masked[i], next)
		case !isSpace(b) && i > 0 && !isSpace(window[i-1]) && masked[i] != masked[i-1]:
			t.Fatalf("the word around %d is hidden in part", i)
		}
	}
	all := MaskWords([]byte("one  two\tthree"), 1, MaskRand(1, 1, 1)).Masked
	if all[3] || slices.Contains(all[:3], false) || slices.Contains(all[4:], false) {
		t.Errorf("at a rate of 1 all but the first of two spaces is hidden, got %v", all)
	}
}

func TestMaskHidesOneAtLeast(t *testing.T) {
	places := map[int]bool{}
	for i := range 200 {
		for name, m := range map[string]Masked{
			"bytes":  MaskBytes([]byte("abcd"), 1e-12, MaskRand(1, i, 0)),
			"words":  MaskWords([]byte("abcd"), 1e-12, MaskRand(1, i, 0)),
			"spaces": MaskWords([]byte("    "), 0.9, MaskRand(1, i, 0)),
		} {
			if share(m.Masked) != 0.25 {
				t.Fatalf("%s: %v, want one hidden", name, m.Masked)
			}
			places[slices.Index(m.Masked, true)] = true
		}
	}
	if len(places) != 4 {
		t.Errorf("the one hidden byte is only ever at %v", places)
	}
}

func TestMaskedIDs(t *testing.T) {
	m := MaskBytes([]byte("a\x00\xff b"), 0.5, MaskRand(9, 0, 0))
	if want := []int32{'a' + 6, 6, 261, ' ' + 6, 'b' + 6}; !slices.Equal(m.Labels, want) {
		t.Errorf("labels %v, want %v", m.Labels, want)
	}
	for i, hidden := range m.Masked {
		if want := map[bool]int32{true: Mask, false: m.Labels[i]}[hidden]; m.IDs[i] != want {
			t.Errorf("id %d is %d, want %d", i, m.IDs[i], want)
		}
	}
}

// The same seed, step and row hide the same bytes; another of the three hides others.
func TestMaskRand(t *testing.T) {
	window := words(500)
	mask := func(seed uint64, step, row int) Masked { return MaskBytes(window, 0.5, MaskRand(seed, step, row)) }
	if !reflect.DeepEqual(mask(1, 2, 3), mask(1, 2, 3)) {
		t.Error("a mask is not a function of seed, step and row")
	}
	seen := [][]bool{}
	for _, x := range [][3]int{{1, 2, 3}, {2, 2, 3}, {1, 3, 3}, {1, 2, 4}, {1, 3, 2}, {3, 2, 1}} {
		m := mask(uint64(x[0]), x[1], x[2]).Masked
		for _, other := range seen {
			if slices.Equal(m, other) {
				t.Errorf("seed, step, row %v hide what others hide", x)
			}
		}
		seen = append(seen, m)
	}
}
