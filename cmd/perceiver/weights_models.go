// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/published"
)

type weightsModelsCommand struct {
	Name string `arg:"" optional:"" name:"model" help:"A published model, for example language."`
	JSON bool   `help:"Print the list as JSON."`
}

func (weightsModelsCommand) Help() string {
	return `The numbers of weights and of operations are counted from the models that are built here, and stand beside those of the paper.

Examples:
  perceiver weights models
  perceiver weights models image-conv`
}

func (c *weightsModelsCommand) Run(out io.Writer) error {
	if c.Name != "" {
		return showPublished(out, c.Name, c.JSON)
	}
	if c.JSON {
		list, err := published.Models()
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(list)
	}
	table, err := lab.PublishedTable()
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, table.Text())
	return err
}

// showPublished writes the configuration of one published model.
func showPublished(out io.Writer, name string, asJSON bool) error {
	e, err := published.Describe(name)
	if err != nil {
		return &usageError{err.Error()}
	}
	if asJSON {
		return json.NewEncoder(out).Encode(e)
	}
	content, err := e.TOML()
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	return err
}
