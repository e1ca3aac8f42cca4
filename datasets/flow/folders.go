// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Files are the files of one pair with ground truth.
type Files struct {
	Name         string // for tables: the path of the truth below the folder, without its ending
	First        string // picture
	Second       string // picture
	Truth        string // from the first to the second
	Form         Form   // of the truth
	Occlusions   string // picture, white where a pixel of the first cannot be seen in the second; "": nobody knows
	Invalid      string // picture, white where the truth is not to be trusted; "": it is
	TruthMatched string // KITTI: movement of the pixels that can be seen in both alone; "": nobody knows
}

// Read reads the pair. Invalid pixels are unknown in its flow.
func (f Files) Read() (*Pair, error) {
	p := &Pair{Name: f.Name}
	var err error
	if p.A, err = ReadPicture(f.First); err != nil {
		return nil, err
	}
	if p.B, err = ReadPicture(f.Second); err != nil {
		return nil, err
	}
	if p.Flow, err = readTruth(f.Truth, f.Form, p.A.Rect.Dx(), p.A.Rect.Dy()); err != nil {
		return nil, err
	}
	want := image.Rect(0, 0, p.Flow.Width, p.Flow.Height)
	if p.A.Rect != want || p.B.Rect != want {
		return nil, fmt.Errorf("%s: the pictures have %v and %v pixels and the movement %v; they must have one size", f.Truth, p.A.Rect.Max, p.B.Rect.Max, want.Max)
	}
	if f.Form == Projection { // of a plane nothing is hidden, but parts leave the picture
		p.Occluded = outside(p.Flow)
	}
	if f.Occlusions != "" {
		if p.Occluded, err = readMask(f.Occlusions, want); err != nil {
			return nil, err
		}
	}
	if f.Invalid != "" {
		invalid, err := readMask(f.Invalid, want)
		if err != nil {
			return nil, err
		}
		for i, bad := range invalid {
			if bad {
				p.Flow.forget(i)
			}
		}
	}
	if f.TruthMatched != "" {
		matched, err := ReadField(f.TruthMatched)
		if err != nil {
			return nil, err
		}
		if matched.Width != want.Dx() || matched.Height != want.Dy() {
			return nil, fmt.Errorf("%s: it has %d×%d pixels, and %s has %d×%d", f.TruthMatched, matched.Width, matched.Height, f.Truth, want.Dx(), want.Dy())
		}
		p.Occluded = make([]bool, want.Dx()*want.Dy())
		for i := range p.Occluded {
			p.Occluded[i] = !matched.IsKnown(i%want.Dx(), i/want.Dx())
		}
	}
	return p, nil
}

// outside are the pixels [Height, Width] that leave the picture.
func outside(f *Field) []bool {
	out := make([]bool, f.Width*f.Height)
	for i := range out {
		x, y := float32(i%f.Width)+f.UV[2*i], float32(i/f.Width)+f.UV[2*i+1]
		out[i] = !(x >= -0.5 && y >= -0.5 && x <= float32(f.Width)-0.5 && y <= float32(f.Height)-0.5)
	}
	return out
}

// readMask reads a picture as yes (light) and no (dark).
func readMask(path string, size image.Rectangle) ([]bool, error) {
	img, err := ReadPicture(path)
	if err != nil {
		return nil, err
	}
	if img.Rect != size {
		return nil, fmt.Errorf("%s: the mask has %v pixels, and the pictures have %v", path, img.Rect.Max, size.Max)
	}
	out := make([]bool, size.Dx()*size.Dy())
	for i := range out {
		out[i] = img.Pix[4*i] >= 128
	}
	return out, nil
}

// ErrNoTruth says that a folder has no pairs with ground truth that anybody knows.
var ErrNoTruth = errors.New("there are no pairs with ground truth; known are the folders of Middlebury (other-gt-flow), Sintel (training/flow), KITTI (flow_occ) and FlyingChairs (NNNNN_flow.flo), stereo pairs (im0, im1, disp0.pfm; NAME_left, NAME_right, NAME_disp) and homographies (H1to3p)")

// Find lists the pairs with ground truth in a folder, or in those below it, by name: Middlebury, Sintel with its clean
// and final pictures, KITTI 2012 and 2015, FlyingChairs, a movement with the pictures frame1 and frame2 beside it, and the
// stereo pairs and homographies of stereoOf and projectedOf. A truth whose pictures are not there is passed over.
func Find(folder string) ([]Files, error) {
	var out []Files
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() {
			out = append(out, pairsOf(path)...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range out {
		if name, err := filepath.Rel(folder, out[i].Name); err == nil {
			out[i].Name = filepath.ToSlash(name)
		}
	}
	slices.SortFunc(out, func(a, b Files) int { return strings.Compare(a.Name, b.Name) })
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: %w", folder, ErrNoTruth)
	}
	return out, nil
}

var (
	numbered = regexp.MustCompile(`^(.*?)(\d+)\.flo$`)
	chairs   = regexp.MustCompile(`^(\d+)_flow\.flo$`)
	kitti    = regexp.MustCompile(`^(\d+)_10\.png$`)
)

// pairsOf are the pairs whose truth is that file: none where it is no truth or its pictures are not there.
func pairsOf(truth string) []Files {
	dir, name := filepath.Split(truth)
	dir = filepath.Clean(dir)
	above, scene := filepath.Split(dir)
	root := filepath.Dir(filepath.Clean(above))
	stem := strings.TrimSuffix(truth, filepath.Ext(truth))
	var out []Files
	add := func(name, first, second, occlusions, invalid, matched string) {
		if there(first) && there(second) {
			out = append(out, Files{name, first, second, truth, Movement, optional(occlusions), optional(invalid), optional(matched)})
		}
	}
	if a, b := stereoOf(dir, name); a != "" && b != "" {
		return []Files{{Name: stem, First: a, Second: b, Truth: truth, Form: Disparity}}
	}
	if a, b := projectedOf(dir, name); a != "" && b != "" {
		return []Files{{Name: stem, First: a, Second: b, Truth: truth, Form: Projection}}
	}
	if e := ending(name); e != ".flo" && e != ".png" && e != ".pfm" {
		return nil
	}
	switch m, k, c := numbered.FindStringSubmatch(name), kitti.FindStringSubmatch(name), chairs.FindStringSubmatch(name); {
	case c != nil:
		add(stem, filepath.Join(dir, c[1]+"_img1.ppm"), filepath.Join(dir, c[1]+"_img2.ppm"), "", "", "")
	case k != nil && scene == "flow_occ":
		for _, pictures := range []string{"image_2", "colored_0"} {
			in := filepath.Join(above, pictures)
			add(stem, filepath.Join(in, k[1]+"_10.png"), filepath.Join(in, k[1]+"_11.png"), "", "", filepath.Join(above, "flow_noc", name))
		}
	case m != nil:
		this, next := m[1]+m[2]+".png", m[1]+following(m[2])+".png"
		mask := strings.TrimSuffix(name, ".flo") + ".png"
		if filepath.Base(filepath.Clean(above)) == "flow" { // Sintel: flow/SCENE/frame_0001.flo
			for _, pass := range []string{"clean", "final"} {
				in := filepath.Join(root, pass, scene)
				add(filepath.Join(root, pass, scene, m[1]+m[2]), filepath.Join(in, this), filepath.Join(in, next), filepath.Join(root, "occlusions", scene, mask), filepath.Join(root, "invalid", scene, mask), "")
			}
		}
		if scene == "gt" { // SCENE/gt/frame_0002.flo
			add(filepath.Join(above, m[1]+m[2]), filepath.Join(above, this), filepath.Join(above, next), filepath.Join(dir, "occlusions", mask), filepath.Join(dir, "invalid", mask), "")
		}
		if m[1] == "flow" { // Middlebury: other-gt-flow/NAME/flow10.flo
			in := filepath.Join(root, strings.ReplaceAll(filepath.Base(filepath.Clean(above)), "-gt-flow", "-data"), scene)
			add(dir, filepath.Join(in, "frame"+m[2]+".png"), filepath.Join(in, "frame"+following(m[2])+".png"), "", "", "")
		}
	case strings.HasPrefix(name, "flow"):
		add(stem, filepath.Join(dir, "frame1.png"), filepath.Join(dir, "frame2.png"), "", "", "")
	}
	return out
}

// following is the number after one written with as many digits.
func following(digits string) string {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return digits // more digits than a picture's number has
	}
	return fmt.Sprintf("%0*d", len(digits), n+1)
}

func there(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func optional(path string) string {
	if path != "" && there(path) {
		return path
	}
	return ""
}
