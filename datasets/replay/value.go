// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Replays describe their own values: a tag says what kind of value follows. So no table of fields for every build of
// the game is needed, and builds that are newer than this package are read too.
const (
	tagArray = iota
	tagBits
	tagBlob
	tagChoice
	tagOptional
	tagStruct
	tagU8
	tagU32
	tagU64
	tagInt
)

// maxNesting bounds values within values. Replays have five levels.
const maxNesting = 32

// maxText bounds the names of maps, units and upgrades.
const maxText = 256

// values reads self-describing values, one after the other. After an error it returns zeros and stays where it was, so
// that one look at err at the end is enough. What is not asked for is skipped in place and never copied: that is how
// the names of players stay where they are.
type values struct {
	b      []byte
	at     int
	nested int
	err    error
}

func (v *values) fail(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf("at byte %d: "+format, append([]any{v.at}, args...)...)
	}
}

func (v *values) left() int { return len(v.b) - v.at }

// take is the next n bytes.
func (v *values) take(n int64) []byte {
	if v.err != nil {
		return nil
	}
	if n < 0 || n > int64(v.left()) {
		v.fail("%d bytes are missing: %w", n-int64(v.left()), errCut)
		return nil
	}
	v.at += int(n)
	return v.b[v.at-int(n) : v.at]
}

func (v *values) byte() byte {
	if b := v.take(1); b != nil {
		return b[0]
	}
	return 0
}

// back gives a byte back.
func (v *values) back() {
	if v.err == nil {
		v.at--
	}
}

// vint is a number of variable length: a sign and six bits, then seven bits for every byte that follows.
func (v *values) vint() int64 {
	b := v.byte()
	negative, n, shift := b&1 != 0, int64(b>>1&0x3F), 6
	for b&0x80 != 0 && v.err == nil {
		if shift > 55 {
			v.fail("a number is longer than 62 bits")
			return 0
		}
		b = v.byte()
		n |= int64(b&0x7F) << shift
		shift += 7
	}
	if negative {
		n = -n
	}
	return n
}

// count is a length, and cannot exceed the number of bytes that are left: whatever is counted takes one at least.
func (v *values) count() int {
	n := v.vint()
	if v.err == nil && (n < 0 || n > int64(v.left())) {
		v.fail("a list of %d values in %d bytes: %w", n, v.left(), errCut)
		return 0
	}
	return int(n)
}

func (v *values) tag(want byte) bool {
	if tag := v.byte(); v.err == nil && tag != want {
		v.back()
		v.fail("a value of kind %d stands where one of kind %d should be", tag, want)
	}
	return v.err == nil
}

func (v *values) enter() bool {
	if v.nested++; v.nested > maxNesting {
		v.fail("values are nested more than %d deep", maxNesting)
	}
	return v.err == nil
}

// fields goes through a structure. For each field, the function reads the value or leaves it to be skipped.
func (v *values) fields(read func(key int64)) {
	if !v.tag(tagStruct) || !v.enter() {
		return
	}
	defer func() { v.nested-- }()
	for range v.count() {
		key := v.vint()
		before := v.at
		if v.err == nil {
			read(key)
		}
		if v.at == before {
			v.skip()
		}
		if v.err != nil {
			return
		}
	}
}

// list goes through an array.
func (v *values) list(read func()) {
	if !v.tag(tagArray) || !v.enter() {
		return
	}
	defer func() { v.nested-- }()
	for range v.count() {
		if read(); v.err != nil {
			return
		}
	}
}

// number reads a number of any width.
func (v *values) number() int64 {
	switch tag := v.byte(); tag {
	case tagU8:
		return int64(v.byte())
	case tagU32:
		if b := v.take(4); b != nil {
			return int64(binary.LittleEndian.Uint32(b))
		}
	case tagU64:
		if b := v.take(8); b != nil {
			return int64(binary.LittleEndian.Uint64(b))
		}
	case tagInt:
		return v.vint()
	default:
		v.back()
		v.fail("a value of kind %d stands where a number should be", tag)
	}
	return 0
}

// within reads a number from low to high.
func (v *values) within(low, high int64) int {
	at := v.at
	n := v.number()
	if v.err == nil && (n < low || n > high) {
		v.at = at
		v.fail("the number %d is not from %d to %d", n, low, high)
		return 0
	}
	return int(n)
}

// optional says whether a value that may be absent is there; then it is to be read next.
func (v *values) optional() bool { return v.tag(tagOptional) && v.byte() != 0 && v.err == nil }

// text reads a name: a short line of UTF-8 that a terminal can show. Where it is something else, its content is not
// told.
func (v *values) text() string {
	if !v.tag(tagBlob) {
		return ""
	}
	n := v.vint()
	if v.err == nil && n > maxText {
		v.fail("a name of %d bytes; up to %d are read", n, maxText)
	}
	b := v.take(n)
	if v.err != nil {
		return ""
	}
	if err := showable(b); err != nil {
		v.fail("%w", err)
		return ""
	}
	return string(b)
}

func showable(b []byte) error {
	if !utf8.Valid(b) {
		return errors.New("a name is not UTF-8")
	}
	for _, r := range string(b) {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("a name has the character %U, which cannot be shown", r)
		}
	}
	return nil
}

// skip passes over a value of any kind.
func (v *values) skip() {
	if !v.enter() {
		return
	}
	defer func() { v.nested-- }()
	switch tag := v.byte(); tag {
	case tagArray:
		for range v.count() {
			if v.skip(); v.err != nil {
				return
			}
		}
	case tagBits:
		v.take((v.vint() + 7) / 8)
	case tagBlob:
		v.take(v.vint())
	case tagChoice:
		v.vint()
		v.skip()
	case tagOptional:
		if v.byte() != 0 && v.err == nil {
			v.skip()
		}
	case tagStruct:
		for range v.count() {
			v.vint()
			if v.skip(); v.err != nil {
				return
			}
		}
	case tagU8:
		v.take(1)
	case tagU32:
		v.take(4)
	case tagU64:
		v.take(8)
	case tagInt:
		v.vint()
	default:
		v.back()
		v.fail("there are no values of kind %d", tag)
	}
}
