// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/lab"
)

type predictCommand struct {
	Folder string   `arg:"" name:"run" help:"Run folder, as \"perceiver train\" named it."`
	Input  []string `arg:"" help:"Text with [MASK] for each hidden byte, or runs of two or more underscores."`
	JSON   bool     `help:"Print the answer as JSON."`
}

func (predictCommand) Help() string {
	return `Examples:
  perceiver predict RUN "the refle____ of light"
  perceiver predict RUN "every[MASK]ray" --json`
}

func (c *predictCommand) Run(ctx context.Context, out io.Writer) error {
	r, err := lab.OpenRun(c.Folder)
	if err != nil {
		return err
	}
	answer, err := r.Predict(ctx, strings.Join(c.Input, " "))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(answer.JSON)
	}
	fmt.Fprintln(out, answer.Text)
	return nil
}
