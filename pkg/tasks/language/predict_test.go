// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package language

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/datasets/text"
	"github.com/perceiver-go/perceiver/pkg/backend/backendtest"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/perceiver/perceivertest"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

func predictor(t *testing.T, b compute.Backend, s *Spec) *Predictor {
	t.Helper()
	task := openTask(t, s, tasks.Options{})
	pr, err := task.NewPredictor(b, perceivertest.Fresh(t, task))
	if err != nil {
		t.Fatal(err)
	}
	return pr
}

func TestAsk(t *testing.T) { backendtest.Each(t, testAsk) }

func testAsk(t *testing.T, b compute.Backend) {
	pr := predictor(t, b, smallSpec())
	ids := text.Encode("a [MASK]at.")
	a, err := pr.Ask(ids)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Probabilities) != 6 || len(a.Encoder) != 3 || len(a.Decoder) != 6 {
		t.Fatalf("of 6 ids and 3 latents there are %d answers, %d encoder maps and %d decoder maps", len(a.Probabilities), len(a.Encoder), len(a.Decoder))
	}
	one := func(what string, row []float64, n int) {
		sum := 0.0
		for _, p := range row {
			sum += p
		}
		if len(row) != n || math.Abs(sum-1) > 1e-5 {
			t.Errorf("%s has %d numbers that sum to %g, want %d and 1", what, len(row), sum, n)
		}
	}
	for i := range ids {
		one("an answer", wide(a.Probabilities[i]), text.Vocabulary)
		one("a decoder map", a.Decoder[i], 3)
	}
	for _, row := range a.Encoder { // all that a latent looks at is in the text, nothing in the padding
		one("an encoder map", row, 6)
	}
	for _, ids := range [][]int32{nil, make([]int32, 13), {5, -1}, {5, text.Vocabulary}} {
		if _, err := pr.Ask(ids); err == nil {
			t.Errorf("%v is answered", ids)
		}
	}
}

func TestFill(t *testing.T) {
	pr := predictor(t, backendtest.Pure(t), smallSpec())
	f, err := pr.Fill("é[MASK]b__c_")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Fills) != 2 || !strings.HasPrefix(f.Text, "é") || !strings.HasSuffix(f.Text, "c_") {
		t.Fatalf("got %+v", f)
	}
	for i, n := range []int{1, 2} {
		x := f.Fills[i]
		if got := len(text.Encode(x.Bytes)); x.From >= len(f.Text) || got < n || !(x.Probability > 0 && x.Probability <= 1) {
			t.Errorf("fill %d is %+v in %q", i, x, f.Text)
		}
	}
	if f.Fills[0].From != 2 {
		t.Errorf("the byte after é is at %d, want 2", f.Fills[0].From)
	}
	if _, err := pr.Fill("nothing_to do"); err == nil || !strings.Contains(err.Error(), "[MASK]") {
		t.Errorf("without a hidden byte: %v", err)
	}
	again, err := pr.Fill("é[MASK]b__c_")
	if err != nil || again.Text != f.Text {
		t.Errorf("the answer changes: %q, %q (%v)", f.Text, again.Text, err)
	}
}

// The byte that is surest is written first, and the others are asked again with it in place.
func TestFillWritesTheSurestFirst(t *testing.T) {
	pr := predictor(t, backendtest.Pure(t), smallSpec())
	const masked = "ab[MASK]de[MASK]gh"
	first, err := pr.Ask(text.Encode(masked))
	if err != nil {
		t.Fatal(err)
	}
	ids, holes := text.Encode(masked), []int{2, 5}
	id2, p2 := likeliest(first.Probabilities[2])
	id5, p5 := likeliest(first.Probabilities[5])
	want := []float64{p2, p5}
	sure := 0
	if ids[2] = id2; p5 > p2 {
		sure, ids[2], ids[5] = 1, text.Mask, id5
	}
	second, err := pr.Ask(ids)
	if err != nil {
		t.Fatal(err)
	}
	ids[holes[1-sure]], want[1-sure] = likeliest(second.Probabilities[holes[1-sure]])
	got, err := pr.Fill(masked)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != text.Decode(ids) {
		t.Errorf("filled is %q, want %q", got.Text, text.Decode(ids))
	}
	for i := range want {
		if math.Abs(got.Fills[i].Probability-want[i]) > 1e-6 {
			t.Errorf("fill %d has the probability %g, want %g", i, got.Fills[i].Probability, want[i])
		}
	}
}

// A text longer than the model is filled at its start, in its middle and at its end, and nothing else changes.
func TestFillLongTexts(t *testing.T) {
	pr := predictor(t, backendtest.Pure(t), smallSpec())
	var masked, pattern []string
	for range 4 {
		masked, pattern = append(masked, "__ some words _____ more words ___"), append(pattern, "?? some words ????? more words ???")
	}
	f, err := pr.Fill(strings.Join(masked, ""))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Fills) != 9 { // runs of neighbours are one
		t.Errorf("there are %d fills, want 9", len(f.Fills))
	}
	for _, id := range text.Encode(f.Text) {
		if id < text.FirstByte {
			t.Errorf("%q has a special id", f.Text)
		}
	}
	if kept := strings.Count(f.Text, " some words ") + strings.Count(f.Text, " more words "); kept < 8 {
		t.Errorf("of %q only %d parts are kept", strings.Join(pattern, ""), kept)
	}
}

func TestWindowsCoverTheHoles(t *testing.T) {
	pr := &Predictor{length: 12}
	for _, test := range []struct {
		n     int
		holes []int
		want  []window
	}{
		{5, []int{0, 4}, []window{{0, 5}}},
		{12, []int{0, 11}, []window{{0, 12}}},
		{13, []int{0}, []window{{0, 12}}},
		{13, []int{12}, []window{{1, 13}}},
		{100, []int{50}, []window{{44, 56}}},
		{100, []int{50, 52, 53}, []window{{44, 56}, {47, 59}}}, // 53 is near the end of the first
		{100, []int{3, 99}, []window{{0, 12}, {88, 100}}},
		{100, []int{95, 96, 97, 98, 99}, []window{{88, 100}}}, // the text ends here, so one window is enough
	} {
		got := pr.windows(test.n, test.holes)
		if !slices.Equal(got, test.want) {
			t.Errorf("%v of %d: windows %v, want %v", test.holes, test.n, got, test.want)
		}
		for _, h := range test.holes {
			if !slices.ContainsFunc(got, func(w window) bool { return w.from <= h && h < w.to }) {
				t.Errorf("%v of %d: %d is in no window of %v", test.holes, test.n, h, got)
			}
		}
	}
}

func TestLikeliest(t *testing.T) {
	p := make([]float32, text.Vocabulary)
	p[text.Mask], p['x'+text.FirstByte], p['y'+text.FirstByte] = 0.7, 0.2, 0.1
	if id, q := likeliest(p); id != 'x'+text.FirstByte || q != float64(float32(0.2)) {
		t.Errorf("the likeliest is %d with %g, want x; special ids are never written", id, q)
	}
	if id, _ := likeliest(make([]float32, text.Vocabulary)); id < text.FirstByte {
		t.Errorf("where no byte is likely the special id %d is written", id)
	}
}

// Weights that are not numbers give an error and no text.
func TestFillWithBrokenWeights(t *testing.T) {
	task := openTask(t, smallSpec(), tasks.Options{})
	w := perceivertest.Fresh(t, task)
	err := w.Load("", func(piece perceiver.Piece) ([]float32, error) {
		return slices.Repeat([]float32{float32(math.NaN())}, size(piece.Shape)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	pr, err := task.NewPredictor(backendtest.Pure(t), w)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := pr.Fill("a [MASK]"); err == nil || !strings.Contains(err.Error(), "not numbers") {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestCollectFindsItsPlaces(t *testing.T) {
	for _, test := range []struct {
		text  string
		holes []int
		want  []Fill
	}{
		{"abc", []int{0, 2}, []Fill{{0, "a", 1}, {2, "c", 1}}},
		{"€bc", []int{3, 4}, []Fill{{3, "bc", 1}}},
		{"é!", []int{1}, []Fill{{0, "\uFFFD", 1}}}, // the second byte of é
		{"\xff\xffa", []int{2}, []Fill{{6, "a", 1}}},
	} {
		probability := map[int]float64{}
		for _, h := range test.holes {
			probability[h] = 1
		}
		got := collect(text.Encode(test.text), test.holes, probability)
		if !slices.Equal(got.Fills, test.want) {
			t.Errorf("%q with holes %v: %+v, want %+v", test.text, test.holes, got.Fills, test.want)
		}
	}
}
