// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The layouts of the known sets, with their masks: a pixel that is hidden, and one that is not to be trusted.
func TestFindLayouts(t *testing.T) {
	dir := t.TempDir()
	create := func(name string) *os.File {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	picture := func(name string, light ...int) { // of 3×1 pixels, of which those are light
		img := image.NewGray(image.Rect(0, 0, 3, 1))
		for _, x := range light {
			img.SetGray(x, 0, color.Gray{255})
		}
		f := create(name)
		if ending(name) == ".ppm" {
			if err := WritePPM(f, img); err != nil {
				t.Fatal(err)
			}
		} else if err := png.Encode(f, img); err != nil {
			t.Fatal(err)
		}
	}
	truth := func(name string, unknown ...int) {
		field := &Field{Width: 3, Height: 1, UV: []float32{1, 0, 2, 0, 3, 0}}
		for _, x := range unknown {
			field.forget(x)
		}
		create(name)
		if err := WriteField(filepath.Join(dir, filepath.FromSlash(name)), field); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"chairs/00001_img1.ppm", "chairs/00001_img2.ppm",
		"kitti15/training/image_2/000007_10.png", "kitti15/training/image_2/000007_11.png",
		"kitti12/training/colored_0/000007_10.png", "kitti12/training/colored_0/000007_11.png",
		"sintel/training/clean/alley/frame_0009.png", "sintel/training/clean/alley/frame_0010.png",
		"sintel/training/final/alley/frame_0009.png", "sintel/training/final/alley/frame_0010.png",
		"middlebury/other-data/Venus/frame10.png", "middlebury/other-data/Venus/frame11.png"} {
		picture(name)
	}
	for _, name := range []string{"chairs/00001_flow.flo", "chairs/00002_flow.flo", // the second has no pictures
		"sintel/training/flow/alley/frame_0009.flo", "middlebury/other-gt-flow/Venus/flow10.flo"} {
		truth(name)
	}
	for _, name := range []string{"kitti15", "kitti12"} {
		truth(name+"/training/flow_occ/000007_10.png", 0)
		truth(name+"/training/flow_noc/000007_10.png", 0, 1)
	}
	picture("sintel/training/occlusions/alley/frame_0009.png", 1)
	picture("sintel/training/invalid/alley/frame_0009.png", 2)

	files, err := Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		p, err := f.Read()
		if err != nil {
			t.Fatal(err)
		}
		known := []bool{p.Flow.IsKnown(0, 0), p.Flow.IsKnown(1, 0), p.Flow.IsKnown(2, 0)}
		got = append(got, fmt.Sprint(p.Name, " known ", known, " hidden ", p.Occluded))
	}
	want := []string{
		"chairs/00001_flow known [true true true] hidden []",
		"kitti12/training/flow_occ/000007_10 known [false true true] hidden [true true false]",
		"kitti15/training/flow_occ/000007_10 known [false true true] hidden [true true false]",
		"middlebury/other-gt-flow/Venus known [true true true] hidden []",
		"sintel/training/clean/alley/frame_0009 known [true true false] hidden [false true false]",
		"sintel/training/final/alley/frame_0009 known [true true false] hidden [false true false]",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	if err := os.WriteFile(filepath.Join(dir, "chairs", "00001_img2.ppm"), []byte("P6 1 1 255 abc"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := files[0].Read(); err == nil || !strings.Contains(err.Error(), "one size") {
		t.Errorf("pictures of two sizes: %v", err)
	}
	if _, err := Find(t.TempDir()); !errors.Is(err, ErrNoTruth) {
		t.Errorf("an empty folder: %v", err)
	}
}
