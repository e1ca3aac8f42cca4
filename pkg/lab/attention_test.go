// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"math"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/train"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// Attention weights are those that the task's own predictor shows, rows sum to 1, and before the softmax they are what
// the softmax makes them of.
func TestAttention(t *testing.T) {
	quiet(t)
	run, err := loadTiny(t, In(t.TempDir()+"/run")).Train(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const example = 9 // in the second batch
	a, err := Attention(t.Context(), run, AttentionOf{Example: example})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := run.Reader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	reading, err := reader.HeldOut(example)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "encoder", a.Encoder, reading.Encoder)
	same(t, "decoder", a.Decoder, reading.Decoder)
	if n := len(a.Latents); n != len(a.Encoder) || len(a.Latents[0]) < 2 {
		t.Errorf("%d latents of %d channels", n, len(a.Latents[0]))
	}

	head, err := Attention(t.Context(), run, AttentionOf{Example: example, Head: 1})
	if err != nil {
		t.Fatal(err)
	}
	scores, err := Attention(t.Context(), run, AttentionOf{Example: example, Head: 1, Scores: true})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "softmax of the scores", head.Encoder, softmax(scores.Encoder))
	same(t, "softmax of the decoder's scores", head.Decoder, softmax(scores.Decoder))
	for _, d := range []viz.Figure{a.EncoderMap("", nil), a.DecoderMap("", nil), scores.EncoderMap("", nil), a.Similarity("")} {
		if _, err := viz.PNG(d, 0, 0); err != nil {
			t.Error(err)
		}
	}

	for of, want := range map[AttentionOf]string{{Example: -1}: "example -1", {Example: 1 << 20}: "example 1048576", {Head: 99}: "head 99"} {
		if _, err := Attention(t.Context(), run, of); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", of, err)
		}
	}
}

func same(t *testing.T, what string, got, want [][]float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i := range got {
		sum := 0.
		for j, v := range got[i] {
			if math.Abs(v-want[i][j]) > 1e-5 {
				t.Fatalf("%s: row %d, column %d is %g, want %g", what, i, j, v, want[i][j])
			}
			sum += v
		}
		if math.Abs(sum-1) > 1e-4 {
			t.Errorf("%s: row %d sums to %g", what, i, sum)
		}
	}
}

func softmax(scores [][]float64) [][]float64 {
	out := make([][]float64, len(scores))
	for i, row := range scores {
		sum := 0.
		for _, v := range row {
			sum += math.Exp(v)
		}
		for _, v := range row {
			out[i] = append(out[i], math.Exp(v)/sum)
		}
	}
	return out
}

// What a mask hides is not a number, whatever the head.
func TestMaskedScoresAreNoNumbers(t *testing.T) {
	a := &Attended{of: AttentionOf{Scores: true}}
	got, err := a.one(train.Array{Shape: []int{1, 2, 1, 3}, Values: []float32{1, -1e30, 3, 2, -1e30, 5}}, 4)
	if err != nil || got[0][0] != 1.5 || !math.IsNaN(got[0][1]) || got[0][2] != 4 {
		t.Errorf("%v, %v", got, err)
	}
}
