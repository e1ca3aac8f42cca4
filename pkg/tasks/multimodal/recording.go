// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package multimodal

import (
	"fmt"
	stdimage "image"
	"image/color"

	pictures "github.com/perceiver-go/perceiver/pkg/tasks/image"
)

// NewRecording makes a recording for the network of the first frames of a video and of its sound. Of each frame the
// square in the middle is taken, and resized. Sound that is too short is followed by silence, and what is too much is
// left out. The class is not known.
func (n *Network) NewRecording(frames []stdimage.Image, sound []float32) (Recording, error) {
	if n.Height != n.Width {
		return Recording{}, fmt.Errorf("multimodal: the network takes frames of %d×%d pixels (width × height); frames are cut to squares, so both must be equal", n.Width, n.Height)
	}
	if len(frames) < n.Frames {
		return Recording{}, fmt.Errorf("multimodal: the video has %d frames, and the network takes %d", len(frames), n.Frames)
	}
	c := Recording{Video: make([]float32, 0, colours*n.pixels()), Audio: make([]float32, n.Samples)}
	for i, frame := range frames[:n.Frames] {
		square, err := middle(frame)
		if err != nil {
			return Recording{}, fmt.Errorf("multimodal: frame %d: %w", i, err)
		}
		for _, v := range square.Resize(n.Height).Values {
			c.Video = append(c.Video, float32(v)/255)
		}
	}
	copy(c.Audio, sound)
	return c, nil
}

// middle is the largest square in the middle of a picture.
func middle(img stdimage.Image) (pictures.Bytes, error) {
	box := img.Bounds()
	side := min(box.Dx(), box.Dy())
	if side < 1 || side > 1<<14 {
		return pictures.Bytes{}, fmt.Errorf("it has %d×%d pixels (width × height); its shorter side must have 1 to %d", box.Dx(), box.Dy(), 1<<14)
	}
	left, top := box.Min.X+(box.Dx()-side)/2, box.Min.Y+(box.Dy()-side)/2
	s := pictures.Bytes{Side: side, Values: make([]uint8, 0, colours*side*side)}
	for y := range side {
		for x := range side {
			p := color.NRGBAModel.Convert(img.At(left+x, top+y)).(color.NRGBA)
			s.Values = append(s.Values, p.R, p.G, p.B)
		}
	}
	return s, nil
}

// Pictures are the frames of a reconstruction; what is outside of the range of colours is cut.
func (n *Network) Pictures(r *Reconstruction) []*stdimage.NRGBA {
	frames := make([]*stdimage.NRGBA, n.Frames)
	i := 0
	for t := range frames {
		frames[t] = stdimage.NewNRGBA(stdimage.Rect(0, 0, n.Width, n.Height))
		for p := 0; p < len(frames[t].Pix); p += 4 {
			for k := range colours {
				frames[t].Pix[p+k] = uint8(min(max(r.Video[i], 0), 1)*255 + 0.5)
				i++
			}
			frames[t].Pix[p+3] = 255
		}
	}
	return frames
}
