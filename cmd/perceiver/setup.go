// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/perceiver-go/perceiver/pkg/backend"
)

type setupCommand struct {
	JSON bool `help:"Print what was chosen as JSON."`
}

func (setupCommand) Help() string {
	return `XLA is put into this user's cache folder (PERCEIVER_CACHE_DIR moves it), checked by its hash and tried before it is used.
Where it cannot be had, everything runs on pure Go, more slowly.`
}

func (c *setupCommand) Run(ctx context.Context, out io.Writer) error {
	choice, err := backend.Setup(ctx, os.Stderr)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(choice)
	}
	fmt.Fprintln(out, choice)
	return nil
}
