// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// Result is what is known of a configuration. Times of steps are in milliseconds.
type Result struct {
	Config           string  `json:"config"`
	Backend          string  `json:"backend"`
	Batch            int     `json:"batch"`
	Params           int     `json:"params"`
	TrainFLOPs       float64 `json:"train_flops"`       // of a training step
	StepMS           *Times  `json:"step_ms,omitempty"` // training; absent for a configuration that is run forward only
	ForwardMS        *Times  `json:"forward_ms,omitempty"`
	GFLOPS           float64 `json:"gflops"`                        // reached in the fastest step, or pass
	FirstStepS       float64 `json:"first_step_s"`                  // from the start of the process, every program compiled
	FirstStepCachedS float64 `json:"first_step_cached_s,omitempty"` // with the programs on disk; absent where none are kept
	PeakRSSMB        int     `json:"peak_rss_mb"`                   // of the process with the programs on disk, or of the cold one
	Steps            int     `json:"steps"`
}

// Times are the median and the least of several.
type Times struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
}

// Options say what to measure.
type Options struct {
	Config  string
	Steps   int       // timed steps; 0: 20
	Log     io.Writer // a line for each process; nil for none
	Command []string  // program and arguments of a process that runs Worker
}

// Run measures a configuration, in processes of its own, one after the other.
func Run(ctx context.Context, o Options) (*Result, error) {
	model, err := benchmark(o.Config)
	if err != nil {
		return nil, err
	}
	if o.Steps == 0 {
		o.Steps = 20
	}
	forwardOnly := o.Config == "F"
	total := model.Cost().Total()
	r := &Result{Config: o.Config, Batch: model.Size(), Params: total.Params, TrainFLOPs: 3 * total.FLOPs * float64(model.Size()), Steps: o.Steps}

	run := func(kind string, steps int, env ...string) (*Found, float64, error) {
		if o.Log != nil {
			fmt.Fprintf(o.Log, "%s: %s\n", o.Config, kind)
		}
		return process(ctx, o.Command, Work{Config: o.Config, Kind: kind, Steps: steps, Forward: forwardOnly}, env...)
	}
	f, first, err := run(cold, 0, "PERCEIVER_COMPILE_CACHE=off")
	if err != nil {
		return nil, err
	}
	r.Backend, r.FirstStepS, r.PeakRSSMB = f.Backend, first, f.PeakMB
	for range 2 { // the first may have to fill the cache
		if f, first, err = run(cached, 0); err != nil {
			return nil, err
		}
		if !f.Cache.On {
			break
		}
		if f.Cache.Hits > 0 && f.Cache.Misses == 0 {
			r.FirstStepCachedS, r.PeakRSSMB = first, f.PeakMB
			break
		}
	}
	if f, _, err = run(steady, o.Steps); err != nil {
		return nil, err
	}
	r.StepMS, r.ForwardMS = times(f.Step), times(f.Pass)
	switch {
	case r.StepMS != nil:
		r.GFLOPS = r.TrainFLOPs / r.StepMS.Min / 1e6
	case r.ForwardMS != nil:
		r.GFLOPS = r.TrainFLOPs / 3 / r.ForwardMS.Min / 1e6
	}
	return r, nil
}

func times(seconds []float64) *Times {
	if len(seconds) == 0 {
		return nil
	}
	s := slices.Sorted(slices.Values(seconds))
	return &Times{Median: 1e3 * (s[(len(s)-1)/2] + s[len(s)/2]) / 2, Min: 1e3 * s[0]}
}

// process measures in a process of its own and returns, beside what it found, the seconds from its start to the end of its first step.
func process(ctx context.Context, command []string, w Work, env ...string) (*Found, float64, error) {
	ask, err := json.Marshal(w)
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = bytes.NewReader(ask)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		return nil, 0, fmt.Errorf("the process that measures %s (%s) failed: %w: %s", w.Config, w.Kind, err, strings.TrimSpace(problems.String()))
	}
	var f Found
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		return nil, 0, fmt.Errorf("the process that measures %s (%s) answered %q: %w", w.Config, w.Kind, out.String(), err)
	}
	return &f, f.FirstStep.Sub(begin).Seconds(), nil
}

// Worker is the other side of a process: it reads what to measure and writes what it found.
func Worker(ctx context.Context, in io.Reader, out io.Writer) error {
	var w Work
	if err := json.NewDecoder(in).Decode(&w); err != nil {
		return fmt.Errorf("what to measure: %w", err)
	}
	f, err := Do(ctx, w)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(f)
}
