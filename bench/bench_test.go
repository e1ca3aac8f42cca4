// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/perceiver-go/perceiver/pkg/backend"
)

// TestMain lets the test binary stand in for the program that measures.
func TestMain(m *testing.M) {
	switch os.Getenv("BENCH_TEST_WORKER") {
	case "":
		os.Exit(m.Run())
	case "broken":
		fmt.Fprintln(os.Stderr, "no backend")
		os.Exit(1)
	}
	var w Work
	if err := json.NewDecoder(os.Stdin).Decode(&w); err != nil {
		panic(err)
	}
	f := Found{Backend: "xla", FirstStep: time.Now(), PeakMB: 100}
	switch w.Kind {
	case cold:
		if os.Getenv("PERCEIVER_COMPILE_CACHE") != "off" {
			panic("a cold start must not find programs on disk")
		}
	case cached:
		f.PeakMB, f.Cache = 50, backend.CacheStats{On: true, Hits: 1}
	case decoding:
		f.Pass, f.PeakMB = []float64{float64(w.Pixels)}, 1000+w.Pixels
	case steady:
		f.Step, f.Pass = []float64{0.4, 0.1, 0.2, 0.3}, []float64{0.02, 0.01, 0.03}
	}
	json.NewEncoder(os.Stdout).Encode(f)
}

func measureFake(t *testing.T, config, worker string) (*Result, error) {
	t.Setenv("BENCH_TEST_WORKER", worker)
	var log bytes.Buffer
	return Run(t.Context(), Options{Config: config, Steps: 4, Log: &log, Command: []string{os.Args[0]}})
}

func TestRunPutsProcessesTogether(t *testing.T) {
	r, err := measureFake(t, "S", "ok")
	if err != nil {
		t.Fatal(err)
	}
	if r.StepMS.Median != 250 || r.StepMS.Min != 100 || r.ForwardMS.Median != 20 || r.PeakRSSMB != 50 || r.Params != 721795 {
		t.Errorf("%+v, steps %+v, passes %+v", r, r.StepMS, r.ForwardMS)
	}
	if want := r.TrainFLOPs / 100 / 1e6; r.GFLOPS != want {
		t.Errorf("%g GFLOP/s, want %g: the FLOPs of a step in the least time", r.GFLOPS, want)
	}
	if r.FirstStepS <= 0 || r.FirstStepCachedS <= 0 {
		t.Errorf("first steps after %g and %g s", r.FirstStepS, r.FirstStepCachedS)
	}
	if s := r.Table(); !strings.Contains(s, "250.0 ms median") || !strings.Contains(s, "programs on disk") {
		t.Errorf("the table is\n%s", s)
	}
}

func TestProcessThatFails(t *testing.T) {
	if _, err := measureFake(t, "S", "broken"); err == nil || !strings.Contains(err.Error(), "no backend") {
		t.Errorf("got %v, want what the process said", err)
	}
	if _, err := measureFake(t, "Z", "ok"); err == nil || !strings.Contains(err.Error(), "S, L and F of language") {
		t.Errorf("got %v", err)
	}
}

func TestDecode(t *testing.T) {
	t.Setenv("BENCH_TEST_WORKER", "ok")
	d, err := Decode(t.Context(), Options{Config: "S", Command: []string{os.Args[0]}})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Points) != 4 || d.Points[3].Outputs != 804_737 || d.Points[0].Outputs != 1920+802_816/64+1 || d.Params == 0 {
		t.Errorf("%+v", d)
	}
	for i, p := range d.Points {
		if p.Seconds != float64(p.Outputs-1921) || p.PeakRSSMB != 1000+p.Outputs-1921 || i > 0 && p.FLOPs <= d.Points[i-1].FLOPs {
			t.Errorf("point %d: %+v", i, p)
		}
	}
	if s := d.Table(); !strings.Contains(s, "804737") || !strings.Contains(s, "peak memory") {
		t.Errorf("the table is\n%s", s)
	}
	if _, err := Decode(t.Context(), Options{Config: "L"}); err == nil || !strings.Contains(err.Error(), "S and F") {
		t.Errorf("got %v", err)
	}
}
