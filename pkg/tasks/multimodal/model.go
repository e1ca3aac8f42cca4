// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"fmt"

	"github.com/perceiver-go/perceiver/pkg/perceiver"
)

// Model is the section [model] of a multimodal experiment. Sizes that are 0 or empty have the published value that their
// comment names.
type Model struct {
	perceiver.Config

	Frames  int `toml:"frames"`  // of a video; 16
	Height  int `toml:"height"`  // of a frame, in pixels; 224
	Width   int `toml:"width"`   // of a frame, in pixels; 224
	Samples int `toml:"samples"` // of the sound, one channel; 30,720, which is 1920 for each frame
	Classes int `toml:"classes"` // 700

	PatchFrames  int `toml:"patch_frames"`  // frames of a video patch; 1
	PatchSide    int `toml:"patch_side"`    // height and width of a video patch, in pixels; 4
	PatchSamples int `toml:"patch_samples"` // of a sound patch; 16

	ImageBands      int   `toml:"image_bands"`      // of the Fourier positions of patches and pixels, for each of t, y and x; 32
	ImageResolution []int `toml:"image_resolution"` // of these bands, along t, y and x; frames, and patches along height and width
	AudioBands      int   `toml:"audio_bands"`      // of the Fourier positions of sound patches; 192
	AudioResolution int   `toml:"audio_resolution"` // of these bands; samples

	InputPadding  int `toml:"input_padding"`   // learned channels of the widest modality, so that each has some; 4
	QueryPadding  int `toml:"query_padding"`   // the same for queries; 2
	LabelQueryDim int `toml:"label_query_dim"` // width of the learned query of the class, before it is padded; 1024

	// Probabilities with which an element is replaced by the learned vector of its modality in training. At 1 it always
	// is, so that the input has no influence. Outside of training the class is hidden where MaskLabel is above 0, and
	// sound and video are not, unless the probability is 1.
	MaskAudio float64 `toml:"mask_audio"`
	MaskImage float64 `toml:"mask_image"`
	MaskLabel float64 `toml:"mask_label"`

	DecoderHeads    int  `toml:"decoder_heads"`    // 1
	DecoderQKWidth  int  `toml:"decoder_qk_width"` // latent_dim
	DecoderVWidth   int  `toml:"decoder_v_width"`  // decoder_qk_width
	DecoderResidual bool `toml:"decoder_residual"` // adds the queries to what they attend to; the published model does not
	OutputDim       int  `toml:"output_dim"`       // width of the decoder's output, before the layer of each modality; 512

	// RowPositions says where in [-1, 1] a queried element lies: "grid" (or "") has both ends, as the input's positions do;
	// "published" has element i of n at -1+2i/n, as the published models do wherever they are asked for some elements.
	RowPositions string `toml:"row_positions"`
}

const colours = 3

// withDefaults fills in what is 0.
func (m Model) withDefaults() Model {
	set := func(field *int, published int) {
		if *field == 0 {
			*field = published
		}
	}
	set(&m.Frames, 16)
	set(&m.Height, 224)
	set(&m.Width, 224)
	set(&m.Samples, 30720)
	set(&m.Classes, 700)
	set(&m.PatchFrames, 1)
	set(&m.PatchSide, 4)
	set(&m.PatchSamples, 16)
	set(&m.ImageBands, 32)
	set(&m.AudioBands, 192)
	set(&m.AudioResolution, m.Samples)
	set(&m.InputPadding, 4)
	set(&m.QueryPadding, 2)
	set(&m.LabelQueryDim, 1024)
	set(&m.DecoderHeads, 1)
	set(&m.DecoderQKWidth, m.LatentDim)
	set(&m.DecoderVWidth, m.DecoderQKWidth)
	set(&m.OutputDim, 512)
	if m.ImageResolution == nil {
		m.ImageResolution = []int{m.Frames, max(1, m.Height/max(1, m.PatchSide)), max(1, m.Width/max(1, m.PatchSide))}
	}
	return m
}

// Bounds of sizes, far above any use, so that products of them stay inside an int.
const (
	maxSize  = 1 << 20
	maxCount = 1 << 30
)

// validate names the first key that cannot be used; m has its defaults.
func (m Model) validate() error {
	for _, f := range []struct {
		key   string
		value int
	}{
		{"frames", m.Frames}, {"height", m.Height}, {"width", m.Width}, {"classes", m.Classes}, {"patch_frames", m.PatchFrames},
		{"patch_side", m.PatchSide}, {"patch_samples", m.PatchSamples}, {"image_bands", m.ImageBands}, {"audio_bands", m.AudioBands},
		{"input_padding", m.InputPadding}, {"query_padding", m.QueryPadding}, {"label_query_dim", m.LabelQueryDim}, {"decoder_heads", m.DecoderHeads},
		{"decoder_qk_width", m.DecoderQKWidth}, {"decoder_v_width", m.DecoderVWidth}, {"output_dim", m.OutputDim},
	} {
		if f.value < 1 || f.value > maxSize {
			return fmt.Errorf("model.%s = %d: it must be from 1 to %d", f.key, f.value, maxSize)
		}
	}
	for _, f := range []struct {
		key           string
		value, factor int
		what          string
	}{
		{"frames", m.Frames, m.PatchFrames, "patch_frames"}, {"height", m.Height, m.PatchSide, "patch_side"},
		{"width", m.Width, m.PatchSide, "patch_side"}, {"samples", m.Samples, m.PatchSamples, "patch_samples"},
	} {
		if f.value < 1 || f.value > maxCount || f.value%f.factor != 0 {
			return fmt.Errorf("model.%s = %d: it must be a multiple of model.%s = %d, and at most %d", f.key, f.value, f.what, f.factor, maxCount)
		}
	}
	if m.Height*m.Width > maxCount/m.Frames {
		return fmt.Errorf("model.frames = %d: a video of that many frames of %d×%d pixels has more than %d pixels", m.Frames, m.Width, m.Height, maxCount)
	}
	for _, f := range []struct {
		key   string
		value float64
	}{{"mask_audio", m.MaskAudio}, {"mask_image", m.MaskImage}, {"mask_label", m.MaskLabel}} {
		if !(f.value >= 0 && f.value <= 1) { // written so that NaN fails
			return fmt.Errorf("model.%s = %g: a probability must be in [0, 1]", f.key, f.value)
		}
	}
	switch m.RowPositions {
	case "", "grid", "published":
		return nil
	}
	return fmt.Errorf("model.row_positions = %q: it must be \"grid\" or \"published\"", m.RowPositions)
}

// pixels is the number of pixels of a video, over all frames.
func (m Model) pixels() int { return m.Frames * m.Height * m.Width }

// patches is the number of sound patches, of inputs and of outputs.
func (m Model) patches() int { return m.Samples / m.PatchSamples }

// defaults is the small model of generated clips; the published one is the paper profile of multimodal/kinetics.
func defaults() Model {
	return Model{
		Config: perceiver.Config{Latents: 64, LatentDim: 128, Blocks: 1, LayersPerBlock: 1, SelfHeads: 8, CrossHeads: 8, QKWidth: 128, VWidth: 128, LatentStd: 0.5},
		Frames: 16, Height: 32, Width: 32, Samples: 2560, Classes: 6, PatchFrames: 2, PatchSide: 4, PatchSamples: 40,
		ImageBands: 16, ImageResolution: []int{16, 32, 32}, AudioBands: 32, AudioResolution: 64,
		LabelQueryDim: 64, OutputDim: 128, MaskLabel: 0.5, DecoderHeads: 8,
	}
}
