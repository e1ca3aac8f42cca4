// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/gif" // pictures of these kinds can be read, too
	_ "image/jpeg"
	_ "image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// fileLimit bounds the bytes of a file that is read whole.
const fileLimit = 1 << 30

// ReadField reads a file of movement, chosen by its ending: .flo, .png (KITTI) or .pfm.
func ReadField(path string) (*Field, error) {
	read := map[string]func(io.Reader) (*Field, error){".flo": ReadFlo, ".png": ReadKITTI, ".pfm": ReadPFM}[ending(path)]
	if read == nil {
		return nil, fmt.Errorf("%s: a file of movement ends with .flo, .png (KITTI) or .pfm", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	f, err := read(io.LimitReader(file, fileLimit))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// WriteField writes a file of movement, chosen by its ending: .flo, .png (KITTI) or .pfm. It is there whole or not at all.
func WriteField(path string, f *Field) error {
	write := map[string]func(io.Writer, *Field) error{".flo": WriteFlo, ".png": WriteKITTI, ".pfm": WritePFM}[ending(path)]
	if write == nil {
		return fmt.Errorf("%s: a file of movement ends with .flo, .png (KITTI) or .pfm", path)
	}
	var content bytes.Buffer
	if err := write(&content, f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	temporary := path + ".part"
	if err := os.WriteFile(temporary, content.Bytes(), 0o644); err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return nil
}

func ending(path string) string { return strings.ToLower(filepath.Ext(path)) }

// ReadPicture reads a PNG, JPEG, GIF or PPM picture as 8 bits for each colour. Grey has three equal colours, deeper
// colours are cut to 8 bits, and transparency is laid on black.
func ReadPicture(path string) (*image.NRGBA, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var img image.Image
	if e := ending(path); e == ".ppm" || e == ".pgm" {
		img, err = ReadPPM(io.LimitReader(file, fileLimit))
	} else {
		img, err = decode(file)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return nrgba(img), nil
}

// decode reads a picture after a look at its size.
func decode(file *os.File) (image.Image, error) {
	config, _, err := image.DecodeConfig(io.LimitReader(file, fileLimit))
	if err != nil {
		return nil, fmt.Errorf("it is no picture that can be read (PNG, JPEG, GIF or PPM): %w", err)
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(io.LimitReader(file, fileLimit))
	if err != nil {
		return nil, fmt.Errorf("the picture is damaged or cut off: %w", err)
	}
	return img, nil
}

// nrgba is the picture in 8 bits for each colour, opaque, beginning at (0, 0).
func nrgba(img image.Image) *image.NRGBA {
	if p, ok := img.(*image.NRGBA); ok && p.Rect.Min == (image.Point{}) && p.Stride == 4*p.Rect.Dx() && p.Opaque() {
		return p
	}
	r := img.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(flat, flat.Rect, image.NewUniform(color.Black), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, r.Min, draw.Over)
	return &image.NRGBA{Pix: flat.Pix, Stride: flat.Stride, Rect: flat.Rect} // opaque, so both kinds are the same bytes
}
