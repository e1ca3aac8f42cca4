// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package video

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/audio"
)

// A clip of few colours comes back from its GIF as it was, at its speed.
func TestGIF(t *testing.T) {
	f := Format{Frames: 6, Height: 40, Width: 50, Samples: 600, Speed: 25}
	c := f.blank("", 0)
	for i := range c.Video {
		c.Video[i] = uint8(i / (3 * 40 * 50) * 40) // brighter with each frame
	}
	b, err := EncodeGIF(f.Pictures(c), f.Speed)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a.gif")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	audio.WriteFile(filepath.Join(dir, "a.wav"), &audio.Sound{Rate: f.Rate(), Samples: []float32{0.25}})
	r, err := f.Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(r.Video, c.Video) || r.Audio[0] != 0.25 || r.Mute {
		t.Errorf("%d bytes of video, want %d; the sound begins with %g", len(r.Video), len(c.Video), r.Audio[0])
	}
	slow := f
	slow.Speed, slow.Samples = 50, 300 // twice as many frames in a second
	if r, err = slow.Read(t.Context(), path); err != nil || slow.length(r) != 12 || !bytes.Equal(slow.frame(&Clip{Video: r.Video}, 3), f.frame(c, 1)) {
		t.Errorf("%v: %d frames, want 12", err, slow.length(r))
	}
	if _, err := EncodeGIF([]image.Image{grey(3, 3, 1), grey(4, 3, 1)}, 25); err == nil || !strings.Contains(err.Error(), "4×3") {
		t.Errorf("pictures of two sizes: %v", err)
	}
	if _, err := EncodeGIF([]image.Image{}, 25); err == nil {
		t.Error("a GIF without pictures")
	}
}

// Frames that cover a part of the picture, that are taken away, and that have no duration, are seen as browsers show them.
func TestGIFDisposal(t *testing.T) {
	p := color.Palette{color.Transparent, color.Gray{50}, color.Gray{200}}
	part := func(r image.Rectangle, index uint8) *image.Paletted {
		img := image.NewPaletted(r, p)
		for i := range img.Pix {
			img.Pix[i] = index
		}
		return img
	}
	all, left := image.Rect(0, 0, 8, 8), image.Rect(0, 0, 4, 8)
	g := &gif.GIF{
		Image:    []*image.Paletted{part(all, 1), part(left, 2), part(left, 0), part(left, 2)},
		Delay:    []int{10, 20, 10, 0},
		Disposal: []byte{gif.DisposalNone, gif.DisposalPrevious, gif.DisposalNone, gif.DisposalNone},
		Config:   image.Config{Width: 8, Height: 8, ColorModel: p},
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	if n := countGIF(b.Bytes()); n != 4 {
		t.Errorf("%d frames are counted, want 4", n)
	}
	out, err := tiny.decodeGIF(b.Bytes(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var seen [][2]byte // a pixel at the left and one at the right
	for at := 0; at < len(out); at += 8 * 8 * 3 {
		seen = append(seen, [2]byte{out[at], out[at+7*3]})
	}
	want := [][2]byte{{50, 50}, {200, 50}, {200, 50}, {50, 50}, {200, 50}}
	if len(seen) != len(want) {
		t.Fatalf("seen is %v, want %v", seen, want)
	}
	for i := range want {
		if seen[i] != want[i] {
			t.Errorf("frame %d is %v, want %v", i, seen[i], want[i])
		}
	}
}

// A GIF that announces more than there is memory for is refused before it is decoded, as is one that is cut off.
func TestGIFRefuses(t *testing.T) {
	b, err := EncodeGIF([]image.Image{grey(9, 9, 1), grey(9, 9, 200)}, 10)
	if err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(b)
	copy(huge[6:], []byte{0xff, 0xff, 0xff, 0xff})
	for words, file := range map[string][]byte{"65535×65535": huge, "damaged or cut off": b[:len(b)-9], "damaged": []byte("GIF89a")} {
		if _, err := tiny.decodeGIF(file, 100); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want an error with %q, got %v", words, err)
		}
	}
}

func FuzzGIF(f *testing.F) {
	b, err := EncodeGIF([]image.Image{grey(9, 9, 1), grey(9, 9, 200)}, 10)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:40])
	f.Fuzz(func(t *testing.T, file []byte) {
		if out, err := tiny.decodeGIF(file, 20); err == nil && (len(out) == 0 || len(out) > 20*8*8*3 || len(out)%(8*8*3) != 0) {
			t.Errorf("%d bytes", len(out))
		}
	})
}
