// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package bench

import (
	"fmt"
	"strings"
)

// Table shows a result to people.
func (r *Result) Table() string {
	var b strings.Builder
	line := func(what, format string, args ...any) {
		fmt.Fprintf(&b, "%-34s %s\n", what, fmt.Sprintf(format, args...))
	}
	line("configuration", "%s, batch %d", r.Config, r.Batch)
	line("backend", "%s", r.Backend)
	line("weights", "%d", r.Params)
	if r.StepMS != nil {
		line("training step", "%.1f ms median, %.1f ms least of %d", r.StepMS.Median, r.StepMS.Min, r.Steps)
	}
	if r.ForwardMS != nil {
		line("forward pass", "%.1f ms median, %.1f ms least of %d", r.ForwardMS.Median, r.ForwardMS.Min, r.Steps)
	}
	line("reached", "%.1f GFLOP/s", r.GFLOPS)
	line("first step of a cold process", "%.2f s", r.FirstStepS)
	if r.FirstStepCachedS > 0 {
		line("the same, programs on disk", "%.2f s", r.FirstStepCachedS)
	}
	line("peak memory", "%d MB", r.PeakRSSMB)
	return b.String()
}
