// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/perceiver-go/perceiver/experiments"
	"github.com/perceiver-go/perceiver/pkg/experiment"
	"github.com/perceiver-go/perceiver/pkg/notebook"
)

type notebookNewCommand struct {
	Name string `arg:"" help:"File of the notebook; .ipynb is added. It must be in the clone for its cells to see the module."`
	Task string `default:"language" help:"Task, as language, or experiment, as language/mlm, that it is about." placeholder:"NAME"`
}

func (notebookNewCommand) Help() string {
	return "Examples:\n  perceiver notebook new notebooks/mine --task language\n  perceiver lab notebooks/mine.ipynb"
}

func (c *notebookNewCommand) Run(ctx context.Context, out io.Writer) error {
	name, err := experimentOf(c.Task)
	if err != nil {
		return err
	}
	file := strings.TrimSuffix(c.Name, ".ipynb") + ".ipynb"
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			return &usageError{fmt.Sprintf("%s is there already; choose another name", file)}
		}
		return err
	}
	title := strings.TrimSuffix(filepath.Base(file), ".ipynb")
	if err := notebook.Skeleton(strings.ReplaceAll(title, "-", " "), name).Write(file); err != nil {
		return err
	}
	fmt.Fprintln(out, file)
	fmt.Fprintf(os.Stderr, "Open it with: perceiver lab %s\n", file)
	return nil
}

// experimentOf is the experiment of a name, or the first one of a task.
func experimentOf(task string) (string, error) {
	var known []string
	for _, name := range experiments.Names() {
		of, _, _ := strings.Cut(name, "/")
		if name == task || of == task {
			return name, nil
		}
		known = append(known, of, name)
	}
	hint := "there are " + strings.Join(experiments.Names(), ", ")
	if near := experiment.Nearest(task, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return "", &usageError{fmt.Sprintf("--task %s: there is no such task or experiment; %s", task, hint)}
}
