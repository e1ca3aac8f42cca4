// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/perceiver-go/perceiver/pkg/lab"
	"github.com/perceiver-go/perceiver/pkg/tasks"
)

type predictCommand struct {
	Folder string   `arg:"" name:"run" help:"Run folder, as \"perceiver train\" named it; or folder or name of a published model."`
	Input  []string `arg:"" help:"Text with [MASK] for each hidden byte, or runs of two or more underscores; pictures; as the model wants it."`
	Labels string   `help:"File with the name of a class on each line, in place of the names in config.json." placeholder:"FILE"`
	Top    int      `help:"Classes in the answer." default:"5"`
	Out    string   `help:"Folder for the files of the answer: a movement, frames and sound of a video. Default: out/predict." placeholder:"DIR"`
	JSON   bool     `help:"Print the answer as JSON."`
}

func (predictCommand) Help() string {
	return `A published model is a folder with config.json and model.safetensors, or the name of one that "perceiver weights get" has fetched.

Examples:
  perceiver predict RUN "the refle____ of light"
  perceiver predict RUN "every[MASK]ray" --json
  perceiver predict language "This is an incomplete sentence where some words are________."
  perceiver predict image-conv cat.jpg dog.png --labels imagenet.txt
  perceiver predict flow first.png second.png --out moved
  perceiver predict multimodal frames/ sound.wav --out again`
}

func (c *predictCommand) Run(ctx context.Context, out io.Writer) error {
	answer, err := c.ask(ctx)
	if err != nil {
		return err
	}
	paths, err := c.save(answer.Files)
	if err != nil {
		return err
	}
	if !c.JSON {
		for _, path := range paths {
			fmt.Fprintln(os.Stderr, "wrote", path)
		}
		_, err = fmt.Fprintln(out, answer.Text)
		return err
	}
	content, err := withFiles(answer.JSON, paths)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(content)
}

// save writes the files of an answer and says where they are.
func (c *predictCommand) save(files []tasks.File) (paths []string, err error) {
	if len(files) == 0 {
		return nil, nil
	}
	folder := cmp.Or(c.Out, filepath.Join("out", "predict"))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	for _, f := range files {
		path := filepath.Join(folder, f.Name)
		if err := os.WriteFile(path, f.Content, 0o644); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// withFiles adds the paths of an answer's files to its JSON, as "files".
func withFiles(answer any, paths []string) (any, error) {
	if len(paths) == 0 {
		return answer, nil
	}
	content, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if string(content) != "null" {
		if err := json.Unmarshal(content, &fields); err != nil {
			return nil, fmt.Errorf("the answer has files and is no JSON object: %w", err)
		}
	}
	fields["files"] = paths
	return fields, nil
}

func (c *predictCommand) ask(ctx context.Context) (tasks.Prediction, error) {
	if lab.IsReleased(c.Folder) {
		m, err := lab.OpenReleased(c.Folder)
		if err != nil {
			return tasks.Prediction{}, err
		}
		return m.Predict(ctx, lab.Question{Inputs: c.Input, Labels: c.Labels, Top: c.Top})
	}
	r, err := lab.OpenRun(c.Folder)
	if err != nil {
		return tasks.Prediction{}, err
	}
	return r.Predict(ctx, c.Input...)
}
