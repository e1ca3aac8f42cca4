// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

// The archive's own arithmetic: names become hashes, and its two tables are enciphered with keys made of their names.

// cryptWords are the words that hashes and keys are made with, 256 for each of five uses.
var cryptWords = func() (words [5 * 256]uint32) {
	seed := uint32(0x00100001)
	next := func() uint32 {
		seed = (125*seed + 3) % 0x2AAAAB
		return seed & 0xFFFF
	}
	for i := range 256 {
		for use := range 5 {
			high := next()
			words[256*use+i] = high<<16 | next()
		}
	}
	return words
}()

// Uses of a hash. Two of them together say which file an entry of the hash table is for.
const (
	useNameA = 1
	useNameB = 2
	useKey   = 3
	useWord  = 4 // of the cipher
)

// hashName is the hash of a file's name for one use. Capital and small letters are the same.
func hashName(name string, use int) uint32 {
	a, b := uint32(0x7FED7FED), uint32(0xEEEEEEEE)
	for _, c := range []byte(name) {
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		a = cryptWords[256*use+int(c)] ^ (a + b)
		b += uint32(c) + a + b<<5 + 3
	}
	return a
}

// decipher makes a table readable, in place.
func decipher(words []uint32, key uint32) {
	b := uint32(0xEEEEEEEE)
	for i, w := range words {
		b += cryptWords[256*useWord+int(key&0xFF)]
		w ^= key + b
		key = (^key<<21 + 0x11111111) | key>>11
		b += w + b<<5 + 3
		words[i] = w
	}
}
