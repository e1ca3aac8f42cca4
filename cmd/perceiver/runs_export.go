// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/runs/export"
)

type runsExportCommand struct {
	Folders []string `arg:"" name:"runs" help:"Run folders."`
	Format  string   `default:"csv" help:"csv, parquet or tensorboard." placeholder:"NAME"`
	Out     string   `help:"File to write, or folder for TensorBoard; default: CSV goes to stdout, and metrics.parquet or tensorboard here." placeholder:"PATH"`
}

func (runsExportCommand) Help() string {
	return `CSV and Parquet have a row for each value of each metric. Event files have made-up times, spread evenly over the run.

Examples:
  perceiver runs export RUN RUN > metrics.csv
  perceiver runs export RUN --format parquet --out metrics.parquet
  perceiver runs export RUN --format tensorboard --out events && tensorboard --logdir events`
}

func (c *runsExportCommand) Run(out io.Writer) error {
	var opened []*runs.Run
	for _, folder := range c.Folders {
		r, err := runs.Open(runFolder(folder))
		if err != nil {
			return err
		}
		opened = append(opened, r)
	}
	var err error
	var b bytes.Buffer
	switch c.Format {
	case "csv":
		if err := export.CSV(&b, opened...); err != nil {
			return err
		}
		if c.Out == "" {
			_, err := out.Write(b.Bytes())
			return err
		}
	case "parquet":
		err = export.Parquet(&b, opened...)
		if c.Out == "" {
			c.Out = "metrics.parquet"
		}
	case "tensorboard":
		if c.Out == "" {
			c.Out = "tensorboard"
		}
		_, printed := fmt.Fprintln(out, c.Out)
		return errors.Join(export.TensorBoard(c.Out, opened...), printed)
	default:
		return &usageError{fmt.Sprintf("--format %s: it must be csv, parquet or tensorboard", c.Format)}
	}
	if err != nil {
		return err
	}
	return writeResult(out, c.Out, b.Bytes())
}
