// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/perceiver-go/perceiver/bench"
)

type benchCommand struct {
	Task   string `arg:"" enum:"language,image,multimodal" help:"Task: language or image (speed), or multimodal (memory while more and more of a video is decoded)."`
	Config string `help:"Configuration: S, L (trained) or F (the published model, forward only) of language, I of image (trained), S or F of multimodal; the default is the first." placeholder:"NAME"`
	Steps  int    `default:"20" help:"Steps that are timed."`
	JSON   bool   `help:"Print the result as JSON."`
}

func (benchCommand) Help() string {
	return `Several processes run one after the other: a cold start, a start with compiled programs on disk, and the steps. Close other
programs first, and compare only numbers of one run on one machine.

Examples:
  perceiver bench language --config S
  perceiver bench image --config I
  perceiver bench multimodal
  GOMLX_BACKEND=go perceiver bench language --config S --steps 5 --json`
}

func (c *benchCommand) Run(ctx context.Context, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if c.Steps < 1 {
		return &usageError{fmt.Sprintf("--steps %d: it must be at least 1", c.Steps)}
	}
	configs := bench.Configs(c.Task)
	config := cmp.Or(c.Config, configs[0])
	if !slices.Contains(configs, config) {
		return &usageError{fmt.Sprintf("--config %s: of task %s it must be one of %s", config, c.Task, strings.Join(configs, ", "))}
	}
	options := bench.Options{Config: config, Steps: c.Steps, Log: os.Stderr, Command: []string{self, "bench-worker"}}
	var r interface{ Table() string }
	if c.Task == "multimodal" {
		r, err = bench.Decode(ctx, options)
	} else {
		r, err = bench.Run(ctx, options)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(r)
	}
	fmt.Fprint(out, r.Table())
	return nil
}

// benchWorkerCommand is the command that bench runs in processes of their own.
type benchWorkerCommand struct{}

func (benchWorkerCommand) Run(ctx context.Context, out io.Writer) error {
	return bench.Worker(ctx, os.Stdin, out)
}
