// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package flow

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	truth := &Field{Width: 2, Height: 2, UV: []float32{3, 4, 100, 0, 0, 0, 9, 9}}
	truth.forget(3)
	estimate := &Field{Width: 2, Height: 2, UV: []float32{0, 0, 104, 0, 0, 1, 0, 0}}
	e, err := Compare(truth, estimate, nil)
	if err != nil {
		t.Fatal(err)
	}
	// 5 is more than 3 pixels and 5 %; 4 of 100 is not more than 5 %; 1 is not more than 3 pixels.
	if math.Abs(e.EPE-10./3) > 1e-9 || math.Abs(e.FlAll-100./3) > 1e-9 || e.Valid != 3 {
		t.Errorf("got %+v", e)
	}
	want := (math.Acos(1/math.Sqrt(26)) + math.Acos(10401/math.Sqrt(10001*10817)) + math.Acos(1/math.Sqrt2)) / 3 * 180 / math.Pi
	if math.Abs(e.Angular-want) > 1e-9 {
		t.Errorf("the angular error is %g, want %g", e.Angular, want)
	}
	e, err = Compare(truth, estimate, []bool{false, true, false, true})
	if err != nil || e.EPE != 4 || e.Valid != 1 {
		t.Errorf("one pixel: %+v, %v", e, err)
	}
}

func TestCompareRefuses(t *testing.T) {
	one := NewField(1, 1)
	blind := NewField(1, 1)
	blind.forget(0)
	for _, c := range []struct {
		truth, estimate *Field
		part            []bool
		want            string
	}{
		{one, NewField(2, 1), nil, "one size"},
		{one, one, []bool{}, "mask"},
		{one, one, []bool{false}, "no pixel"},
		{blind, one, nil, "no pixel"},
		{one, &Field{Width: 1, Height: 1, UV: []float32{float32(math.NaN()), 0}}, nil, "no movement"},
		{one, &Field{Width: 1, Height: 1}, nil, "2 and, if any, 1"},
	} {
		if _, err := Compare(c.truth, c.estimate, c.part); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v; want %q", c, err, c.want)
		}
	}
}

// sample is a folder of real data that lies beside the checkout, or the test is skipped.
func sample(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "flow", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the pictures of %s are not beside the checkout, in ../shared/data/flow", name)
	}
	return path
}

// KITTI's own program says the same of its example.
func TestKITTIDevelopmentKit(t *testing.T) {
	dir := sample(t, "kitti-devkit")
	truth, err := ReadField(filepath.Join(dir, "flow_gt.png"))
	if err != nil {
		t.Fatal(err)
	}
	estimate, err := ReadField(filepath.Join(dir, "flow_est.png"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := Compare(truth, estimate, nil)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(e.EPE-12.2007) > 5e-5 || math.Abs(e.FlAll-20.6879) > 5e-5 || e.Valid != 111326 {
		t.Errorf("got %+v", e)
	}
}

// The real truths explain the real pictures: warping brings them closer.
func TestFoldersWithTruth(t *testing.T) {
	for name, n := range map[string]int{"middlebury": 8, "sintel": 6, "kitti": 1, "stereo": 3} {
		t.Run(name, func(t *testing.T) {
			files, err := Find(sample(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if len(files) != n {
				t.Fatalf("%d pairs, want %d: %+v", len(files), n, files)
			}
			if name != "stereo" { // which has a pair of each kind
				files = files[:1]
			}
			for _, f := range files {
				p, err := f.Read()
				if err != nil {
					t.Fatal(err)
				}
				if name == "sintel" && p.Occluded == nil {
					t.Error("the mask of occlusions was not read")
				}
				warped, unmoved := difference(p, p.Flow), difference(p, &Field{Width: p.Flow.Width, Height: p.Flow.Height, UV: make([]float32, len(p.Flow.UV)), Known: p.Flow.Known})
				if !(warped < 0.6*unmoved) {
					t.Errorf("%s: mean difference %.2f when warped, %.2f when not", p.Name, warped, unmoved)
				}
				t.Logf("%s: mean difference %.2f when warped, %.2f when not", p.Name, warped, unmoved)
			}
		})
	}
}

// difference is the mean difference of colours between the first picture and the second, warped.
func difference(p *Pair, f *Field) float64 {
	w := Warp(p.B, f)
	sum, n := 0.0, 0
	for i := 0; i < len(w.Pix); i += 4 {
		if w.Pix[i+3] == 0 || p.Occluded != nil && p.Occluded[i/4] {
			continue
		}
		for c := range 3 {
			sum += math.Abs(float64(w.Pix[i+c]) - float64(p.A.Pix[i+c]))
		}
		n += 3
	}
	return sum / float64(n)
}
