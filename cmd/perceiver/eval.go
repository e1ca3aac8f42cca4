// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/perceiver-go/perceiver/pkg/lab"
)

type evalCommand struct {
	Folder string `arg:"" name:"run" help:"Run folder, as \"perceiver train\" named it."`
	Data   string `help:"Other data than the run was trained on; its held-out part is used." placeholder:"PATH"`
	JSON   bool   `help:"Print the result as JSON."`
}

func (evalCommand) Help() string {
	return `The checkpoint with the best evaluation is scored, beside simple methods fitted on the training part of the same data.

Examples:
  perceiver eval runs/language-mlm-quick-1a2b3c4d
  perceiver eval runs/books --data other.txt --json`
}

func (c *evalCommand) Run(ctx context.Context, out io.Writer) error {
	r, err := lab.OpenRun(c.Folder)
	if err != nil {
		return err
	}
	score, err := r.Evaluate(ctx, c.Data)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(score)
	}
	fmt.Fprint(out, score.Table().Text())
	return nil
}
