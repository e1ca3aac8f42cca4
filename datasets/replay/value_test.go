// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 63, 64, -64, 8191, 8192, -1 << 40, 1<<62 - 1} {
		v := &values{b: vint(n)}
		if got := v.vint(); got != n || v.err != nil || v.left() != 0 {
			t.Errorf("%d was read as %d, %v", n, got, v.err)
		}
	}
	for _, b := range [][]byte{{tagU8, 200}, {tagU32, 200, 0, 0, 0}, {tagU64, 200, 0, 0, 0, 0, 0, 0, 0}, num(200)} {
		v := &values{b: b}
		if got := v.number(); got != 200 || v.err != nil {
			t.Errorf("% x was read as %d, %v", b, got, v.err)
		}
	}
}

// One of each kind, within each other.
func everything() []byte {
	return list(
		object(num(1), nil, blob("text"), some(list())),
		[]byte{tagBits, 10 << 1, 1, 2},
		[]byte{tagChoice, 2 << 1, tagU8, 3},
		none,
		[]byte{tagU32, 1, 2, 3, 4},
		[]byte{tagU64, 1, 2, 3, 4, 5, 6, 7, 8},
	)
}

func TestSkip(t *testing.T) {
	b := append(everything(), 42)
	v := &values{b: b}
	if v.skip(); v.err != nil || v.left() != 1 {
		t.Errorf("%d bytes are left, %v", v.left(), v.err)
	}
	for n := range len(b) - 1 {
		v := &values{b: b[:n]}
		if v.skip(); v.err == nil {
			t.Errorf("%d of %d bytes were enough", n, len(b)-1)
		}
	}
}

func TestFields(t *testing.T) {
	v := &values{b: append(object(num(5), blob("not asked for"), num(7)), num(9)...)}
	var got []int64
	v.fields(func(key int64) {
		if key != 1 {
			got = append(got, key, v.number())
		}
	})
	if last := v.number(); !slices.Equal(got, []int64{0, 5, 2, 7}) || last != 9 || v.err != nil {
		t.Errorf("%v, %d, %v", got, last, v.err)
	}
}

func TestBadValues(t *testing.T) {
	skip := func(v *values) { v.skip() }
	text := func(v *values) { v.text() }
	for words, c := range map[string]struct {
		b    []byte
		read func(*values)
	}{
		"nested more than 32 deep":       {bytes.Repeat([]byte{tagOptional, 1}, 1000), skip},
		"no values of kind 10":           {[]byte{10}, skip},
		"a list of 1000000 values":       {append([]byte{tagArray}, vint(1000000)...), skip},
		"a list of -5 values":            {append([]byte{tagStruct}, vint(-5)...), skip},
		"bytes are missing":              {append([]byte{tagBlob}, vint(1<<40)...), skip},
		"longer than 62 bits":            {append([]byte{tagInt}, bytes.Repeat([]byte{0xFF}, 20)...), skip},
		"kind 5 stands where one of k":   {object(), text},
		"a name of 257 bytes":            {blob(strings.Repeat("a", 257)), text},
		"U+001B, which cannot be shown":  {blob("red \x1b[31m"), text},
		"a name is not UTF-8":            {blob("\xff\xfe"), text},
		"where a number should be":       {blob("7"), func(v *values) { v.number() }},
		"the number 17 is not from 0 to": {num(17), func(v *values) { v.within(0, 16) }},
		"at byte 2: the number -1":       {append(num(3), num(-1)...), func(v *values) { v.number(); v.within(0, 9) }},
	} {
		v := &values{b: c.b}
		c.read(v)
		if v.err == nil || !strings.Contains(v.err.Error(), words) {
			t.Errorf("%q: the error is %v", words, v.err)
		}
		at, err := v.at, v.err
		if v.number(); v.at != at || v.err != err {
			t.Errorf("%q: reading went on after the error", words)
		}
	}
}
