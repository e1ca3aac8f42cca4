// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/perceiver-go/perceiver/datasets/flow"
)

func TestCompareFlow(t *testing.T) {
	dir := t.TempDir()
	truth, estimate := filepath.Join(dir, "truth.png"), filepath.Join(dir, "estimate.flo")
	f := &flow.Field{Width: 2, Height: 2, UV: []float32{3, 4, 100, 0, 0, 0, 9, 9}, Known: []bool{true, true, true, false}}
	if err := flow.WriteField(truth, f); err != nil {
		t.Fatal(err)
	}
	if err := flow.WriteField(estimate, &flow.Field{Width: 2, Height: 2, UV: []float32{0, 0, 96, 0, 0, 0, 0, 0}}); err != nil {
		t.Fatal(err)
	}
	code, out, talk := data("compare-flow", truth, estimate, "--json")
	var got map[string]float64
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || talk != "" {
		t.Fatal(code, out, talk, err)
	}
	// Off by 5, by 4 of 100, and by nothing; the fourth pixel is not known.
	if math.Abs(got["epe"]-3) > 1e-9 || math.Abs(got["fl_all"]-100./3) > 1e-9 || got["valid"] != 3 {
		t.Errorf("%v", got)
	}
	if code, out, _ = data("compare-flow", truth, estimate); code != 0 || !strings.Contains(out, "3.0000 pixels") {
		t.Errorf("%d: %s", code, out)
	}
	small := filepath.Join(dir, "small.flo")
	if err := flow.WriteField(small, flow.NewField(2, 1)); err != nil {
		t.Fatal(err)
	}
	for words, files := range map[string][]string{"one size": {truth, small}, "gone.flo": {truth, filepath.Join(dir, "gone.flo")}, ".flo, .png (KITTI) or .pfm": {truth, "x.jpg"}} {
		if code, _, talk := data("compare-flow", files[0], files[1]); code != 1 || !strings.Contains(talk, words) {
			t.Errorf("%s: %d %s", words, code, talk)
		}
	}
}

// The development kit of KITTI says what its example must give.
func TestCompareFlowOfKITTI(t *testing.T) {
	kit := filepath.FromSlash("../../../shared/data/flow/kitti-devkit")
	if _, err := os.Stat(kit); err != nil {
		t.Skip("the pictures of KITTI's development kit are not beside the checkout, in ../shared/data/flow")
	}
	code, out, talk := data("compare-flow", filepath.Join(kit, "flow_gt.png"), filepath.Join(kit, "flow_est.png"), "--json")
	var got flow.Errors
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatal(code, out, talk, err)
	}
	if math.Abs(got.EPE-12.2007) > 5e-5 || math.Abs(got.FlAll-20.6879) > 5e-5 || got.Valid != 111326 {
		t.Errorf("%+v", got)
	}
}
