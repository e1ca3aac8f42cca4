// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/perceiver-go/perceiver/pkg/backend"
	"github.com/perceiver-go/perceiver/pkg/jupyter"
	"github.com/perceiver-go/perceiver/pkg/notebook"
)

type labCommand struct {
	Notebook  string `arg:"" optional:"" help:"Notebook to open; default: the first one of the folder notebooks."`
	Port      int    `help:"Port on this machine; default: 8888, or the next that is free." placeholder:"N"`
	NoBrowser bool   `help:"Print the address and open no browser."`
	Classic   bool   `help:"Open the plain Jupyter Notebook, one notebook to a page, in place of JupyterLab."`
}

func (labCommand) Help() string {
	return `JupyterLab ` + jupyter.Lab.Version + ` (with --classic, Jupyter Notebook ` + jupyter.Notebook.Version + `) is put into this user's cache folder the first time, which needs Python 3.10 and the Python package index. It listens on this machine only. Ctrl-C ends it and its kernels.

On another machine, forward the port: ssh -L 8888:localhost:8888 HOST, and there run: perceiver lab --no-browser --port 8888

Without Python, perceiver notebook run does the same without a browser.`
}

// kernelPackage is the command that is the notebooks' kernel.
const kernelPackage = "github.com/perceiver-go/perceiver/cmd/perceiver-kernel"

func (c *labCommand) Run(ctx context.Context, out io.Writer) error {
	root, err := cloneRoot(ctx)
	if err != nil {
		return err
	}
	open, err := c.first(root)
	if err != nil {
		return err
	}
	cache, err := backend.Folder()
	if err != nil {
		return err
	}
	app := jupyter.Lab
	if c.Classic {
		app = jupyter.Notebook
	}
	venv, err := jupyter.Install(ctx, app, cache, os.Stderr)
	if err != nil {
		return err
	}
	// The cells would choose the same; done here, it is seen, and no cell waits for it.
	b, err := backend.Open(ctx, backend.Options{Install: true, Log: os.Stderr})
	if err != nil {
		return err
	}
	b.Close()
	if err := prewarm(ctx, root); err != nil {
		return err
	}
	return jupyter.Serve(ctx, app, venv, jupyter.Options{Root: root, Open: open, Port: c.Port, Log: os.Stderr, Started: func(page string) {
		fmt.Fprintf(out, "%s: %s\n", app.Name, page)
		fmt.Fprintln(os.Stderr, "Ctrl-C ends it.")
		if c.NoBrowser {
			return
		}
		if err := jupyter.OpenBrowser(page); err != nil {
			fmt.Fprintf(os.Stderr, "No browser was found (%v); open the address yourself.\n", err)
		}
	}})
}

// first is the notebook to open, relative to the root.
func (c *labCommand) first(root string) (string, error) {
	if c.Notebook == "" {
		all, err := filepath.Glob(filepath.Join(root, "notebooks", "*.ipynb"))
		if err != nil || len(all) == 0 {
			return "", nil
		}
		return filepath.Rel(root, all[0])
	}
	path, err := filepath.Abs(c.Notebook)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("notebook: %w; make one with: perceiver notebook new %s", err, c.Notebook)
	}
	rel, err := filepath.Rel(root, path)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("notebook %s is not below %s, and its cells would not see the module; move it there", c.Notebook, root)
	}
	return rel, nil
}

// cloneRoot is the folder of the module around the working directory, which must have the kernel.
func cloneRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("there is no go command on the PATH, and cells are Go programs; install Go 1.26")
	}
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	if _, err := os.Stat(filepath.Join(root, "jupyter", "kernels", notebook.KernelName, "kernel.json")); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no jupyter/kernels/%s here or above; go into the folder of a clone", notebook.KernelName)
	} else if err != nil {
		return "", err
	}
	return root, nil
}

// prewarm builds what a first cell would wait for: the kernel, GoNB, goimports, and the packages that cells import.
func prewarm(ctx context.Context, root string) error {
	fmt.Fprintln(os.Stderr, "Building what the cells need; the first time this takes a minute or two")
	for _, args := range [][]string{{"run", kernelPackage, "-prepare"}, {"build", "./pkg/lab", "./pkg/display", "./pkg/viz"}} {
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir, cmd.Stderr = root, os.Stderr
		if err := cmd.Run(); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
		}
	}
	return nil
}
