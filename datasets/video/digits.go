// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/datasets/audio"
)

// Digits makes clips in which a handwritten digit moves over a coloured ground while a voice says the same digit. Which
// picture meets which voice is drawn. Pictures and speakers of held-out clips are in no clip that is trained on.
type Digits struct {
	Format
	Seed uint64
	Held int

	pictures [2][10][]*image.Gray // to train on, held out; each 20×20
	voices   [2][10][]voice
}

// The sheet of digits: 50 rows of 100 pictures of 20×20 pixels, five rows for each digit.
const (
	digitSide  = 20
	digitRows  = 50
	digitCols  = 100
	heldCols   = 20 // of each row, the last
	sheetName  = "image/opencv-digits.png"
	voicesName = "audio/fsdd"
)

// OpenDigits opens the digits in a folder: the sheet image/opencv-digits.png of OpenCV's samples, and the folder audio/fsdd
// of the Free Spoken Digit Dataset.
func OpenDigits(ctx context.Context, root string, f Format, seed uint64, held int) (*Digits, error) {
	if root == "" {
		return nil, fmt.Errorf("clips of digits need data that must be fetched first: give with --data a folder that has %s (samples of OpenCV) and %s (Free Spoken Digit Dataset)", sheetName, voicesName)
	}
	if err := f.Validate(); err != nil {
		return nil, err
	}
	d := &Digits{Format: f, Seed: seed, Held: held}
	if err := d.readSheet(filepath.Join(root, filepath.FromSlash(sheetName))); err != nil {
		return nil, err
	}
	return d, d.readVoices(ctx, filepath.Join(root, filepath.FromSlash(voicesName)))
}

func (d *Digits) readSheet(path string) error {
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return fmt.Errorf("%s: there is no such file; it is digits.png of OpenCV's samples", path)
	}
	img, err := readPicture(path)
	if err != nil {
		return err
	}
	if got := img.Bounds().Size(); got != image.Pt(digitCols*digitSide, digitRows*digitSide) {
		return fmt.Errorf("%s: it has %d×%d pixels (width × height); the sheet of digits has %d×%d", path, got.X, got.Y, digitCols*digitSide, digitRows*digitSide)
	}
	for row := range digitRows {
		for col := range digitCols {
			one := image.NewGray(image.Rect(0, 0, digitSide, digitSide))
			for y := range digitSide {
				for x := range digitSide {
					one.SetGray(x, y, color.GrayModel.Convert(img.At(img.Bounds().Min.X+col*digitSide+x, img.Bounds().Min.Y+row*digitSide+y)).(color.Gray))
				}
			}
			part, digit := 0, row/(digitRows/10)
			if col >= digitCols-heldCols {
				part = 1
			}
			d.pictures[part][digit] = append(d.pictures[part][digit], one)
		}
	}
	return nil
}

// Classes implements Source.
func (d *Digits) Classes() []string { return audio.Digits }

// Train implements Source.
func (d *Digits) Train(draw uint64) (*Clip, error) {
	return d.clip(fmt.Sprintf("digits, draw %d", draw), 0, rand.New(rand.NewPCG(^d.Seed, draw))), nil
}

// HeldOuts implements Source.
func (d *Digits) HeldOuts() int { return d.Held }

// HeldOut implements Source.
func (d *Digits) HeldOut(i int) (*Clip, error) {
	if err := heldOut(i, d.Held); err != nil {
		return nil, err
	}
	return d.clip(fmt.Sprintf("digits, held out %d", i), 1, rand.New(rand.NewPCG(heldSeed, uint64(i)))), nil
}

// clip composes a clip of a part: 0 to train on, 1 held out.
func (d *Digits) clip(name string, part int, r *rand.Rand) *Clip {
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	digit := r.IntN(10)
	picture := d.pictures[part][digit][r.IntN(len(d.pictures[part][digit]))]
	said := d.voices[part][digit][r.IntN(len(d.voices[part][digit]))]
	c := d.blank(name, digit)

	// The ground is dark and shaded, the digit bright, and as large as half of the frame or a little more.
	ground, bright := [3]float64{between(10, 90), between(10, 90), between(10, 90)}, [3]float64{between(150, 255), between(150, 255), between(150, 255)}
	slope := [2]float64{between(-40, 40), between(-40, 40)}
	size := between(0.55, 0.75)
	wall := 1 - 0.8*size
	across, down := path{between(-wall, wall), between(-0.1, 0.1), wall}, path{between(-wall, wall), between(-0.1, 0.1), wall}
	half := float64(min(d.Height, d.Width)) / 2
	for t := range d.Frames {
		frame := d.frame(c, t)
		cx, cy := across.at(float64(t)), down.at(float64(t))
		for py := range d.Height {
			y := (float64(py) + 0.5 - float64(d.Height)/2) / half
			for px := range d.Width {
				x := (float64(px) + 0.5 - float64(d.Width)/2) / half
				ink := sample(picture, ((x-cx)/size+1)*digitSide/2-0.5, ((y-cy)/size+1)*digitSide/2-0.5)
				for k := range 3 {
					v := (1-ink)*(ground[k]+slope[0]*x+slope[1]*y) + ink*bright[k]
					frame[3*(py*d.Width+px)+k] = uint8(min(255, max(0, v)) + 0.5)
				}
			}
		}
	}
	said.place(c.Audio, r)
	return c
}

// sample is how much ink there is at a place of a picture, 0 to 1, between its pixels; outside there is none.
func sample(img *image.Gray, x, y float64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	at := func(x, y float64) float64 { return float64(img.GrayAt(int(x), int(y)).Y) / 255 }
	fx, fy := x-x0, y-y0
	return (1-fy)*((1-fx)*at(x0, y0)+fx*at(x0+1, y0)) + fy*((1-fx)*at(x0, y0+1)+fx*at(x0+1, y0+1))
}
