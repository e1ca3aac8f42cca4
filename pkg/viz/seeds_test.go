// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package viz

import (
	"math"
	"reflect"
	"testing"
)

func TestSeeds(t *testing.T) {
	a := Series{X: []float64{10, 20, 30}, Y: []float64{3, 2, 1}}
	b := Series{X: []float64{10, 30, 40}, Y: []float64{5, 2, 9}}
	got := Seeds("both", a, b)
	want := Series{Name: "both", X: []float64{10, 30}, Y: []float64{4, 1.5}, Low: []float64{3, 1}, High: []float64{5, 2}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if one := Seeds("a", Series{Y: []float64{7, 8}}); !reflect.DeepEqual(one, Series{Name: "a", X: []float64{1, 2}, Y: []float64{7, 8}}) {
		t.Errorf("one run: %+v", one)
	}
	if gap := Seeds("", Series{Y: []float64{1, math.NaN()}}, Series{Y: []float64{1, 2}}); !math.IsNaN(gap.Y[1]) {
		t.Errorf("a NaN is no gap: %+v", gap)
	}
	if none := Seeds("none"); len(none.X) > 0 || none.Name != "none" {
		t.Errorf("no runs: %+v", none)
	}
}
