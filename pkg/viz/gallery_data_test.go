// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strconv"
)

// exhibit is a picture of the gallery.
type exhibit struct {
	file, heading, function string
	figure                  Figure
}

// gallery holds a picture of each kind, in the order of docs/gallery.md. Its data are made up, in the form that real
// data have.
func gallery() []exhibit {
	var all []exhibit
	add := func(file, heading, function string, f Figure) { all = append(all, exhibit{file, heading, function, f}) }

	steps, loss := learning(1200, 5.6, 2.7, 1)
	loss[300] = math.NaN()
	held := Series{Name: "held out"}
	for i := 100; i <= 1200; i += 100 {
		held.X, held.Y = append(held.X, float64(i)), append(held.Y, 2.8+1.9*math.Exp(-float64(i)/300))
	}
	add("curves", "Learning curves", "Curves", Curves("Masked bytes", "step", "bits per masked byte",
		[]Series{{Name: "training batch", X: steps, Y: loss, Smooth: 25}, held},
		Reference{"unigram", 4.56}, Reference{"order 1", 3.44}, Reference{"order 2", 3.30}, Reference{"order 3", 3.28}))
	var bands []Series
	for k, name := range []string{"16 latents", "64 latents"} {
		var seeds []Series
		for seed := range uint64(5) {
			s := Series{}
			for i := 20; i <= 4000; i += 20 {
				wave := 0.25 * math.Sin(float64(seed)*2+float64(i)/700) * math.Exp(-float64(i)/3000)
				s.X, s.Y = append(s.X, float64(i)), append(s.Y, (0.06+float64(1-k)*0.1+3*math.Exp(-float64(i)/(420+300*float64(k))))*(1+wave))
			}
			seeds = append(seeds, s)
		}
		bands = append(bands, Seeds(name, seeds...))
	}
	logs := Curves("Mean and range of five seeds, logarithmic axes", "step", "end-point error, px", bands)
	LogX(logs)
	LogY(logs)
	add("seeds", "Bands over seeds, logarithmic axes", "Seeds", logs)

	add("intervals", "Variants with their intervals", "Intervals", Intervals("language/mlm (quick), 3 seeds", "bits per masked byte (lower is better)",
		Spread{Name: "model.latents=32", Mean: 2.57, Half: 0.06, Values: []float64{2.54, 2.57, 2.60}},
		Spread{Name: "model.latents=16", Mean: 2.63, Half: 0.09, Values: []float64{2.59, 2.63, 2.67}},
		Spread{Name: "model.latents=64", Mean: 2.38, Half: 0.05, Values: []float64{2.36, 2.38, 2.40}, Marked: true},
		Spread{Name: "model.blocks=4", Mean: 3.4, Half: 0.3, Values: []float64{3.26, 3.42, 3.52}, Marked: true}))
	add("pareto", "Score against cost", "Pareto", Pareto("Latents and layers", "FLOP of one example", "bits per masked byte", true,
		Trial{"8 latents", 9e6, 3.31, 0.05}, Trial{"16 latents", 14e6, 2.63, 0.06}, Trial{"32 latents", 24e6, 2.57, 0.04}, Trial{"64 latents", 44e6, 2.38, 0.03},
		Trial{"128 latents", 85e6, 2.36, 0.06}, Trial{"32, 4 layers", 39e6, 3.04, 0.11}, Trial{"64, 4 layers", 71e6, 2.81, 0.1}, Trial{"32, 8 heads", 25e6, 2.71, 0.06},
		Trial{"16, 4 layers", 21e6, 3.2, 0.08}))

	add("encoder", "What latents look at: text", "AttentionMap", AttentionMap("Encoder: where each latent looks", attention(32, 64), nil, Glyphs(window())))
	add("decoder", "What outputs ask", "AttentionMap", AttentionMap("Decoder: which latents each query asks", attention(24, 16), Glyphs(window())[:24], nil))
	scores := attention(16, 40)
	for _, row := range scores {
		for j, w := range row {
			row[j] = 3 * (math.Log(w) + 4)
		}
	}
	add("scores", "Before the softmax", "AttentionScores", AttentionScores("Encoder, before the softmax", scores, nil, Glyphs(window())[:40]))
	var looks []Look
	for k := range 7 {
		looks = append(looks, Look{"latent " + strconv.Itoa(k*3), blob(float64(2+k*2%9), float64(3+k*5%11), 1+0.8*float64(k%3))})
	}
	add("image", "What latents look at: a picture", "AttentionOnImage", AttentionOnImage("Encoder: where seven latents look", scene(), looks...))
	samples, rate := sound()
	add("sound", "What latents listen to", "AttentionOnSound", AttentionOnSound("Encoder: when eight latents listen", samples, rate, attention(8, 100), nil))
	var latents [][]float64
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 24 {
		v := make([]float64, 32)
		for j := range v {
			v[j] = 0.8 * r.NormFloat64()
			if i < 8 {
				v[j] += math.Sin(float64(j))
			} else if i >= 16 {
				v[j] -= 1.6 * math.Cos(float64(j)/3)
			}
		}
		latents = append(latents, v)
	}
	add("similarity", "Latents' similarity", "Similarity", Similarity("Latents after the last layer", latents, nil))

	add("confusion", "Confusion matrix", "Confusion", Confusion("Held-out sounds", []string{"dog bark", "rain", "siren", "clock tick", "engine", "speech", "hum"},
		[][]int{{41, 2, 0, 1, 0, 6, 0}, {0, 48, 0, 0, 2, 0, 0}, {3, 0, 39, 0, 5, 1, 2}, {0, 0, 0, 50, 0, 0, 0}, {0, 12, 1, 0, 33, 0, 4}, {5, 0, 2, 0, 0, 43, 0}, {0, 0, 0, 0, 0, 0, 0}}))
	bump := blob(6, 3, 2.5)
	bump[2][3] = math.NaN()
	add("heatmap", "Any matrix", "Heatmap", Heatmap(Map{Title: "A heat map", Values: bump, RowAxis: "row", ColumnAxis: "column", Unit: "weight"}))
	add("maskedtext", "Hidden bytes", "MaskedText", MaskedText("A held-out window", cells()))

	add("architecture", "The architecture", "Diagram", Diagram(Architecture{Title: "Perceiver IO on bytes", M: 2048, C: 768, N: 256, D: 1280, O: 2048, Q: 768, E: 262,
		Blocks: 1, Layers: 26, CrossHeads: 8, SelfHeads: 8, DecoderHeads: 8, Input: "bytes", Query: "positions", Output: "byte scores"}))
	add("costs", "Weights, FLOPs and bytes by stage", "CostBars", CostBars("What one example costs",
		Measure{"Parameters", "", []Bar{{"Input", 33536}, {"Encode", 91e3}, {"Process", 264e3}, {"Decode", 99e3}, {"Output", 33e3}}},
		Measure{"Work", "FLOP", []Bar{{"Input", 0}, {"Encode", 12.1e6}, {"Process", 20.4e6}, {"Decode", 9.2e6}, {"Output", 4.3e6}}},
		Measure{"Memory moved", "B", []Bar{{"Input", 123}, {"Encode", 1.3e6}, {"Process", 2.4e6}, {"Decode", .9e6}, {"Output", 4.3e5}}}))

	add("flow", "Optical flow", "SideBySide", SideBySide("A movement that turns about the middle", 12,
		Captioned{"first picture", checks(48, 36)}, Captioned{"where each pixel goes", FlowColors(swirl(48, 36), 12)}))
	add("flowarrows", "Optical flow as arrows", "FlowArrows", FlowArrows("The same", checks(48, 36), swirl(48, 36), 4))
	before, after := film(7, 0), film(7, 1.2)
	add("frames", "Frames of a video", "FrameStrips", FrameStrips("A clip before and after", Strip{"original", before}, Strip{"again", after}, Strip{"error", FrameErrors(before, after, 0.5)}))
	again := make([]float64, len(samples))
	for i, v := range samples {
		again[i] = 0.6 * v
	}
	add("waves", "Sounds below each other", "Waves", Waves("A sound before and after", rate, Sound{"original", samples}, Sound{"again", again}))
	db, hertz := make([][]float64, 120), make([]float64, 48)
	for b := range hertz {
		hertz[b] = 80 * math.Pow(2, float64(b)/8)
	}
	for f := range db {
		db[f] = make([]float64, len(hertz))
		for b := range hertz {
			tone, rising := float64(b-14)/2, float64(b)-8-float64(f)/4
			db[f][b] = max(-70, -10-tone*tone*8, -16-rising*rising*5)
		}
		if f == 30 {
			for b := range hertz {
				db[f][b] = -20
			}
		}
	}
	add("spectrogram", "Spectrogram", "Spectrogram", Spectrogram("A tone, one that rises, and a click", db, 1.2, hertz))
	start, later := field(0), field(1)
	start.Title, later.Title = "at the beginning", "six seconds later"
	add("unitmaps", "Units on a field", "UnitMaps", UnitMaps("Who survives", "probability", 0, 1, start, later))
	return all
}

// film is a square that goes from left to right on a ground, some pixels late.
func film(frames int, late float64) (all []image.Image) {
	for f := range frames {
		img := image.NewRGBA(image.Rect(0, 0, 32, 24))
		for i := range 32 * 24 {
			x, y := float64(i%32), float64(i/32)
			c := color.RGBA{40, 70, 110, 255}
			if dx := x - 5 - 3.5*float64(f) + late; max(dx, -dx) < 4 && y > 8 && y < 17 {
				c = color.RGBA{230, 159, 0, 255}
			}
			img.SetRGBA(i%32, i/32, c)
		}
		all = append(all, img)
	}
	return all
}

// edges are figures that no gallery shows, and that could go wrong.
func edges() []exhibit {
	var classes, guesses []string
	for i := range 6 {
		classes, guesses = append(classes, fmt.Sprintf("class %d", i)), append(guesses, fmt.Sprintf("guess %d", i))
	}
	hole := attention(6, 6)
	hole[2][3] = math.NaN()
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
	return []exhibit{
		{file: "log", figure: logs},
		{file: "nothing", figure: Curves("Before the first step", "step", "loss", nil)},
		{file: "heatmap", figure: Heatmap(Map{Title: "A hole", Values: hole, Rows: classes, Columns: guesses, RowAxis: "truth", ColumnAxis: "prediction", Unit: "part of the class"})},
		{file: "architecture2021", figure: Diagram(Architecture{Title: "Perceiver on images", M: 50176, C: 261, N: 512, D: 1024, O: 1, Q: 1024, E: 1000,
			CrossAttends: 8, Blocks: 8, Layers: 6, CrossHeads: 1, SelfHeads: 8, DecoderHeads: 1})},
	}
}

// window is a text and which of its bytes are hidden.
func window() (text []byte, hidden []bool) {
	text = []byte("It was the best of times,\nit was the worst of times, it was \"an\" age")[:64]
	hidden = make([]bool, len(text))
	for _, i := range []int{7, 8, 9, 42, 43, 44, 45, 46} {
		hidden[i] = true
	}
	return text, hidden
}

// cells are a text with hidden bytes and what a model makes of them.
func cells() (out []Cell) {
	text := "It was the best of times, it was the worst of times,\nit was the age of wisdom, it was the age of foolishness"
	for i, b := range []byte(text) {
		c := Cell{Seen: Glyph(b), Truth: Glyph(b), Guess: Glyph(b)}
		if i%11 > 7 || i > 50 && i < 60 {
			c.Masked, c.P = true, float64(i%10)/10
			if i%4 == 0 {
				c.Guess = Glyph("etaoin\n s"[i%9])
			}
		}
		out = append(out, c)
	}
	return out
}

// scene is a picture: a sun over hills.
func scene() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 192, 144))
	for y := range 144 {
		for x := range 192 {
			c := color.RGBA{uint8(150 + y/3), uint8(190 + y/4), 235, 255}
			if d := math.Hypot(float64(x)-140, float64(y)-38); d < 20 {
				c = color.RGBA{250, 214, 90, 255}
			}
			if hill := 96 + 18*math.Sin(float64(x)/31); float64(y) > hill {
				c = color.RGBA{uint8(70 + (y-80)/2), uint8(130 - (y-90)/2), 80, 255}
			}
			if x > 40 && x < 66 && y > 74 && y < 112 {
				c = color.RGBA{170, 80, 60, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// blob is attention over a grid of 9 by 12 with one peak.
func blob(row, column, width float64) [][]float64 {
	var flat []float64
	sum := 0.
	for i := range 9 * 12 {
		v := math.Exp(-(math.Pow(float64(i/12)-row, 2)+math.Pow(float64(i%12)-column, 2))/(2*width*width)) + 0.02
		flat, sum = append(flat, v), sum+v
	}
	for i := range flat {
		flat[i] /= sum
	}
	return Grid(flat, 12)
}

// sound is two seconds of a note that swells three times.
func sound() (samples []float64, rate float64) {
	rate = 8000
	for i := range int(2 * rate) {
		t := float64(i) / rate
		samples = append(samples, math.Sin(2*math.Pi*220*t)*math.Exp(-8*math.Mod(t, 0.66))+0.02*math.Sin(2*math.Pi*31*t))
	}
	return samples, rate
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

// learning is a loss that falls as losses do, noise included.
func learning(n int, from, to float64, seed uint64) (x, y []float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		x = append(x, float64(i+1))
		y = append(y, to+(from-to)*math.Exp(-6*float64(i)/float64(n))+0.18*r.NormFloat64())
	}
	return x, y
}
