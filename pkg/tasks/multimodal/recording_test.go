// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	stdimage "image"
	"image/color"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

func square(t *testing.T, height, width int) *Network {
	t.Helper()
	n, err := Model{Config: perceiver.Config{Latents: 4, LatentDim: 16, Blocks: 1, LayersPerBlock: 1, SelfHeads: 2, CrossHeads: 1},
		Frames: 2, Height: height, Width: width, Samples: 32, Classes: 3, ImageBands: 2, AudioBands: 2}.Network()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Frames that are wider than high lose their sides; a frame of the network's own size keeps every pixel, and comes back.
func TestNewRecording(t *testing.T) {
	n := square(t, 8, 8)
	frame := stdimage.NewNRGBA(stdimage.Rect(5, 7, 17, 15)) // 12×8: two columns are lost on each side
	for y := range 8 {
		for x := range 12 {
			frame.SetNRGBA(5+x, 7+y, color.NRGBA{uint8(20 * x), uint8(30 * y), uint8(x * y), 255})
		}
	}
	c, err := n.NewRecording([]stdimage.Image{frame, frame, frame}, []float32{0.5, -0.5})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Video) != 2*8*8*3 || len(c.Audio) != 32 || c.Audio[1] != -0.5 || c.Audio[2] != 0 {
		t.Fatalf("%d values of video, sound %v", len(c.Video), c.Audio)
	}
	if got, want := c.Video[(1*64+3*8+4)*3], float32(20*6)/255; got != want {
		t.Errorf("the colour at (4, 3) is %g, want %g", got, want)
	}
	again := n.Pictures(&Reconstruction{Recording: c})
	if len(again) != 2 || again[1].NRGBAAt(4, 3) != frame.NRGBAAt(5+2+4, 7+3) {
		t.Errorf("%d frames, the colour at (4, 3) is %v", len(again), again[1].NRGBAAt(4, 3))
	}
	c.Video[0], c.Video[1] = -3, 9
	if got := n.Pictures(&Reconstruction{Recording: c})[0].NRGBAAt(0, 0); got.R != 0 || got.G != 255 {
		t.Errorf("colours outside of their range become %v", got)
	}

	large := stdimage.NewGray(stdimage.Rect(0, 0, 31, 40))
	long := make([]float32, 50)
	if c, err := n.NewRecording([]stdimage.Image{large, large}, long); err != nil || len(c.Video) != 2*8*8*3 || len(c.Audio) != 32 {
		t.Errorf("a large video: %v", err)
	}
}

func TestNewRecordingRefuses(t *testing.T) {
	frame := stdimage.NewGray(stdimage.Rect(0, 0, 9, 9))
	for words, c := range map[string]struct {
		n      *Network
		frames []stdimage.Image
	}{
		"1 frames, and the network takes 2": {square(t, 8, 8), []stdimage.Image{frame}},
		"12×8 pixels":                       {square(t, 8, 12), []stdimage.Image{frame, frame}},
		"frame 1: it has 0×9":               {square(t, 8, 8), []stdimage.Image{frame, stdimage.NewGray(stdimage.Rect(0, 0, 0, 9))}},
	} {
		if _, err := c.n.NewRecording(c.frames, nil); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", words, err)
		}
	}
}
