// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"strings"
	"unicode/utf8"
)

// The special ids. Byte b has the id FirstByte+b. BOS and EOS are reserved and used by nothing.
const (
	Pad int32 = iota
	BOS
	EOS
	Mask
	CLS
	SEP

	FirstByte  = 6   // id of byte 0
	Vocabulary = 262 // number of ids
)

var specialNames = [FirstByte]string{"[PAD]", "[BOS]", "[EOS]", "[MASK]", "[CLS]", "[SEP]"}

// Encode turns text into ids, one for each byte; the names of special ids, such as "[MASK]", become those ids. No
// special ids are added around it. Text need not be valid UTF-8.
func Encode(text string) []int32 {
	ids := make([]int32, 0, len(text))
next:
	for i := 0; i < len(text); {
		if text[i] == '[' {
			for id, name := range specialNames {
				if strings.HasPrefix(text[i:], name) {
					ids = append(ids, int32(id))
					i += len(name)
					continue next
				}
			}
		}
		ids = append(ids, int32(text[i])+FirstByte)
		i++
	}
	return ids
}

// Decode turns ids into text. Special ids are written by name; bytes that are not UTF-8 become one U+FFFD for each
// maximal valid prefix of a character, as in Python. Ids outside of the vocabulary are left out.
func Decode(ids []int32) string {
	var out strings.Builder
	var run []byte
	flush := func() {
		writeUTF8(&out, run)
		run = run[:0]
	}
	for _, id := range ids {
		switch {
		case id < 0 || id >= Vocabulary:
		case id < FirstByte:
			flush()
			out.WriteString(specialNames[id])
		default:
			run = append(run, byte(id-FirstByte))
		}
	}
	flush()
	return out.String()
}

func writeUTF8(out *strings.Builder, b []byte) {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			n = invalidPrefix(b)
		}
		out.WriteRune(r)
		b = b[n:]
	}
}

// invalidPrefix is the length of the longest start of b, which does not begin with a character, that could have become
// one: 2 for E2 82 at the end of b, 1 for ED A0 80, whose second byte no character has.
func invalidPrefix(b []byte) int {
	need, low, high := 0, byte(0x80), byte(0xBF)
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		need = 1
	case c >= 0xE0 && c <= 0xEF:
		need = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		need = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	}
	n := 1
	for ; need > 0 && n < len(b) && b[n] >= low && b[n] <= high; need-- {
		n, low, high = n+1, 0x80, 0xBF
	}
	return n
}

// Limits are what Tokenize does with the length of its result.
type Limits struct {
	Max  int        // ids in the result; 0: 2,048, as published
	Cut  Truncation // what is cut when there are more
	Fill bool       // fills up to Max with Pad
	Bare bool       // adds no CLS and SEP
}

// Truncation says which side of a pair is cut.
type Truncation int

const (
	NoCut      Truncation = iota // nothing is cut, the result may be over-long
	CutLongest                   // one id after the other from the side that is longer
	CutFirst                     // from the first text only
	CutSecond                    // from the second text only
)

// Tokenize makes the input of the published model out of one text, or of two where pair is not nil: CLS a SEP, or
// CLS a SEP b SEP. The mask is 1 for ids and 0 for padding.
//
// As in the published tokenizer a text is cut in the middle of a character where the limit wants it, and nothing at
// all is cut from a text that is not longer than what there is too much of.
func Tokenize(a string, pair *string, l Limits) (ids, mask []int32) {
	first, second := Encode(a), []int32(nil)
	if pair != nil {
		second = Encode(*pair)
	}
	limit, special := l.Max, 0
	if limit == 0 {
		limit = 2048
	}
	if !l.Bare {
		special = 2 + bit(pair != nil)
	}
	if excess := len(first) + len(second) + special - limit; excess > 0 {
		first, second = cut(first, second, excess, l.Cut)
	}
	if !l.Bare {
		ids = append(append(append(ids, CLS), first...), SEP)
		if pair != nil {
			ids = append(append(ids, second...), SEP)
		}
	} else {
		ids = append(first, second...)
	}
	for range ids {
		mask = append(mask, 1)
	}
	for l.Fill && len(ids) < limit {
		ids, mask = append(ids, Pad), append(mask, 0)
	}
	return ids, mask
}

func cut(first, second []int32, excess int, how Truncation) ([]int32, []int32) {
	switch {
	case how == CutLongest && second != nil:
		for range excess {
			if len(first) > len(second) {
				first = first[:len(first)-1]
			} else if len(second) > 0 {
				second = second[:len(second)-1]
			}
		}
	case (how == CutFirst || how == CutLongest) && len(first) > excess:
		first = first[:len(first)-excess]
	case how == CutSecond && len(second) > excess:
		second = second[:len(second)-excess]
	}
	return first, second
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
