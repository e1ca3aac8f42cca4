// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"github.com/gomlx/compute"
	"github.com/perceiver-go/perceiver/pkg/tasks"
	"github.com/perceiver-go/perceiver/pkg/tasks/flow"
)

// Moved is the movement between two pictures, in pixels.
type Moved struct {
	Width   int      `json:"width"`
	Height  int      `json:"height"`
	Mean    float64  `json:"mean"`    // length of the movement, mean over the pixels
	Largest float64  `json:"largest"` // and the largest
	Files   []string `json:"files"`   // flow.flo and flow.png
}

// tilesAtOnce is how many tiles of large pictures are looked at together. One of the published size needs some gigabytes.
const tilesAtOnce = 1

// estimate finds the movement from one picture to the next, and writes it as a .flo file and as a picture.
func (r *Released) estimate(ctx context.Context, b compute.Backend, n *flow.Network, q Question) (tasks.Prediction, error) {
	if len(q.Inputs) != 2 {
		return tasks.Prediction{}, fmt.Errorf("%s: the model wants two pictures of one size, got %d inputs", r.Dir, len(q.Inputs))
	}
	var frames [2]*flow.Frame
	for i, path := range q.Inputs {
		picture, err := readPicture(path)
		if err != nil {
			return tasks.Prediction{}, err
		}
		frames[i] = flow.NewFrame(picture)
	}
	e, err := n.NewEstimator(b, r.Weights, tilesAtOnce)
	if err != nil {
		return tasks.Prediction{}, err
	}
	defer e.Close()
	field, err := e.Estimate(ctx, frames[0], frames[1])
	if err != nil {
		return tasks.Prediction{}, err
	}
	answer := &Moved{Width: field.Width, Height: field.Height}
	for i := 0; i < len(field.UV); i += 2 {
		length := math.Hypot(float64(field.UV[i]), float64(field.UV[i+1]))
		answer.Mean += length / float64(len(field.UV)/2)
		answer.Largest = max(answer.Largest, length)
	}
	if math.IsNaN(answer.Mean) || math.IsInf(answer.Mean, 0) {
		return tasks.Prediction{}, fmt.Errorf("%s: the model's answer is not a number, so its weights are damaged or its training diverged; choose others", r.Dir)
	}
	var coloured bytes.Buffer
	if err := png.Encode(&coloured, flowPicture(field)); err != nil {
		return tasks.Prediction{}, err
	}
	if err := os.MkdirAll(q.folder(), 0o755); err != nil {
		return tasks.Prediction{}, err
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{{"flow.flo", floFile(field)}, {"flow.png", coloured.Bytes()}} {
		path := filepath.Join(q.folder(), f.name)
		if err := os.WriteFile(path, f.content, 0o644); err != nil {
			return tasks.Prediction{}, err
		}
		answer.Files = append(answer.Files, path)
	}
	text := fmt.Sprintf("movement of %d×%d pixels: %.2f in the mean, %.2f at most, in %s and %s", answer.Width, answer.Height, answer.Mean, answer.Largest, answer.Files[0], answer.Files[1])
	return tasks.Prediction{Text: text, JSON: answer}, nil
}

// floFile is a movement in the Middlebury format: the mark PIEH, width and height, then u and v of each pixel.
func floFile(f *flow.Field) []byte {
	b := binary.LittleEndian.AppendUint32([]byte("PIEH"), uint32(f.Width))
	b = binary.LittleEndian.AppendUint32(b, uint32(f.Height))
	for _, x := range f.UV {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// strongestColour is the movement, in pixels, from which colours are full.
const strongestColour = 24

// flowPicture draws a movement as the authors do: the direction is the hue, red to the right and on through yellow
// downwards, and the length is how full the colour is.
func flowPicture(f *flow.Field) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, f.Width, f.Height))
	for y := range f.Height {
		for x := range f.Width {
			u, v := f.At(x, y)
			angle := math.Atan2(float64(v), float64(u))
			if angle < 0 {
				angle += 2 * math.Pi
			}
			img.SetNRGBA(x, y, hue(angle/(2*math.Pi), min(1, math.Hypot(float64(u), float64(v))/strongestColour)))
		}
	}
	return img
}

// hue is a bright colour: h goes around the circle once from 0 to 1, and full from white, 0, to the pure colour, 1.
func hue(h, full float64) color.NRGBA {
	channel := func(shift float64) uint8 {
		k := math.Mod(shift+6*h, 6)
		return uint8(255*(1-full*max(0, min(k, 4-k, 1))) + 0.5)
	}
	return color.NRGBA{channel(5), channel(3), channel(1), 255}
}
