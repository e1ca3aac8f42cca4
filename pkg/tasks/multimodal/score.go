// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"context"
	"math"

	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// The ranges of values, which are the peaks of signal-to-noise ratios.
const (
	imageSpan = 1. // colours, from 0 to 1
	audioSpan = 2. // samples, from -1 to 1
)

// psnr is the peak signal-to-noise ratio in dB: 10·log10(span²/mean squared error). No error at all has 200.
func psnr(span, meanSquare float64) float64 {
	if meanSquare == 0 {
		return 200
	}
	return 10 * math.Log10(span*span/meanSquare)
}

// PSNR is the peak signal-to-noise ratio, in dB, of what came back; values span a range. Equal arrays have 200.
func PSNR(want, got []float32, span float64) float64 {
	sum := 0.
	for i, x := range want {
		d := float64(x) - float64(got[i])
		sum += d * d
	}
	return psnr(span, sum/float64(len(want)))
}

// Score implements tasks.Task:
//
//	video_psnr, audio_psnr  in dB, of the mean squared error over all held-out clips
//	top1                    part of the clips whose hidden class has the highest score; left out where no class is known
//	compression             numbers of the input array for each number of the latents, M·C/(N·D), as the paper counts
//	clip_compression        colours and samples of the clip for each number of the latents
//	loss                    what training makes small, over all outputs
func (t *Task) Score(sums map[string]tasks.Sum) map[string]float64 {
	s := t.Shapes()
	latents := float64(s.N * s.D)
	d := t.data
	out := map[string]float64{
		"video_psnr":       psnr(imageSpan, sums["image_squares"].Mean()),
		"audio_psnr":       psnr(audioSpan, sums["audio_squares"].Mean()),
		"compression":      float64(s.M*s.C) / latents,
		"clip_compression": float64(t.format.Values()+t.Samples) / latents,
		"loss":             d.WeightAudio*sums[audio].Mean() + d.WeightImage*sums[d.imageSum()].Mean(),
	}
	if sums["right"].Count > 0 {
		out["top1"] = sums["right"].Mean()
		out["loss"] += d.WeightLabel * sums[label].Mean()
	}
	return out
}

// fitted is the number of training clips from which the mean clip and the commonest class are taken.
const fitted = 512

// Baselines implements tasks.Task: on the held-out clips, the ratios of the mean clip of the training data (its mean at each
// pixel of each frame, and at each sample), that of each clip's own mean colour, and, where classes are known, the part of
// the clips that are of the class that is the most frequent in training.
func (t *Task) Baselines(ctx context.Context) (map[string]float64, error) {
	if t.source == nil {
		return nil, errNoData
	}
	frames, sound, counts := make([]float64, t.format.Values()), make([]float64, t.Samples), make([]int, t.Classes)
	for i := range fitted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := t.source.Train(uint64(i))
		if err != nil {
			return nil, err
		}
		for k, v := range c.Video {
			frames[k] += float64(v) / 255 / fitted
		}
		for k, v := range c.Audio {
			sound[k] += float64(v) / fitted
		}
		if c.Label >= 0 {
			counts[c.Label]++
		}
	}
	common := 0
	for class, n := range counts {
		if n > counts[common] {
			common = class
		}
	}
	var image, own, audio, right, labelled float64
	n := t.source.HeldOuts()
	for i := range n {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := t.source.HeldOut(i)
		if err != nil {
			return nil, err
		}
		image += meanSquare(c.Video, func(k int) float64 { return frames[k] }) / float64(n)
		mean := meanColour(c)
		own += meanSquare(c.Video, func(k int) float64 { return mean[k%colours] }) / float64(n)
		for k, v := range c.Audio {
			d := float64(v) - sound[k]
			audio += d * d / float64(n*t.Samples)
		}
		if c.Label >= 0 {
			labelled++
			if c.Label == common {
				right++
			}
		}
	}
	out := map[string]float64{
		"mean_video_psnr":        psnr(imageSpan, image),
		"clip_colour_video_psnr": psnr(imageSpan, own),
		"mean_audio_psnr":        psnr(audioSpan, audio),
	}
	if labelled > 0 {
		out["chance"] = right / labelled
	}
	return out, nil
}

// meanSquare is the mean squared difference between the colours of a video and a guess of them.
func meanSquare(frames []uint8, guess func(k int) float64) float64 {
	sum := 0.
	for k, v := range frames {
		d := float64(v)/255 - guess(k)
		sum += d * d
	}
	return sum / float64(len(frames))
}

// meanColour is the mean of a clip's colours, from 0 to 1.
func meanColour(c *video.Clip) (mean [colours]float64) {
	for k, v := range c.Video {
		mean[k%colours] += float64(v) / 255 / float64(len(c.Video)/colours)
	}
	return mean
}
