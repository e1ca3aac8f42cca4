// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/perceiver-go/perceiver/datasets/flow"
)

type dataCompareFlowCommand struct {
	Truth    string `arg:"" help:"True movement: .flo, .png (KITTI) or .pfm."`
	Estimate string `arg:"" help:"Movement that is compared with it."`
	JSON     bool   `help:"Print JSON."`
}

func (dataCompareFlowCommand) Help() string {
	return `Errors are means over the pixels whose true movement is known. The end-point error (epe) is the distance between the ends of both movements; Fl-all is the part of pixels that are off by more than 3 pixels and more than 5 % of the true length, as KITTI counts.

Examples:
  perceiver data compare-flow truth.png estimate.flo
  perceiver data compare-flow truth.flo estimate.flo --json`
}

func (c *dataCompareFlowCommand) Run(out io.Writer) error {
	var fields [2]*flow.Field
	for i, path := range []string{c.Truth, c.Estimate} {
		var err error
		if fields[i], err = flow.ReadField(path); err != nil {
			return err
		}
	}
	e, err := flow.Compare(fields[0], fields[1], nil)
	if err != nil {
		return fmt.Errorf("%s and %s: %w", c.Truth, c.Estimate, err)
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(e)
	}
	_, err = fmt.Fprintf(out, "end-point error %10.4f pixels\nFl-all          %10.4f %%\nangular error   %10.4f degrees\nvalid           %10d pixels\n", e.EPE, e.FlAll, e.Angular, e.Valid)
	return err
}
