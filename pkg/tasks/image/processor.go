// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"
	"image"
	"image/color"
	"math"
)

// Mean and Std are those of the colours red, green and blue of ImageNet, in [0, 1].
var (
	Mean = [colours]float32{0.485, 0.456, 0.406}
	Std  = [colours]float32{0.229, 0.224, 0.225}
)

// Processor turns a picture of any size into the pixels that the published models take: the middle of the picture, a
// square with 7/8 of its shorter side, resized to 224×224 and normalised. The zero value is the published processor.
type Processor struct {
	Size         int  // height and width of the result; 0: 224
	OriginalCrop bool // rounds the offset of the square up, as the original code does, and not down
}

// Bytes are a square picture, [Side, Side, 3] in the colours red, green and blue.
type Bytes struct {
	Side   int
	Values []uint8
}

// Pixels are the normalised colours of the picture, [Size, Size, 3] with the colours running fastest.
func (pr Processor) Pixels(img image.Image) ([]float32, error) {
	s, err := pr.Crop(img)
	if err != nil {
		return nil, err
	}
	s = s.Resize(pr.size())
	out := make([]float32, len(s.Values))
	for i, b := range s.Values {
		out[i] = (float32(float64(b)*(1./255)) - Mean[i%colours]) / Std[i%colours]
	}
	return out, nil
}

func (pr Processor) size() int {
	if pr.Size == 0 {
		return publishedSize
	}
	return pr.Size
}

// Crop takes the square in the middle. What is transparent keeps the colour that it has below.
func (pr Processor) Crop(img image.Image) (Bytes, error) {
	box := img.Bounds()
	h, w := box.Dy(), box.Dx()
	if size := pr.size(); size < 1 || size > largestAxis {
		return Bytes{}, fmt.Errorf("a picture cannot be resized to %d×%d; an axis has 1 to %d pixels", size, size, largestAxis)
	}
	side := int(224. / 256 * float64(min(h, w)))
	if side < 1 || side > largestAxis {
		return Bytes{}, fmt.Errorf("a picture of %d×%d pixels cannot be classified: its shorter side must have 2 to %d", h, w, largestAxis)
	}
	up := 0
	if pr.OriginalCrop {
		up = 1
	}
	top, left := box.Min.Y+(h-side+up)/2, box.Min.X+(w-side+up)/2
	s := Bytes{side, make([]uint8, 0, side*side*colours)}
	for y := range side {
		for x := range side {
			c := color.NRGBAModel.Convert(img.At(left+x, top+y)).(color.NRGBA)
			s.Values = append(s.Values, c.R, c.G, c.B)
		}
	}
	return s, nil
}

// Resize gives the picture another size, byte for byte as Pillow's bicubic filter does: first along x, then along y,
// with weights in fixed point and rounding to bytes in between.
func (s Bytes) Resize(size int) Bytes {
	if size == s.Side {
		return s
	}
	filter := bicubic(s.Side, size)
	wide := Bytes{s.Side, make([]uint8, s.Side*size*colours)} // [Side, size, 3]
	filter.apply(wide.Values, s.Values, s.Side, s.Side*colours, size*colours, colours, colours)
	out := Bytes{size, make([]uint8, size*size*colours)}
	filter.apply(out.Values, wide.Values, size, colours, colours, size*colours, size*colours)
	return out
}

// precision is the number of bits after the point in the weights of a filter.
const precision = 22

// taps are the weights of one element of the result: of the elements from first on.
type taps struct {
	first   int
	weights []int
}

type filter []taps

// bicubic is the filter from n elements to m. Where it makes an axis shorter, it is stretched so that all elements count.
func bicubic(n, m int) filter {
	scale := float64(n) / float64(m)
	stretch := max(scale, 1)
	support := 2 * stretch
	f := make(filter, m)
	for i := range f {
		centre := (float64(i) + 0.5) * scale
		from, to := max(int(centre-support+0.5), 0), min(int(centre+support+0.5), n)
		weights, sum := make([]float64, to-from), 0.
		for k := range weights {
			weights[k] = cubic((float64(k+from) - centre + 0.5) / stretch)
			sum += weights[k]
		}
		f[i] = taps{from, make([]int, len(weights))}
		for k, w := range weights {
			f[i].weights[k] = int(math.Round(w / sum * (1 << precision)))
		}
	}
	return f
}

// cubic is Keys' function with a = -1/2.
func cubic(x float64) float64 {
	const a = -0.5
	switch x = math.Abs(x); {
	case x < 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return (((x-5)*x+8)*x - 4) * a
	}
	return 0
}

// apply filters lines of bytes. A line begins lineIn (lineOut) bytes after the one before, and its elements of three
// colours lie stepIn (stepOut) bytes apart.
func (f filter) apply(out, in []uint8, lines, lineIn, lineOut, stepIn, stepOut int) {
	for line := range lines {
		for i, t := range f {
			for c := range colours {
				sum := 1 << (precision - 1)
				for k, w := range t.weights {
					sum += int(in[line*lineIn+(t.first+k)*stepIn+c]) * w
				}
				out[line*lineOut+i*stepOut+c] = uint8(min(max(sum>>precision, 0), 255))
			}
		}
	}
}
