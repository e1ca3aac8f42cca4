// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// goldenDPI keeps the files in testdata small.
const goldenDPI = 96

// The pictures of testdata, one for each kind of figure.
func TestGallery(t *testing.T) {
	steps, loss := learning(1200, 5.6, 2.7, 1)
	loss[300] = math.NaN()
	held := Series{Name: "held out"}
	for i := 100; i <= 1200; i += 100 {
		held.X, held.Y = append(held.X, float64(i)), append(held.Y, 2.8+1.9*math.Exp(-float64(i)/300))
	}
	curves := Curves("Masked bytes", "step", "bits per masked byte",
		[]Series{{Name: "training batch", X: steps, Y: loss, Smooth: 25}, held},
		Reference{"unigram", 4.56}, Reference{"order 1", 3.44}, Reference{"order 2", 3.30}, Reference{"order 3", 3.28})
	golden(t, "curves", curves)

	_, quiet := learning(60, 5, 0.05, 2)
	low, high := make([]float64, len(quiet)), make([]float64, len(quiet))
	for i, v := range quiet {
		quiet[i] = math.Abs(v) + 0.01
		low[i], high[i] = quiet[i]*0.7, quiet[i]*1.4
	}
	logs := Curves("Logarithmic axes, mean and spread of seeds", "step", "loss",
		[]Series{{Name: "8 seeds", Y: quiet, Low: low, High: high}, {Name: "one point", X: []float64{3}, Y: []float64{0.3}}})
	LogX(logs)
	LogY(logs)
	golden(t, "log", logs)
	golden(t, "nothing", Curves("Before the first step", "step", "loss", nil))

	golden(t, "costs", CostBars("What one example costs",
		Measure{"Parameters", "", []Bar{{"Input", 33536}, {"Encode", 91e3}, {"Process", 264e3}, {"Decode", 99e3}, {"Output", 33e3}}},
		Measure{"Work", "FLOP", []Bar{{"Input", 0}, {"Encode", 12.1e6}, {"Process", 20.4e6}, {"Decode", 9.2e6}, {"Output", 4.3e6}}},
		Measure{"Memory moved", "B", []Bar{{"Input", 123}, {"Encode", 1.3e6}, {"Process", 2.4e6}, {"Decode", .9e6}, {"Output", 4.3e5}}}))

	window := []byte("It was the best of times,\nit was the worst of times, it was \"an\" age")[:64]
	hidden := make([]bool, len(window))
	for _, i := range []int{7, 8, 9, 42, 43, 44, 45, 46} {
		hidden[i] = true
	}
	golden(t, "encoder", AttentionMap("Encoder: where each latent looks", attention(32, 64), nil, Glyphs(window, hidden)))
	golden(t, "decoder", AttentionMap("Decoder: which latents each query asks", attention(24, 16), Glyphs(window[:24], hidden), nil))
	var classes, guesses []string
	for i := range 6 {
		classes, guesses = append(classes, fmt.Sprintf("class %d", i)), append(guesses, fmt.Sprintf("guess %d", i))
	}
	confusion := attention(6, 6)
	confusion[2][3] = math.NaN()
	golden(t, "heatmap", Heatmap(Map{Title: "Confusion", Values: confusion, Rows: classes, Columns: guesses,
		RowAxis: "truth", ColumnAxis: "prediction", Unit: "part of the class"}))

	var cells []Cell
	text := "It was the best of times, it was the worst of times,\nit was the age of wisdom, it was the age of foolishness"
	for i, b := range []byte(text) {
		c := Cell{Seen: Glyph(b), Truth: Glyph(b), Guess: Glyph(b)}
		if i%11 > 7 || i > 50 && i < 60 {
			c.Masked, c.P = true, float64(i%10)/10
			if i%4 == 0 {
				c.Guess = Glyph("etaoin\n s"[i%9])
			}
		}
		cells = append(cells, c)
	}
	golden(t, "maskedtext", MaskedText("A held-out window", cells))

	golden(t, "architecture", Diagram(Architecture{Title: "Perceiver IO on bytes", M: 2048, C: 768, N: 256, D: 1280, O: 2048, Q: 768, E: 262,
		Blocks: 1, Layers: 26, CrossHeads: 8, SelfHeads: 8, DecoderHeads: 8, Input: "bytes", Query: "positions", Output: "byte scores"}))
	golden(t, "architecture2021", Diagram(Architecture{Title: "Perceiver on images", M: 50176, C: 261, N: 512, D: 1024, O: 1, Q: 1024, E: 1000,
		CrossAttends: 8, Blocks: 8, Layers: 6, CrossHeads: 1, SelfHeads: 8, DecoderHeads: 1}))
}

// attention is rows of weights that sum to 1, each with one peak.
func attention(n, m int) [][]float64 {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([][]float64, n)
	for i := range out {
		peak, sum := r.Float64()*float64(m), 0.
		for j := range m {
			v := math.Exp(-math.Abs(float64(j)-peak)/3) + 0.1*r.Float64()
			out[i] = append(out[i], v)
			sum += v
		}
		for j := range m {
			out[i][j] /= sum
		}
	}
	return out
}

// golden compares a figure with the picture of its name in testdata.
func golden(t *testing.T, name string, f Figure) {
	t.Helper()
	got, _, err := render(f, 0, 0, goldenDPI)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".png")
	if *update {
		var buf bytes.Buffer
		enc := png.Encoder{CompressionLevel: png.BestCompression}
		if err := enc.Encode(&buf, got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v: look at the picture and run go test ./pkg/viz -update", err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if difference := compare(got, want); difference != "" {
		t.Errorf("%s: %s; if that is meant, look at the picture and run go test ./pkg/viz -update", name, difference)
	}
}

// compare lets a few pixels differ: processors round the edges of letters differently.
func compare(a, b image.Image) string {
	if a.Bounds() != b.Bounds() {
		return fmt.Sprintf("its size is %v, not %v", a.Bounds().Size(), b.Bounds().Size())
	}
	r := a.Bounds()
	off := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				if max(d, -d) > 24<<8 {
					off++
					break
				}
			}
		}
	}
	if off > r.Dx()*r.Dy()/2000 {
		return fmt.Sprintf("%d of %d pixels differ", off, r.Dx()*r.Dy())
	}
	return ""
}

// learning is a loss that falls as losses do, noise included.
func learning(n int, from, to float64, seed uint64) (x, y []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		x = append(x, float64(i+1))
		y = append(y, to+(from-to)*math.Exp(-6*float64(i)/float64(n))+0.18*r.NormFloat64())
	}
	return x, y
}
