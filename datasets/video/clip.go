// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import "fmt"

// Format is the size of clips. All clips of a source have one format.
type Format struct {
	Frames        int
	Height, Width int // of a frame, in pixels
	Samples       int // of the sound of the whole clip, one channel
	Speed         int // frames in a second
}

// Clip is a short video with the sound that belongs to it.
type Clip struct {
	Name  string
	Video []uint8   // [Frames, Height, Width, 3]
	Audio []float32 // [Samples], from -1 to 1
	Label int       // index of its class; -1: not known
	Mute  bool      // the film that it is cut from has no sound, and Audio is silence
}

// Source is clips, some to train on and some held out.
type Source interface {
	// Classes are the names of the classes.
	Classes() []string
	// Train is the clip of a draw: a function of the source's seed and the number of the draw alone.
	Train(draw uint64) (*Clip, error)
	// HeldOut is held-out clip i, whatever the seed, from 0 to HeldOuts()-1.
	HeldOut(i int) (*Clip, error)
	HeldOuts() int
}

// Bounds of a format, so that one clip stays below a gigabyte.
const (
	maxAxis   = 1 << 12
	maxValues = 1 << 28
)

// Validate names the first size that cannot be used.
func (f Format) Validate() error {
	for _, x := range []struct {
		name         string
		value, above int
	}{{"frames", f.Frames, maxAxis}, {"height", f.Height, maxAxis}, {"width", f.Width, maxAxis}, {"samples", f.Samples, maxValues}, {"frames in a second", f.Speed, 1000}} {
		if x.value < 1 || x.value > x.above {
			return fmt.Errorf("a clip cannot have %d %s: there must be 1 to %d", x.value, x.name, x.above)
		}
	}
	if f.Values() > maxValues {
		return fmt.Errorf("a clip of %d frames of %d×%d pixels (width × height) has %d colours; %d is the most", f.Frames, f.Width, f.Height, f.Values(), maxValues)
	}
	if f.Rate() < 1 {
		return fmt.Errorf("%d samples in %d frames, %d of them in a second, are less than one in a second", f.Samples, f.Frames, f.Speed)
	}
	return nil
}

// Values is the number of colours of a clip, three for a pixel.
func (f Format) Values() int { return f.Frames * f.Height * f.Width * 3 }

// Rate is the number of samples in a second.
func (f Format) Rate() int { return f.Samples * f.Speed / f.Frames }

// frame is the part of a clip's video that holds frame t.
func (f Format) frame(c *Clip, t int) []uint8 {
	n := f.Height * f.Width * 3
	return c.Video[t*n : (t+1)*n]
}

// blank is a black and silent clip.
func (f Format) blank(name string, label int) *Clip {
	return &Clip{Name: name, Video: make([]uint8, f.Values()), Audio: make([]float32, f.Samples), Label: label}
}

// heldOut checks the number of a held-out clip.
func heldOut(i, of int) error {
	if i < 0 || i >= of {
		return fmt.Errorf("held-out clip %d: there are %d, counted from 0", i, of)
	}
	return nil
}
