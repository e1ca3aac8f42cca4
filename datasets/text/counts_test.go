// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package text

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

// fit counts a text of which all is for training, in segments of the given lengths.
func fit(t *testing.T, content string, lengths ...int64) *Counts {
	t.Helper()
	c := open(t, folder(t, map[string]string{"a": content}))
	c.train = nil
	at := int64(0)
	for _, n := range lengths {
		c.train = append(c.train, segment{0, at, at + n})
		at += n
	}
	counts, err := Fit(context.Background(), c, 0)
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// The counts of "aab" by hand. Alone: a twice, b once, two distinct. After a: a and b once each. After aa: b once.
func TestBitsByHand(t *testing.T) {
	c := fit(t, "aab", 3)
	a0, b0 := (2+2./256)/5, (1+2./256)/5
	a1, b1 := (1+2*a0)/4, (1+2*b0)/4
	b2 := (1 + 1*b1) / 2
	z0 := (0 + 2./256) / 5
	for name, test := range map[string]struct {
		window string
		hidden []bool
		want   [3]float64 // probabilities, multiplied
		n      int
	}{
		"all":             {"aab", []bool{true, true, true}, [3]float64{a0 * a0 * b0, a0 * a1 * b1, a0 * a1 * b2}, 3},
		"the last":        {"aab", []bool{false, false, true}, [3]float64{b0, b1, b2}, 1},
		"unknown pair":    {"zab", []bool{false, false, true}, [3]float64{b0, b1, b1}, 1},
		"unknown byte":    {"zzb", []bool{false, false, true}, [3]float64{b0, b0, b0}, 1},
		"never seen":      {"aaz", []bool{false, false, true}, [3]float64{z0, 2 * z0 / 4, (2 * z0 / 4) / 2}, 1},
		"nothing":         {"aab", []bool{false, false, false}, [3]float64{1, 1, 1}, 0},
		"first of window": {"b", []bool{true}, [3]float64{b0, b0, b0}, 1},
	} {
		got := c.Bits([]byte(test.window), test.hidden)
		for i, bits := range []float64{got.Unigram, got.Order1, got.Order2} {
			if math.Abs(bits+math.Log2(test.want[i])) > 1e-12 {
				t.Errorf("%s: order %d costs %g bits, want %g", name, i, bits, -math.Log2(test.want[i]))
			}
		}
		if got.N != test.n {
			t.Errorf("%s: %d bytes, want %d", name, got.N, test.n)
		}
	}
}

func TestProbabilitiesSumToOne(t *testing.T) {
	c := fit(t, numbers(0, 3000)+"some words, and some more words", 3031)
	for _, before := range []string{"00", "1\n", " w", "\xff\xff", "s\xff"} {
		var sums [3]float64
		for b := range 256 {
			bits := c.Bits([]byte(before+string([]byte{byte(b)})), []bool{false, false, true})
			for i, x := range []float64{bits.Unigram, bits.Order1, bits.Order2} {
				sums[i] += math.Exp2(-x)
			}
		}
		for i, sum := range sums {
			if math.Abs(sum-1) > 1e-9 {
				t.Errorf("after %q the probabilities of order %d sum to %g", before, i, sum)
			}
		}
	}
}

func TestPeriodicText(t *testing.T) {
	c := fit(t, strings.Repeat("abac", 3000), 12_000)
	window := []byte(strings.Repeat("abac", 20))[2:]
	hidden := make([]bool, len(window))
	for i := 2; i < len(hidden); i++ {
		hidden[i] = true
	}
	got := c.Bits(window, hidden)
	n := float64(got.N)
	if got.Unigram/n < 1.4 || got.Unigram/n > 1.6 { // a is a half, b and c a quarter each: 1.5 bits
		t.Errorf("unigram: %g bits a byte, want 1.5", got.Unigram/n)
	}
	if got.Order1/n < 0.45 || got.Order1/n > 0.55 { // after b and c nothing is open, after a one bit
		t.Errorf("order 1: %g bits a byte, want 0.5", got.Order1/n)
	}
	if got.Order2/n > 0.001 {
		t.Errorf("order 2: %g bits a byte, want 0", got.Order2/n)
	}
}

// What stands at the start of a segment has no bytes before it, and chunks of a long segment have.
func TestContextsEndWithTheSegment(t *testing.T) {
	c := fit(t, "abcd", 2, 2)
	if c.order1[0].total != 0 || c.order1['b'].total != 0 || len(c.order2) != 0 || c.order1['a'].count['b'] != 1 || c.order1['c'].count['d'] != 1 || c.Bytes != 4 {
		t.Error("bytes are counted after bytes of another segment")
	}
	long := strings.Repeat("x", 1<<20) + "yz"
	c = fit(t, long, int64(len(long)))
	if c.order1['x'].count['y'] != 1 || c.order2['x'<<8|'y'].count['z'] != 1 {
		t.Error("bytes before the border of a chunk are forgotten")
	}
}

func TestFitStops(t *testing.T) {
	c := open(t, folder(t, map[string]string{"a": numbers(0, 3000)}))
	if counts, err := Fit(context.Background(), c, 10); err != nil || counts.Bytes != 10 || counts.order0.total != 10 {
		t.Errorf("10 bytes were asked for, %+v: %v", counts, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Fit(ctx, c, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("it is not stopped: %v", err)
	}
	c.train = nil
	if _, err := Fit(context.Background(), c, 0); err == nil || !strings.Contains(err.Error(), "no training text") {
		t.Errorf("without text: %v", err)
	}
}
