// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// vectors are answers of the published tokenizer.
type vectors struct {
	Cases []struct {
		Text, Decode string
		IDs          []int32 `json:"input_ids"`
		Bare         []int32 `json:"input_ids_no_special"`
	}
	Pairs      []tokenized
	Truncation []tokenized `json:"padding_truncation"`
	PairCuts   []tokenized `json:"pair_truncation"`
	Invalid    []struct {
		Bytes  []int
		IDs    []int32 `json:"input_ids"`
		Decode string
	} `json:"invalid_utf8"`
	Sequences []struct {
		IDs    []int32 `json:"input_ids"`
		Decode string
	} `json:"id_sequences"`
}

type tokenized struct {
	Text, A, B, Decode string
	IDs                []int32 `json:"input_ids"`
	Mask               []int32 `json:"attention_mask"`
	Options            struct {
		Padding    any
		Truncation any
		MaxLength  int   `json:"max_length"`
		Special    *bool `json:"add_special_tokens"`
		Multiple   int   `json:"pad_to_multiple_of"`
	}
}

// limits are ours for the published options; ok is false for one that is not offered.
func (c tokenized) limits() (l Limits, ok bool) {
	cuts := map[any]Truncation{nil: NoCut, true: CutLongest, "only_first": CutFirst, "only_second": CutSecond}
	l = Limits{Max: c.Options.MaxLength, Cut: cuts[c.Options.Truncation], Fill: c.Options.Padding == "max_length"}
	l.Bare = c.Options.Special != nil && !*c.Options.Special
	return l, c.Options.Multiple == 0
}

// The essential answers are copied into testdata; the whole file lies beside the checkout where there is one.
func TestTokenizerAgreesWithThePublishedOne(t *testing.T) {
	t.Run("essential", func(t *testing.T) { compareTokenizers(t, filepath.Join("testdata", "tokenizer.json")) })
	t.Run("whole", func(t *testing.T) {
		path := filepath.Join("..", "..", "..", "shared", "parity", "units", "tokenizer.json")
		if _, err := os.Stat(path); err != nil {
			t.Skip("the parity fixtures are not beside this checkout, in ../shared/parity")
		}
		compareTokenizers(t, path)
	})
}

func compareTokenizers(t *testing.T, path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Cases) < 9 || len(v.Pairs) < 2 || len(v.Truncation) < 8 || len(v.PairCuts) < 3 || len(v.Invalid) < 17 || len(v.Sequences) < 9 {
		t.Fatal("the file lacks a part")
	}
	decode := func(ids []int32, want string) {
		t.Helper()
		if got := Decode(ids); got != want {
			t.Errorf("Decode(%v) = %q, want %q", ids, got, want)
		}
	}
	same := func(what string, got, want []int32) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	for _, c := range v.Cases {
		ids, _ := Tokenize(c.Text, nil, Limits{Cut: CutLongest})
		same(c.Text, ids, c.IDs)
		same(c.Text, Encode(c.Text), c.Bare)
		decode(c.IDs, c.Decode)
	}
	for _, c := range slices.Concat(v.Pairs, v.PairCuts) {
		l, _ := c.limits()
		ids, mask := Tokenize(c.A, &c.B, l)
		same(c.A+" and "+c.B, ids, c.IDs)
		if c.Mask != nil {
			same("mask of "+c.A+" and "+c.B, mask, c.Mask)
		}
		decode(c.IDs, c.Decode)
	}
	for _, c := range v.Truncation {
		decode(c.IDs, c.Decode)
		if l, ok := c.limits(); ok {
			ids, mask := Tokenize(c.Text, nil, l)
			same(c.Text, ids, c.IDs)
			same("mask of "+c.Text, mask, c.Mask)
		}
	}
	for _, c := range v.Invalid {
		var raw []byte
		for _, b := range c.Bytes {
			raw = append(raw, byte(b))
		}
		same("invalid bytes", Encode(string(raw)), c.IDs)
		decode(c.IDs, c.Decode)
	}
	for _, c := range v.Sequences {
		decode(c.IDs, c.Decode)
	}
}

func TestTokenizeCutsAtThePublishedLength(t *testing.T) {
	ids, mask := Tokenize(strings.Repeat("x", 3000), nil, Limits{Cut: CutLongest})
	if len(ids) != 2048 || len(mask) != 2048 || ids[0] != CLS || ids[2046] != 'x'+FirstByte || ids[2047] != SEP {
		t.Errorf("%d ids that begin with %v and end with %v", len(ids), ids[:3], ids[len(ids)-3:])
	}
}

func TestDecodeLeavesOutWhatIsNoID(t *testing.T) {
	if got := Decode([]int32{-1, 'a' + FirstByte, Vocabulary, 'b' + FirstByte, 1 << 30}); got != "ab" {
		t.Errorf("got %q", got)
	}
}

// Any bytes come back from their ids, and any valid text from Decode.
func FuzzTokenizer(f *testing.F) {
	for _, s := range []string{"", "plain", "[MASK] and [MASK", "[[SEP]]", "é €😀", "\xe2\x82", "\xed\xa0\x80[PAD]\xff", "\xf0\x9f\x98"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ids := Encode(s)
		var back []byte
		for _, id := range ids {
			switch {
			case id < 0 || id >= Vocabulary:
				t.Fatalf("%q has the id %d", s, id)
			case id < FirstByte:
				back = append(back, specialNames[id]...)
			default:
				back = append(back, byte(id-FirstByte))
			}
		}
		if string(back) != s {
			t.Errorf("%q comes back as %q", s, back)
		}
		decoded := Decode(ids)
		if utf8.ValidString(s) && decoded != s {
			t.Errorf("%q is decoded as %q", s, decoded)
		}
		// Where the invalid bytes are apart, Go and Python agree in what is left of them.
		if !utf8.ValidString(decoded) || strings.ReplaceAll(decoded, "\uFFFD", "") != strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\uFFFD", "") {
			t.Errorf("%q is decoded as %q", s, decoded)
		}
		for _, cut := range []Truncation{NoCut, CutLongest, CutFirst, CutSecond} {
			ids, mask := Tokenize(s, &s, Limits{Max: 9, Cut: cut, Fill: true})
			if len(ids) != len(mask) || len(ids) < 9 || ids[0] != CLS {
				t.Errorf("%q: ids %v, mask %v", s, ids, mask)
			}
		}
	})
}
