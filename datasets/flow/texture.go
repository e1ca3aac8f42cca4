// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"go/build"
	"image"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
)

// Texture is a picture that layers are cut from. It repeats in both directions, a real picture being mirrored.
type Texture struct {
	width, height int
	rgb           []float32  // [height, width, 3], from 0 to 255
	mean          [3]float32 // of rgb
}

// done computes the mean colour of a texture whose pixels are all there.
func (t *Texture) done() *Texture {
	var sum [3]float64
	for i, v := range t.rgb {
		sum[i%3] += float64(v)
	}
	for c := range sum {
		t.mean[c] = float32(sum[c] / float64(len(t.rgb)/3))
	}
	return t
}

// at is the colour at (x, y), in pixels of the texture, between its pixels linear.
func (t *Texture) at(x, y float32) (r, g, b float32) {
	fx, fy := floor(x), floor(y)
	ax, ay := x-float32(fx), y-float32(fy)
	x0, y0 := wrap(fx, t.width), wrap(fy, t.height)
	x1, y1 := x0+1, y0+1
	if x1 == t.width {
		x1 = 0
	}
	if y1 == t.height {
		y1 = 0
	}
	p, q := t.rgb[3*(y0*t.width+x0):], t.rgb[3*(y0*t.width+x1):]
	s, u := t.rgb[3*(y1*t.width+x0):], t.rgb[3*(y1*t.width+x1):]
	a, b0, c, d := (1-ax)*(1-ay), ax*(1-ay), (1-ax)*ay, ax*ay
	return a*p[0] + b0*q[0] + c*s[0] + d*u[0], a*p[1] + b0*q[1] + c*s[1] + d*u[1], a*p[2] + b0*q[2] + c*s[2] + d*u[2]
}

func floor(x float32) int {
	i := int(x)
	if float32(i) > x {
		i--
	}
	return i
}

func wrap(i, n int) int {
	if i %= n; i < 0 {
		i += n
	}
	return i
}

// noiseSide is the side of a procedural texture, and coarsest the number of its largest details along a side, each 8 pixels
// wide. Larger details would look like slopes to a network that sees some 30 pixels, and on a slope only the movement
// across it can be seen; a network learns nothing from them.
const (
	noiseSide = 128
	coarsest  = 16
)

// Noise makes a procedural texture: the sum of two fields of smooth noise, at times bent into stripes or cut into patches,
// with a tint. Light and dark differ by a standard deviation of 40 to 70 grey levels: what hardly shows teaches nothing, and
// colours that differ more than light does are rare in pictures of the world.
func Noise(seed, index uint64) *Texture {
	r := rand.New(rand.NewPCG(seed, index))
	t := &Texture{width: noiseSide, height: noiseSide, rgb: make([]float32, 3*noiseSide*noiseSide)}
	first, second := octaves(r), octaves(r)
	bend(r, first)
	bend(r, second)
	var base, a, b [3]float32
	for c := range 3 {
		base[c], a[c], b[c] = 128+40*(2*r.Float32()-1), 1+0.3*(2*r.Float32()-1), 1+0.3*(2*r.Float32()-1)
	}
	var square float64 // of the light, about its mean
	for i := range first {
		var light float32
		for c := range 3 {
			light += (a[c]*first[i] + b[c]*second[i]) / 3
		}
		square += float64(light) * float64(light) / float64(len(first))
	}
	contrast := (40 + 30*r.Float32()) / float32(math.Sqrt(square)+1e-3)
	for i := range first {
		for c := range 3 {
			t.rgb[3*i+c] = min(255, max(0, base[c]+contrast*(a[c]*first[i]+b[c]*second[i])))
		}
	}
	return t.done()
}

// octaves is smooth noise about 0 with details of several sizes, which repeats at the edges.
func octaves(r *rand.Rand) []float32 {
	out := make([]float32, noiseSide*noiseSide)
	rough := 0.2 + 0.4*r.Float32() // how much weaker each finer octave is
	weight := float32(1)
	for n := coarsest; n <= noiseSide/2; n *= 2 {
		knots := make([]float32, n*n)
		for i := range knots {
			knots[i] = 2*r.Float32() - 1
		}
		step := noiseSide / n
		for y := range noiseSide {
			ay, y0 := ease(y, step), y/step
			y1 := (y0 + 1) % n
			for x := range noiseSide {
				ax, x0 := ease(x, step), x/step
				x1 := (x0 + 1) % n
				top := knots[y0*n+x0] + ax*(knots[y0*n+x1]-knots[y0*n+x0])
				bottom := knots[y1*n+x0] + ax*(knots[y1*n+x1]-knots[y1*n+x0])
				out[y*noiseSide+x] += weight * (top + ay*(bottom-top))
			}
		}
		weight *= rough
	}
	return out
}

// ease is the place of i between two knots, from 0 to 1 without a corner at the knots.
func ease(i, step int) float32 {
	t := float32(i%step) / float32(step)
	return t * t * (3 - 2*t)
}

// bend turns a quarter of all noises into stripes or into patches with sharp edges.
func bend(r *rand.Rand, noise []float32) {
	k := 3 + 7*r.Float64()
	switch r.IntN(8) {
	case 0:
		for i, v := range noise {
			noise[i] = float32(math.Sin(k * float64(v)))
		}
	case 1:
		for i, v := range noise {
			noise[i] = min(1, max(-1, float32(k)*v))
		}
	}
}

// textureSide bounds the side of a texture made of a picture: larger pictures are made smaller.
const textureSide = 256

// FromPicture makes a texture of a picture.
func FromPicture(img image.Image) *Texture {
	p := nrgba(img)
	by := max(1, (max(p.Rect.Dx(), p.Rect.Dy())+textureSide-1)/textureSide)
	w, h := max(1, p.Rect.Dx()/by), max(1, p.Rect.Dy()/by)
	t := &Texture{width: 2 * w, height: 2 * h, rgb: make([]float32, 3*4*w*h)}
	for y := range h {
		for x := range w {
			for c := range 3 {
				sum, n := 0, 0
				for sy := y * by; sy < min((y+1)*by, p.Rect.Dy()); sy++ {
					for sx := x * by; sx < min((x+1)*by, p.Rect.Dx()); sx++ {
						sum, n = sum+int(p.Pix[p.PixOffset(sx, sy)+c]), n+1
					}
				}
				for _, at := range [4]int{y*2*w + x, y*2*w + 2*w - 1 - x, (2*h-1-y)*2*w + x, (2*h-1-y)*2*w + 2*w - 1 - x} {
					t.rgb[3*at+c] = float32(sum) / float32(n)
				}
			}
		}
	}
	return t.done()
}

// Textures makes a pool of n procedural textures. Pools of different seeds have none in common.
func Textures(seed uint64, n int) []*Texture {
	out := make([]*Texture, n)
	for i := range out {
		out[i] = Noise(seed, uint64(i))
	}
	return out
}

// GoPictures are the textures that every Go installation has pictures for; none where its sources are not there.
func GoPictures() []*Texture {
	var out []*Texture
	for _, name := range []string{"image/testdata/video-001.png", "image/png/testdata/benchRGB.png"} {
		if img, err := ReadPicture(filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(name))); err == nil {
			out = append(out, FromPicture(img))
		}
	}
	return out
}

// maxTextures bounds the pictures of a folder that are used; each takes up to 3 MiB.
const maxTextures = 500

// PictureTextures makes textures of the pictures in a folder and those below it, in the order of their names: the first 500.
func PictureTextures(folder string) ([]*Texture, error) {
	var paths []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && slices.Contains([]string{".png", ".jpg", ".jpeg", ".gif", ".ppm"}, ending(path)) {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: there is no picture (.png, .jpg, .gif or .ppm) to take textures from", folder)
	}
	var out []*Texture
	for _, path := range paths[:min(len(paths), maxTextures)] {
		img, err := ReadPicture(path)
		if err != nil {
			return nil, err
		}
		out = append(out, FromPicture(img))
	}
	return out, nil
}
