// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"context"
	"errors"
	"fmt"
	stdimage "image"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/compute"
	sounds "github.com/perceiver-go/perceiver/datasets/audio"
	"github.com/perceiver-go/perceiver/datasets/video"
	"github.com/perceiver-go/perceiver/pkg/perceiver"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

// Again is a clip that came back from the latents, beside what went in.
type Again struct {
	Input     string        `json:"input"`
	Classes   []tasks.Guess `json:"classes"`    // of the hidden class, the likeliest first
	VideoPSNR float64       `json:"video_psnr"` // in dB
	AudioPSNR float64       `json:"audio_psnr"`
	Mute      bool          `json:"mute"` // there was no sound, and silence went in

	Clip   *video.Clip     `json:"-"` // what went in
	Result *Reconstruction `json:"-"`
}

// generated are clips for a task without its data.
func (t *Task) generated() *video.Shapes {
	return &video.Shapes{Format: t.format, Held: t.data.EvalClips}
}

// Find gives the clip that an input names: "shapes:3" is a held-out generated clip, and everything else the path of a GIF, a
// folder of pictures, or a video, whose beginning is taken.
func (t *Task) Find(ctx context.Context, input string) (*video.Clip, error) {
	if number, ok := strings.CutPrefix(input, shapeClips+":"); ok {
		i, err := strconv.Atoi(number)
		if err != nil {
			return nil, fmt.Errorf("input %s: after %q comes the number of a held-out clip", input, shapeClips+":")
		}
		return t.generated().HeldOut(i)
	}
	r, err := t.format.Read(ctx, input)
	if err != nil {
		return nil, err
	}
	return t.format.Cut(r, 0)
}

// Recording is a clip as the network takes it. The class is left out, as it is hidden from the network anyway.
func (t *Task) Recording(c *video.Clip) Recording {
	r := Recording{Video: make([]float32, len(c.Video)), Audio: slices.Clone(c.Audio)}
	for i, v := range c.Video {
		r.Video[i] = float32(v) / 255
	}
	return r
}

// Reconstruct makes clips again, one after the other.
func (t *Task) Reconstruct(ctx context.Context, backend compute.Backend, w *perceiver.Weights, clips ...*video.Clip) ([]*Again, error) {
	r, err := t.NewReconstructor(backend, w)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []*Again
	for _, c := range clips {
		recording := t.Recording(c)
		result, err := r.Reconstruct(ctx, recording)
		if err != nil {
			return nil, err
		}
		a := &Again{Input: c.Name, Mute: c.Mute, Clip: c, Result: result, Classes: tasks.Classify("", Probabilities(result.Label), t.names, 0).Classes,
			VideoPSNR: PSNR(recording.Video, result.Video, imageSpan), AudioPSNR: PSNR(recording.Audio, result.Audio, audioSpan)}
		if math.IsNaN(a.VideoPSNR + a.AudioPSNR) {
			return nil, errors.New("the model's answer is not a number, so its weights are damaged or its training diverged; choose another checkpoint")
		}
		out = append(out, a)
	}
	return out, nil
}

// lowestRate is that of the WAV files of an answer: browsers play none with fewer samples in a second.
const lowestRate = 8000

// Predict implements tasks.Predictor: it makes a clip again, which is named as for Find, and says its class. The answer has
// the clip before and after as GIF and as WAV.
func (t *Task) Predict(ctx context.Context, backend compute.Backend, w *perceiver.Weights, inputs []string) (tasks.Prediction, error) {
	if len(inputs) != 1 {
		return tasks.Prediction{}, fmt.Errorf("the model is asked about one clip at a time, got %d inputs: give a GIF, a folder of pictures, a video, or shapes:0", len(inputs))
	}
	clip, err := t.Find(ctx, inputs[0])
	if err != nil {
		return tasks.Prediction{}, err
	}
	all, err := t.Reconstruct(ctx, backend, w, clip)
	if err != nil {
		return tasks.Prediction{}, err
	}
	a := all[0]
	p := tasks.Prediction{JSON: a}
	before, err := t.files("clip", t.format.Pictures(clip), clip.Audio)
	if err != nil {
		return tasks.Prediction{}, err
	}
	after, err := t.files("again", t.Pictures(a.Result), a.Result.Audio)
	if err != nil {
		return tasks.Prediction{}, err
	}
	p.Files = append(before, after...)
	var text strings.Builder
	for _, g := range a.Classes {
		fmt.Fprintf(&text, "  %5.1f %%  %s\n", 100*g.Probability, g.Label)
	}
	fmt.Fprintf(&text, "%s again: video %.1f dB, sound %.1f dB", filepath.Base(a.Input), a.VideoPSNR, a.AudioPSNR)
	if a.Mute {
		fmt.Fprintf(&text, " (there is no sound with it, so silence went in)")
	}
	p.Text = text.String()
	return p, nil
}

// files are a clip to look at and to listen to.
func (t *Task) files(name string, frames []*stdimage.NRGBA, sound []float32) ([]tasks.File, error) {
	gif, err := video.EncodeGIF(frames, t.format.Speed)
	if err != nil {
		return nil, err
	}
	s, err := (&sounds.Sound{Rate: t.format.Rate(), Samples: sound}).Resample(max(lowestRate, t.format.Rate()))
	if err != nil {
		return nil, err
	}
	wav, err := sounds.Encode(s)
	if err != nil {
		return nil, err
	}
	return []tasks.File{{Name: name + ".gif", Content: gif}, {Name: name + ".wav", Content: wav}}, nil
}

// Probabilities are those of classes with these scores: their softmax.
func Probabilities(scores []float32) []float32 {
	p, sum, most := make([]float32, len(scores)), 0., slices.Max(scores)
	for i, x := range scores {
		e := math.Exp(float64(x - most))
		p[i], sum = float32(e), sum+e
	}
	for i := range p {
		p[i] /= float32(sum)
	}
	return p
}
