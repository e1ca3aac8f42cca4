// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/perceiver-go/perceiver/experiments"
	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/published"
)

type experimentsCommand struct {
	Name    string `arg:"" optional:"" help:"Experiment to show with the value of every key."`
	Profile string `help:"Size: quick, small or paper." placeholder:"NAME"`
	JSON    bool   `help:"Print the list as JSON."`
}

func (experimentsCommand) Help() string {
	return `Examples:
  perceiver experiments
  perceiver experiments language/mlm --profile paper
  perceiver experiments published/image_conv`
}

// publishedPrefix is before the names of published models, which are shown here and cannot be trained by their name.
const publishedPrefix = "published/"

func (c *experimentsCommand) Run(out io.Writer) error {
	if name, ok := strings.CutPrefix(c.Name, publishedPrefix); ok {
		return showPublished(out, name, c.JSON)
	}
	if c.Name != "" {
		x, err := lab.Load(c.Name, lab.Profile(c.Profile))
		if err != nil {
			return err
		}
		content, err := x.TOML()
		if err != nil {
			return err
		}
		_, err = out.Write(content)
		return err
	}
	type entry struct {
		Name  string `json:"name"`
		Task  string `json:"task"`
		Title string `json:"title"`
	}
	var list []entry
	for _, name := range experiments.Names() {
		x, err := lab.Load(name)
		if err != nil {
			return err
		}
		list = append(list, entry{name, x.Task, x.Title})
	}
	if c.JSON {
		return json.NewEncoder(out).Encode(list)
	}
	for _, e := range list {
		fmt.Fprintf(out, "%-24s %s\n", e.Name, e.Title)
	}
	models, err := published.Models()
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "\nConfigurations of the published models, for their weights (see \"perceiver weights\"):")
	for _, m := range models {
		fmt.Fprintf(out, "%-24s %s\n", publishedPrefix+m.Name, m.Title)
	}
	return nil
}
