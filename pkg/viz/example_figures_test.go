// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz_test

import (
	"fmt"
	"image"
	"math"

	"github.com/perceiver-go/perceiver/pkg/viz"
)

// kind says what a figure becomes.
func kind(f viz.Figure) string {
	png, err := viz.PNG(f, 0, 0)
	if err != nil {
		return err.Error()
	}
	return string(png[1:4])
}

func ExampleSeeds() {
	band := viz.Seeds("3 seeds", viz.Series{Y: []float64{4, 3, 2}}, viz.Series{Y: []float64{4.4, 3.3, 2.1}}, viz.Series{Y: []float64{4.2, 3, 2.2}})
	p := viz.Curves("Training", "step", "loss", []viz.Series{band})
	viz.LogY(p)
	fmt.Println(kind(p), band.Low, band.High)
	// Output: PNG [4 3 2] [4.4 3.3 2.2]
}

func ExampleIntervals() {
	fmt.Println(kind(viz.Intervals("3 seeds", "bits per byte",
		viz.Spread{Name: "latents=32", Mean: 2.57, Half: 0.06},
		viz.Spread{Name: "latents=64", Mean: 2.38, Half: 0.05, Marked: true})))
	// Output: PNG
}

func ExamplePareto() {
	fmt.Println(kind(viz.Pareto("Size", "FLOP of one example", "bits per byte", true,
		viz.Trial{Name: "16 latents", X: 14e6, Y: 2.63},
		viz.Trial{Name: "64 latents", X: 44e6, Y: 2.38})))
	// Output: PNG
}

func ExampleAttentionMap() {
	text := []byte("a cat")
	fmt.Println(kind(viz.AttentionMap("Encoder", [][]float64{{0.7, 0.1, 0.1, 0.05, 0.05}, {0, 0, 0.5, 0.3, 0.2}}, nil, viz.Glyphs(text, nil))))
	// Output: PNG
}

func ExampleAttentionScores() {
	fmt.Println(kind(viz.AttentionScores("Before the softmax", [][]float64{{3, -1}, {-0.5, 4}}, nil, nil)))
	// Output: PNG
}

// A latent that looks at the upper left of a picture in 2 by 3 patches.
func ExampleAttentionOnImage() {
	weights := []float64{0.9, 0.1, 0, 0, 0, 0} // of the 6 patches in reading order
	fmt.Println(kind(viz.AttentionOnImage("Encoder", image.NewGray(image.Rect(0, 0, 30, 20)), viz.Look{Name: "latent 0", Weights: viz.Grid(weights, 3)})))
	// Output: PNG
}

// A latent that waits for the end of a sound of half a second.
func ExampleAttentionOnSound() {
	samples := make([]float64, 4000)
	for i := range samples {
		samples[i] = math.Sin(float64(i) / 9)
	}
	fmt.Println(kind(viz.AttentionOnSound("Encoder", samples, 8000, [][]float64{{0.1, 0.1, 0.2, 0.6}}, nil)))
	// Output: PNG
}

func ExampleSimilarity() {
	fmt.Println(kind(viz.Similarity("Latents", [][]float64{{1, 0, 2}, {1, 0.1, 2}, {-1, 3, 0}}, nil)))
	// Output: PNG
}

// A model that takes some rain for an engine.
func ExampleConfusion() {
	fmt.Println(kind(viz.Confusion("Held-out sounds", []string{"rain", "siren", "engine"}, [][]int{{40, 0, 9}, {1, 47, 2}, {3, 0, 48}})))
	// Output: PNG
}

func ExampleHeatmap() {
	fmt.Println(kind(viz.Heatmap(viz.Map{Title: "Weights", Values: [][]float64{{1, 2, 3}, {4, 5, math.NaN()}}, RowAxis: "row", ColumnAxis: "column"})))
	// Output: PNG
}

func ExampleMaskedText() {
	window := []viz.Cell{{Seen: "c", Truth: "c"}, {Masked: true, Guess: "a", Truth: "a", P: 0.8}, {Seen: "t", Truth: "t"}}
	fmt.Println(kind(viz.MaskedText("Held out", window)))
	// Output: PNG
}

func ExampleDiagram() {
	fmt.Println(kind(viz.Diagram(viz.Architecture{Title: "Perceiver IO on bytes", M: 2048, C: 768, N: 256, D: 1280, O: 2048, Q: 768, E: 262, Blocks: 1, Layers: 26})))
	// Output: PNG
}

func ExampleCostBars() {
	fmt.Println(kind(viz.CostBars("One example", viz.Measure{Name: "Work", Unit: "FLOP", Bars: []viz.Bar{{Name: "Encode", Value: 12.1e6}, {Name: "Process", Value: 20.4e6}}})))
	// Output: PNG
}

func ExampleFlowArrows() {
	right := viz.Flow{Width: 2, Height: 1, UV: []float32{1, 0, 1, 0}} // both pixels go right by one
	fmt.Println(kind(viz.FlowArrows("To the right", image.NewGray(image.Rect(0, 0, 2, 1)), right, 1)), viz.FlowColor(1, 0, 1))
	// Output: PNG {255 0 0 255}
}

func ExampleFrameStrips() {
	frame := image.NewGray(image.Rect(0, 0, 4, 4))
	fmt.Println(kind(viz.FrameStrips("Still", viz.Strip{Name: "original", Frames: []image.Image{frame, frame}})))
	// Output: PNG
}

func ExampleWaves() {
	fmt.Println(kind(viz.Waves("A beat", 4, viz.Sound{Name: "original", Samples: []float64{1, -1, 1, -1}})))
	// Output: PNG
}

func ExampleSpectrogram() {
	fmt.Println(kind(viz.Spectrogram("A tone at 200 Hz", [][]float64{{-60, -3}, {-60, -3}}, 0.5, []float64{100, 200})))
	// Output: PNG
}

func ExampleUnitMaps() {
	field := viz.UnitMap{Title: "at the beginning", Side: 10, Units: []viz.UnitMark{{X: 2, Y: 3, Value: 0.9}, {X: 8, Y: 3, Team: 1, Value: 0.2}}}
	fmt.Println(kind(viz.UnitMaps("Who survives", "probability", 0, 1, field)))
	// Output: PNG
}
