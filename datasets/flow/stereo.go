// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Form is what a file of truth holds.
type Form int

// Forms of truth.
const (
	Movement   Form = iota // u and v of each pixel: .flo, .png (KITTI) or .pfm
	Disparity              // how far points of the left picture lie further left in the right one: .png, .pfm or .npz
	Projection             // nine numbers of a homography, as text or OpenCV's XML
)

// readTruth reads a file of truth for a picture of that size.
func readTruth(path string, form Form, width, height int) (*Field, error) {
	if form == Movement {
		return ReadField(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	r := io.LimitReader(file, fileLimit)
	var f *Field
	switch {
	case form == Projection:
		var h [9]float64
		if h, err = ReadHomography(r); err == nil {
			f = Homography(h, width, height)
		}
	case ending(path) == ".npz":
		var info os.FileInfo
		if info, err = file.Stat(); err == nil {
			f, err = ReadNPZ(file, info.Size())
		}
	case ending(path) == ".pfm":
		f, err = ReadPFM(r)
	default:
		f, err = ReadDisparity(r)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// homographyLimit bounds the bytes of a file with nine numbers.
const homographyLimit = 1 << 16

// ReadHomography reads the nine numbers of a homography, row by row, from the first picture to the second: separated by
// white space, as Oxford's and HPatches' files have them, or in the element data of OpenCV's XML.
func ReadHomography(r io.Reader) (h [9]float64, err error) {
	content, err := io.ReadAll(io.LimitReader(r, homographyLimit))
	if err != nil {
		return h, err
	}
	text := string(content)
	if strings.HasPrefix(strings.TrimSpace(text), "<") {
		_, after, begins := strings.Cut(text, "<data>")
		inside, _, ends := strings.Cut(after, "</data>")
		if !begins || !ends {
			return h, fmt.Errorf("it is XML without an element data; a homography is nine numbers, or OpenCV's matrix of 3×3")
		}
		text = inside
	}
	words := strings.Fields(text)
	if len(words) != len(h) {
		return h, fmt.Errorf("a homography has 9 numbers, and there are %d", len(words))
	}
	for i, w := range words {
		if h[i], err = strconv.ParseFloat(w, 64); err != nil || math.IsNaN(h[i]) || math.IsInf(h[i], 0) {
			return h, fmt.Errorf("a homography has 9 numbers, and %q is none", w)
		}
	}
	return h, nil
}

// npyHead is the description of an array in NumPy's format 1.0: little-endian float32 in two axes, row by row.
var npyHead = regexp.MustCompile(`^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d{1,9}), (\d{1,9})\), *\}\s*$`)

// ReadNPZ reads the first array of NumPy's .npz file as a disparity, which gives u = -disparity. Infinite numbers are unknown.
func ReadNPZ(r io.ReaderAt, size int64) (*Field, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("it is no .npz file, or cut off: %w", err)
	}
	for _, member := range z.File {
		if ending(member.Name) != ".npy" {
			continue
		}
		content, err := member.Open()
		if err != nil {
			return nil, fmt.Errorf("the array %s cannot be read: %w", member.Name, err)
		}
		defer content.Close()
		f, err := readNPY(content)
		if err != nil {
			return nil, fmt.Errorf("the array %s: %w", member.Name, err)
		}
		return f, nil
	}
	return nil, fmt.Errorf("there is no array (.npy) in the .npz file")
}

func readNPY(r io.Reader) (*Field, error) {
	var lead [10]byte
	if _, err := io.ReadFull(r, lead[:]); err != nil {
		return nil, fmt.Errorf("it ends in its header: %w", short(err))
	}
	if string(lead[:8]) != "\x93NUMPY\x01\x00" {
		return nil, fmt.Errorf("it begins with %q, and NumPy's format 1.0 with \"\\x93NUMPY\\x01\\x00\"", lead[:8])
	}
	head := make([]byte, binary.LittleEndian.Uint16(lead[8:]))
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("it ends in its header: %w", short(err))
	}
	m := npyHead.FindStringSubmatch(string(head))
	if m == nil {
		return nil, fmt.Errorf("a disparity is float32 in two axes, row by row, and this is %q", strings.TrimSpace(string(head)))
	}
	height, _ := strconv.Atoi(m[1]) // nine digits at most
	width, _ := strconv.Atoi(m[2])
	if err := checkSize(width, height); err != nil {
		return nil, err
	}
	values, err := readFloats(r, width*height, binary.LittleEndian)
	if err != nil {
		return nil, err
	}
	f := NewField(width, height)
	for i, d := range values {
		f.UV[2*i] = -d
	}
	f.forgetBeyond(floUnknown)
	return f, nil
}

var (
	leftRight  = regexp.MustCompile(`^(.*)(GT\.png|_disp\.(?:npz|png|pfm))$`)
	projection = regexp.MustCompile(`^H_?1(?:to|_)(\d{1,4})p?(?:\.xml|\.txt)?$`)
	imageEnds  = []string{".png", ".ppm", ".jpg", ".jpeg"}
)

// stereoOf is the pair whose disparity is that file: Middlebury's im0, im1 and disp0.pfm, or NAME_left, NAME_right and
// NAME_disp, or NAMEL, NAMER and NAMEGT.
func stereoOf(dir, name string) (first, second string) {
	if name == "disp0.pfm" {
		return picture(dir, "im0"), picture(dir, "im1")
	}
	m := leftRight.FindStringSubmatch(name)
	switch {
	case m == nil:
		return "", ""
	case m[2] == "GT.png":
		return picture(dir, m[1]+"L"), picture(dir, m[1]+"R")
	}
	return picture(dir, m[1]+"_left"), picture(dir, m[1]+"_right")
}

// projectedOf is the pair whose homography is that file, H1to3p or H_1_3: the only picture of the folder whose name ends with
// 1, and that with the other number.
func projectedOf(dir, name string) (first, second string) {
	m := projection.FindStringSubmatch(name)
	if m == nil {
		return "", ""
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", ""
	}
	for _, e := range entries {
		stem := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
		before, ok := strings.CutSuffix(stem, "1")
		if !ok || before != strings.TrimRight(before, "0123456789") {
			continue
		}
		a, b := picture(dir, stem), picture(dir, before+m[1])
		switch {
		case a == "" || b == "" || a == first:
		case first != "":
			return "", "" // of which pictures it is, nobody can tell
		default:
			first, second = a, b
		}
	}
	return first, second
}

// picture is the file of that name, whatever its kind; "": there is none.
func picture(dir, stem string) string {
	for _, end := range imageEnds {
		if path := filepath.Join(dir, stem+end); there(path) {
			return path
		}
	}
	return ""
}
