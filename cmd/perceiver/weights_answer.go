// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/published"
)

type weightsAnswerCommand struct {
	Dir string `arg:"" help:"Folder with config.json and model.safetensors."`
}

func (weightsAnswerCommand) Help() string {
	return `Inputs that a formula makes, and the outputs of the model to them, become the file io.safetensors in the folder.
bench/peers/load_transformers.py loads the folder with the Python package transformers, runs it on the same inputs and compares.

Examples:
  perceiver weights convert runs/books books-model
  perceiver weights answer books-model
  python3 bench/peers/load_transformers.py books-model`
}

func (c *weightsAnswerCommand) Run(ctx context.Context, out io.Writer) error {
	if err := lab.WriteAnswers(ctx, c.Dir); err != nil {
		return err
	}
	fmt.Fprintln(out, filepath.Join(c.Dir, published.AnswersFile))
	return nil
}
