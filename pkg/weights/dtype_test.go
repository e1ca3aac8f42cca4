// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package weights

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
)

// Every 16-bit float against the definition: (-1)^s · 2^(e-15) · (1 + f/1024), and 2^-14 · f/1024 where e is 0.
func TestHalfExhaustively(t *testing.T) {
	for h := range 1 << 16 {
		s, e, f := h>>15, h>>10&31, float64(h&1023)
		want := math.Ldexp(1+f/1024, e-15)
		switch {
		case e == 0:
			want = math.Ldexp(f/1024, -14)
		case e == 31 && f == 0:
			want = math.Inf(1)
		case e == 31:
			want = math.NaN()
		}
		if s == 1 {
			want = -want
		}
		got := half(uint16(h))
		if math.IsNaN(want) != (got != got) {
			t.Fatalf("%#04x is %g, want %g", h, got, want)
		}
		if got == got && (float64(got) != want || math.Signbit(float64(got)) != (s == 1)) {
			t.Fatalf("%#04x is %g, want %g", h, got, want)
		}
	}
}

func TestBrainFloatExhaustively(t *testing.T) {
	raw := make([]byte, 2)
	got := make([]float32, 1)
	for h := range 1 << 16 {
		binary.LittleEndian.PutUint16(raw, uint16(h))
		if err := widen(got, raw, "BF16"); err != nil {
			t.Fatal(err)
		}
		s, e, f := h>>15, h>>7&255, float64(h&127)
		want := math.Ldexp(1+f/128, e-127)
		switch {
		case e == 0:
			want = math.Ldexp(f/128, -126)
		case e == 255 && f == 0:
			want = math.Inf(1)
		case e == 255:
			want = math.NaN()
		}
		if s == 1 {
			want = -want
		}
		if x := got[0]; math.IsNaN(want) != (x != x) || x == x && (float64(x) != want || math.Signbit(float64(x)) != (s == 1)) {
			t.Fatalf("%#04x is %g, want %g", h, x, want)
		}
	}
}

func TestDouble(t *testing.T) {
	raw := func(x float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)) }
	got := make([]float32, 1)
	for _, x := range []float64{0, 1, -1. / 3, 1e-300, math.MaxFloat32, math.Inf(-1)} {
		if err := widen(got, raw(x), "F64"); err != nil || got[0] != float32(x) {
			t.Errorf("%g becomes %g, %v", x, got[0], err)
		}
	}
	if err := widen(got, raw(1e39), "F64"); err == nil || !strings.Contains(err.Error(), "1e+39") {
		t.Errorf("1e39 does not fit, and the error is %v", err)
	}
}

func TestOtherTypesAreRefused(t *testing.T) {
	for dtype := range bitsOf {
		reads := dtype == "F32" || dtype == "F16" || dtype == "BF16" || dtype == "F64" || dtype == "I64"
		if err := widen(nil, nil, dtype); (err == nil) != reads {
			t.Errorf("%s: %v", dtype, err)
		}
	}
}
