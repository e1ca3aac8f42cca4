// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

// shuffled is where element k of an endless walk over n pictures is: each walk through all of them has an order of its own.
// The order is a small cipher: numbers are mixed, halves with halves, until one is below n.
func shuffled(n int, seed, k uint64) int {
	walk, at := k/uint64(n), k%uint64(n)
	bits := 2
	for 1<<bits < n {
		bits += 2
	}
	half := uint64(bits / 2)
	mask := uint64(1)<<half - 1
	for {
		left, right := at>>half, at&mask
		for round := range uint64(4) {
			left, right = right, left^(hash(seed, walk, round, right)&mask)
		}
		if at = left<<half | right; at < uint64(n) {
			return int(at)
		}
	}
}

// hash mixes numbers as SplitMix64 does.
func hash(values ...uint64) uint64 {
	h := uint64(0)
	for _, v := range values {
		h += v + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}
