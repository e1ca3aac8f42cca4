// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"slices"
	"testing"
)

// The keys of the two tables are the same in every archive.
func TestKeys(t *testing.T) {
	for name, want := range map[string]uint32{"(hash table)": 0xC3AF3770, "(block table)": 0xEC83B3A3} {
		if got := hashName(name, useKey); got != want {
			t.Errorf("%s: %#x, want %#x", name, got, want)
		}
	}
	if hashName("Replay.Details", useNameA) != hashName("rEPLAY.dETAILS", useNameA) {
		t.Error("capital letters make another hash")
	}
}

func TestDecipher(t *testing.T) {
	words := []uint32{1, 2, 3, 0xFFFFFFFF, 0}
	hidden := slices.Clone(words)
	encipher(hidden, 0xC3AF3770)
	if slices.Equal(hidden, words) {
		t.Fatal("nothing was hidden")
	}
	if decipher(hidden, 0xC3AF3770); !slices.Equal(hidden, words) {
		t.Errorf("%v, want %v", hidden, words)
	}
}
